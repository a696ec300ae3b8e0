// SPDX-License-Identifier: Apache-2.0
#include "photographs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool map_file(struct frame *frame, const char *path) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  struct stat status;
  if (file < 0 || fstat(file, &status) < 0) {
    fprintf(stderr, "webcam: %s: %s\n", path, strerror(errno));
    if (file >= 0) close(file);
    return false;
  }
  frame->length = (size_t)status.st_size;
  frame->bytes = mmap(NULL, frame->length, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
  close(file);
  if (frame->bytes != MAP_FAILED) return true;
  fprintf(stderr, "webcam: %s: %s\n", path, strerror(errno));
  return false;
}

bool read_photograph(struct photograph *photograph, const char *folder, const char *name) {
  for (unsigned format = 0; format < FORMAT_COUNT; format++) {
    for (unsigned size = 0; size < SIZE_COUNT; size++) {
      struct frame *frame = &photograph->frames[format][size];
      char path[PATH_MAX];
      snprintf(path, sizeof path, "%s/%s-%ux%u.%s", folder, name, sizes[size].width,
               sizes[size].height, formats[format].extension);
      if (!map_file(frame, path)) return false;
      uint32_t expected = frame_bytes(format, size);
      bool fits = formats[format].guid ? frame->length == expected : frame->length <= expected;
      if (!fits) {
        fprintf(stderr, "webcam: %s: has %zu bytes, should have %u\n", path, frame->length, expected);
        return false;
      }
    }
  }
  return true;
}
