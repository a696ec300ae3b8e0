// SPDX-License-Identifier: Apache-2.0
#include "modes.h"

#include <stddef.h>

// Payload document on uncompressed video, section 2.1: the four characters, then a fixed tail.
#define GUID(a, b, c, d) \
  (const uint8_t[16]) { a, b, c, d, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71 }

const struct format formats[FORMAT_COUNT] = {
    {"yuyv", GUID('Y', 'U', 'Y', '2'), 16},
    {"jpg", NULL, 16},
    {"nv12", GUID('N', 'V', '1', '2'), 12},
};

const struct size sizes[SIZE_COUNT] = {{640, 480}, {320, 240}, {1280, 720}};

const uint32_t intervals[INTERVAL_COUNT] = {333333, 666666, 2000000};

uint32_t frame_bytes(unsigned format, unsigned size) {
  return (uint32_t)sizes[size].width * sizes[size].height * formats[format].bits_per_pixel / 8;
}
