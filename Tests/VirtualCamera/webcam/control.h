// SPDX-License-Identifier: Apache-2.0
// Requests at endpoint 0: the standard ones of [USB] 9.4, and the negotiation of [UVC] 4.3.1.1.
#ifndef WEBCAM_CONTROL_H
#define WEBCAM_CONTROL_H

#include <stdint.h>

#include "stream.h"
#include "usbip.h"

// [UVC] table 4-47, little-endian.
struct __attribute__((packed)) negotiation {
  uint16_t hint;
  uint8_t format_index, frame_index;  // from 1
  uint32_t frame_interval;            // in 100 ns
  uint16_t key_frame_rate, p_frame_rate, compression_quality, compression_window, delay;
  uint32_t max_frame_bytes, max_payload_bytes, clock_hertz;
  uint8_t framing, preferred_version, min_version, max_version;
};
_Static_assert(sizeof(struct negotiation) == 34, "UVC 1.1 negotiates 34 bytes");

struct control {
  struct negotiation probe, commit;
};

void control_reset(struct control *control);

// Answers a request; `data` are its outgoing bytes. What the camera does not know is stalled.
// Returns false when the host has gone.
bool control_answer(struct control *control, struct stream *stream, int socket,
                    const struct usbip_request *request, const uint8_t *data);

#endif
