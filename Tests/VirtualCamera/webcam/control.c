// SPDX-License-Identifier: Apache-2.0
#include "control.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "descriptors.h"
#include "uvc.h"

enum {
  STALL = -1,
  CLOCK_HERTZ = 48000000,
  FRAMING_FRAME_ID_AND_END = 3,
};

// The nearest thing that the camera can do.
static void settle(struct negotiation *wish) {
  if (wish->format_index < 1 || wish->format_index > FORMAT_COUNT) wish->format_index = 1;
  if (wish->frame_index < 1 || wish->frame_index > SIZE_COUNT) wish->frame_index = 1;
  uint32_t interval = le32toh(wish->frame_interval), best = intervals[0];
  for (unsigned i = 1; i < INTERVAL_COUNT; i++)
    if (interval >= (intervals[i - 1] + intervals[i]) / 2) best = intervals[i];
  wish->frame_interval = htole32(best);
  wish->max_frame_bytes = htole32(frame_bytes(wish->format_index - 1u, wish->frame_index - 1u));
  wish->max_payload_bytes = htole32(PAYLOAD_BYTES);
  wish->clock_hertz = htole32(CLOCK_HERTZ);
  wish->framing = FRAMING_FRAME_ID_AND_END;
}

void control_reset(struct control *control) {
  memset(control, 0, sizeof *control);
  settle(&control->probe);
  control->commit = control->probe;
}

static void commit(struct control *control, struct stream *stream) {
  const struct negotiation *agreed = &control->commit;
  stream_start(stream, agreed->format_index - 1u, agreed->frame_index - 1u,
               le32toh(agreed->frame_interval));
  printf("webcam: streams %s %ux%u, %.4g frames a second\n", formats[stream->format].extension,
         sizes[stream->size].width, sizes[stream->size].height, 1e7 / stream->interval);
}

// The functions below return the number of bytes for the host, or STALL.

static int answer_negotiation(struct control *control, struct stream *stream,
                              const struct usbip_request *request, const uint8_t *data,
                              uint8_t *answer) {
  uint8_t selector = request->setup.value >> 8;
  if ((request->setup.index & 0xff) != INTERFACE_STREAMING) return STALL;
  if (selector != PROBE_CONTROL && selector != COMMIT_CONTROL) return STALL;
  struct negotiation *current = selector == PROBE_CONTROL ? &control->probe : &control->commit;
  struct negotiation other = control->probe;
  switch (request->setup.request) {
    case SET_CUR:
      if (request->length > sizeof *current) return STALL;
      memcpy(current, data, request->length);
      settle(current);
      if (selector == COMMIT_CONTROL) commit(control, stream);
      return 0;
    case GET_MIN:
      other.frame_interval = htole32(intervals[0]);
      break;
    case GET_MAX:
      other.frame_interval = htole32(intervals[INTERVAL_COUNT - 1]);
      break;
    case GET_DEF: break;
    case GET_CUR: other = *current; break;
    case GET_LEN:
      answer[0] = sizeof *current;
      answer[1] = 0;
      return 2;
    case GET_INFO: answer[0] = INFO_GET_AND_SET; return 1;
    default: return STALL;
  }
  memcpy(answer, &other, sizeof other);
  return sizeof other;
}

static int answer_standard(struct stream *stream, const struct usbip_request *request,
                           uint8_t *answer) {
  uint16_t value = request->setup.value;
  switch (request->setup.request) {
    case REQUEST_GET_DESCRIPTOR: {
      size_t length = write_descriptor(answer, value >> 8, value & 0xff);
      return length ? (int)length : STALL;
    }
    case REQUEST_GET_STATUS: answer[0] = answer[1] = 0; return 2;
    case REQUEST_GET_INTERFACE: answer[0] = 0; return 1;
    case REQUEST_CLEAR_FEATURE:  // uvcvideo stops a bulk stream by clearing its endpoint's halt
      if ((request->setup.index & 0xff) == ENDPOINT_STREAM) stream_stop(stream);
      return 0;
    case REQUEST_SET_CONFIGURATION:
    case REQUEST_SET_INTERFACE: stream_stop(stream); return 0;
    case REQUEST_SET_ADDRESS:
    case REQUEST_SET_FEATURE: return 0;
    default: return STALL;
  }
}

bool control_answer(struct control *control, struct stream *stream, int socket,
                    const struct usbip_request *request, const uint8_t *data) {
  uint8_t answer[DESCRIPTOR_CAPACITY];
  int length = STALL;
  switch (request->setup.request_type & REQUEST_TYPE_MASK) {
    case REQUEST_TYPE_STANDARD: length = answer_standard(stream, request, answer); break;
    case REQUEST_TYPE_CLASS:
      length = answer_negotiation(control, stream, request, data, answer);
      break;
  }
  uint32_t sequence = request->sequence;
  if (length == STALL) return usbip_answer(socket, sequence, -EPIPE, 0, NULL, 0, NULL, 0);
  if (request->direction == USBIP_DIR_OUT)
    return usbip_answer(socket, sequence, 0, request->length, NULL, 0, NULL, 0);
  uint32_t sent = (uint32_t)length < request->length ? (uint32_t)length : request->length;
  return usbip_answer(socket, sequence, 0, sent, NULL, 0, answer, sent);
}
