// SPDX-License-Identifier: Apache-2.0
//
// Writes a JPEG file as a binary pixmap, so that programs without an image library can read it: in full,
// or its sides divided by 2, 4 or 8.
#include <stdio.h>
#include <stdlib.h>
#include <turbojpeg.h>

int main(int count, char **arguments) {
  const tjscalingfactor scale = {1, count > 3 ? atoi(arguments[3]) : 1};
  if (count < 3 || count > 4 || scale.denom < 1 || scale.denom > 8 || scale.denom & (scale.denom - 1)) {
    fprintf(stderr, "usage: pixmap IN.jpg OUT.ppm [1|2|4|8]\n");
    return 64;
  }
  FILE *from = fopen(arguments[1], "rb");
  if (!from) return perror(arguments[1]), 2;
  static unsigned char bytes[1 << 22];
  unsigned long size = fread(bytes, 1, sizeof bytes, from);
  tjhandle decoder = tjInitDecompress();
  int width, height, sampling, space;
  if (tjDecompressHeader3(decoder, bytes, size, &width, &height, &sampling, &space) != 0) {
    fprintf(stderr, "%s: %s\n", arguments[1], tjGetErrorStr2(decoder));
    return 2;
  }
  width = TJSCALED(width, scale);
  height = TJSCALED(height, scale);
  unsigned char *pixels = malloc((size_t)width * height * 3);
  if (tjDecompress2(decoder, bytes, size, pixels, width, 0, height, TJPF_RGB, TJFLAG_ACCURATEDCT))
    return fprintf(stderr, "%s: %s\n", arguments[1], tjGetErrorStr2(decoder)), 2;
  FILE *to = fopen(arguments[2], "wb");
  if (!to) return perror(arguments[2]), 1;
  fprintf(to, "P6 %d %d 255\n", width, height);
  fwrite(pixels, 3, (size_t)width * height, to);
  return fclose(to) != 0;
}
