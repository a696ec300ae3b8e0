// SPDX-License-Identifier: Apache-2.0
#include "stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "usbip.h"
#include "uvc.h"

enum {
  NANOSECONDS_PER_INTERVAL_UNIT = 100,
  NANOSECONDS_PER_MILLISECOND = 1000 * 1000,
  TRUNCATED_PARTS = 3,      // a truncated frame ends after a third
  GARBLED_FROM_BYTE = 700,  // behind the tables of a JPEG file
  GARBLED_STEP = 61,
};

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static int64_t interval_nanoseconds(const struct stream *stream) {
  if (stream->forced_rate) return INT64_C(1000000000) / stream->forced_rate;
  return (int64_t)stream->interval * NANOSECONDS_PER_INTERVAL_UNIT;
}

void stream_start(struct stream *stream, unsigned format, unsigned size, uint32_t interval) {
  stream->format = format;
  stream->size = size;
  stream->interval = interval;
  stream->frame.bytes = NULL;
  stream->next_start = now();
  stream->running = true;
}

void stream_stop(struct stream *stream) {
  stream->running = false;
  stream->frame.bytes = NULL;
}

void stream_forget(struct stream *stream) {
  stream_stop(stream);
  stream->pending_count = 0;
}

void stream_thaw(struct stream *stream) {
  stream->faults.frozen = false;
  stream->next_start = now();
}

bool stream_request(struct stream *stream, uint32_t sequence, uint32_t length) {
  if (stream->pending_count == PENDING_CAPACITY || length <= PAYLOAD_HEADER_BYTES) return false;
  stream->pending[stream->pending_count].sequence = sequence;
  stream->pending[stream->pending_count++].length = length;
  return true;
}

static void remove_request(struct stream *stream, unsigned index) {
  stream->pending_count--;
  memmove(stream->pending + index, stream->pending + index + 1,
          (stream->pending_count - index) * sizeof stream->pending[0]);
}

bool stream_unlink(struct stream *stream, uint32_t sequence) {
  for (unsigned i = 0; i < stream->pending_count; i++) {
    if (stream->pending[i].sequence != sequence) continue;
    remove_request(stream, i);
    return true;
  }
  return false;
}

// Replaces bytes of the entropy-coded data by others, the same ones in every run.
static void garble(struct stream *stream) {
  uint8_t *copy = realloc(stream->scratch, stream->frame.length);
  if (!copy) {
    perror("webcam: garble");
    abort();
  }
  memcpy(copy, stream->frame.bytes, stream->frame.length);
  for (size_t i = GARBLED_FROM_BYTE; i + 2 < stream->frame.length; i += GARBLED_STEP)
    copy[i] = (uint8_t)(i * 151 + 7);
  stream->scratch = copy;
  stream->frame.bytes = copy;
}

static void start_frame(struct stream *stream, int64_t time) {
  int64_t next = stream->next_start + interval_nanoseconds(stream);
  stream->next_start = next < time ? time : next;  // a late camera does not hurry
  stream->frame = stream->photograph->frames[stream->format][stream->size];
  stream->offset = 0;
  stream->frame_count++;
  stream->frame_id ^= PAYLOAD_FRAME_ID;
  struct faults *faults = &stream->faults;
  stream->error_bit = faults->errors > 0;
  if (faults->errors) faults->errors--;
  if (faults->garbled) {
    faults->garbled--;
    garble(stream);
  }
  if (faults->truncated) {
    faults->truncated--;
    stream->frame.length /= TRUNCATED_PARTS;
  }
}

// One payload answers one request; a short one, or a full one, ends there.
static bool send_payload(struct stream *stream, int socket) {
  size_t capacity = stream->pending[0].length;
  if (capacity > PAYLOAD_BYTES) capacity = PAYLOAD_BYTES;
  size_t length = stream->frame.length - stream->offset;
  if (length > capacity - PAYLOAD_HEADER_BYTES) length = capacity - PAYLOAD_HEADER_BYTES;
  const uint8_t *bytes = stream->frame.bytes + stream->offset;
  stream->offset += length;
  bool last = stream->offset == stream->frame.length;
  uint8_t header[PAYLOAD_HEADER_BYTES] = {
      PAYLOAD_HEADER_BYTES,
      (uint8_t)(PAYLOAD_END_OF_HEADER | stream->frame_id | (last ? PAYLOAD_END_OF_FRAME : 0)
                | (stream->error_bit ? PAYLOAD_ERROR : 0)),
  };
  uint32_t sequence = stream->pending[0].sequence;
  remove_request(stream, 0);
  if (last) stream->frame.bytes = NULL;
  return usbip_answer(socket, sequence, 0, (uint32_t)(sizeof header + length), header, sizeof header,
                      bytes, length);
}

static bool can_send(const struct stream *stream) {
  return stream->running && !stream->faults.frozen && stream->pending_count > 0;
}

bool stream_pump(struct stream *stream, int socket) {
  while (can_send(stream)) {
    if (!stream->frame.bytes) {
      int64_t time = now();
      if (time < stream->next_start) break;
      start_frame(stream, time);
    }
    if (!send_payload(stream, socket)) return false;
  }
  return true;
}

int stream_timeout(const struct stream *stream) {
  if (!can_send(stream)) return -1;
  int64_t left = stream->next_start - now();
  return left <= 0 ? 0 : (int)((left + NANOSECONDS_PER_MILLISECOND - 1) / NANOSECONDS_PER_MILLISECOND);
}
