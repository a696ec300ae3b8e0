// SPDX-License-Identifier: Apache-2.0
// One engine behind the functions that peer.c needs. A failure ends the program with a message.
#pragma once
#include <stddef.h>

enum peer_type { PEER_FLOAT, PEER_INT8, PEER_UINT8 };

// The memory of one tensor.
struct peer_tensor {
  void *data;
  size_t count;
  enum peer_type type;
};

// Opens a model, ready to run on `threads` threads.
void peer_open(const char *model, int threads);
// Where a frame's values go. Valid until peer_run.
struct peer_tensor peer_input(void);
void peer_run(void);
// The scores of the last run. Valid until the next one.
struct peer_tensor peer_output(void);

_Noreturn void peer_fail(const char *what, const char *why);
