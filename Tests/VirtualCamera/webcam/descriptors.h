// SPDX-License-Identifier: Apache-2.0
// What the camera says about itself: [USB] 9.6 and [UVC] 3.
#ifndef WEBCAM_DESCRIPTORS_H
#define WEBCAM_DESCRIPTORS_H

#include <stddef.h>
#include <stdint.h>

enum { DESCRIPTOR_CAPACITY = 1024 };

// Writes a descriptor of at most DESCRIPTOR_CAPACITY bytes. Returns its length, 0 where there is none
// of that type and index.
size_t write_descriptor(uint8_t *bytes, uint8_t type, uint8_t index);

#endif
