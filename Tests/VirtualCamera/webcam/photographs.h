// SPDX-License-Identifier: Apache-2.0
// The pictures that the camera shows, in every format and size.
#ifndef WEBCAM_PHOTOGRAPHS_H
#define WEBCAM_PHOTOGRAPHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "modes.h"

struct frame {
  const uint8_t *bytes;
  size_t length;
};

struct photograph {
  struct frame frames[FORMAT_COUNT][SIZE_COUNT];
};

// Reads FOLDER/NAME-WIDTHxHEIGHT.EXTENSION for every mode. Returns false after a message.
bool read_photograph(struct photograph *photograph, const char *folder, const char *name);

#endif
