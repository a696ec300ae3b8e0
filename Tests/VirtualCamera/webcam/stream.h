// SPDX-License-Identifier: Apache-2.0
// Frames in time, cut into payloads ([UVC] 2.4.3), and what can go wrong with them.
#ifndef WEBCAM_STREAM_H
#define WEBCAM_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "photographs.h"

enum { PENDING_CAPACITY = 64 };

// The faults that can be asked for, and how many frames they still hit.
struct faults {
  bool frozen;
  unsigned errors, truncated, garbled;
};

struct stream {
  const struct photograph *photograph;
  struct faults faults;
  // Frames a second that override the agreed interval, as a webcam in the dark does; 0: do not.
  unsigned forced_rate;

  bool running;
  unsigned format, size;
  uint32_t interval;  // in 100 ns
  uint8_t frame_id;
  unsigned long frame_count;  // frames begun
  int64_t next_start;  // nanoseconds of CLOCK_MONOTONIC

  // The frame under way; bytes is NULL between two frames.
  struct frame frame;
  size_t offset;
  bool error_bit;
  uint8_t *scratch;  // holds a garbled frame

  // The host's requests for data, oldest first.
  struct {
    uint32_t sequence, length;
  } pending[PENDING_CAPACITY];
  unsigned pending_count;
};

void stream_start(struct stream *stream, unsigned format, unsigned size, uint32_t interval);

// Ends the frame under way and sends no more.
void stream_stop(struct stream *stream);

// Forgets the host's requests, as after unplugging.
void stream_forget(struct stream *stream);

// The camera works again; the next frame is due now.
void stream_thaw(struct stream *stream);

// The host waits for data. Returns false when too many requests are waiting.
bool stream_request(struct stream *stream, uint32_t sequence, uint32_t length);

// The host takes a request back. Returns whether it was still waiting.
bool stream_unlink(struct stream *stream, uint32_t sequence);

// Answers requests as far as frames are due. Returns false when the host has gone.
bool stream_pump(struct stream *stream, int socket);

// Milliseconds until the next frame is due; -1 when only the host can make something happen.
int stream_timeout(const struct stream *stream);

#endif
