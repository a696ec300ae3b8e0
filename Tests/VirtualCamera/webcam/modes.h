// SPDX-License-Identifier: Apache-2.0
// The formats, sizes and rates that the camera offers.
#ifndef WEBCAM_MODES_H
#define WEBCAM_MODES_H

#include <stdint.h>

enum {
  FORMAT_COUNT = 3,
  SIZE_COUNT = 3,
  INTERVAL_COUNT = 3,
  // A payload fills one of uvcvideo's requests: 32 packets.
  PAYLOAD_BYTES = 32 * 512,
  PAYLOAD_HEADER_BYTES = 2,
};

struct format {
  const char *extension;      // of the photographs' files
  const uint8_t *guid;        // 16 bytes; NULL for Motion-JPEG
  unsigned bits_per_pixel;  // an upper bound for Motion-JPEG
};

struct size {
  uint16_t width, height;
};

extern const struct format formats[FORMAT_COUNT];
extern const struct size sizes[SIZE_COUNT];
// In 100 ns, shortest first.
extern const uint32_t intervals[INTERVAL_COUNT];

// The most bytes that a frame has.
uint32_t frame_bytes(unsigned format, unsigned size);

#endif
