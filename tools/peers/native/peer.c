// SPDX-License-Identifier: Apache-2.0
// Drives one engine in a process of its own:
//   PROGRAM MODEL THREADS start      computes one frame and prints its label
//   PROGRAM MODEL THREADS time N     times N frames after a warm-up, prints one JSON object
//   PROGRAM MODEL THREADS labels     a label a line for each frame on standard input
#include "peer.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WARM_UP_FRAMES = 10 };

_Noreturn void peer_fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

static size_t size_of(enum peer_type type) { return type == PEER_FLOAT ? 4 : 1; }

// Floats within -1...1, as of a preprocessed picture; all bytes for an integer input.
static void fill(struct peer_tensor tensor) {
  uint32_t state = 1;
  for (size_t i = 0; i < tensor.count; i++) {
    state = state * 1664525u + 1013904223u;
    uint8_t byte = (uint8_t)(state >> 24);
    if (tensor.type == PEER_FLOAT)
      ((float *)tensor.data)[i] = ((int)byte - 128) / 128.0f;
    else
      ((uint8_t *)tensor.data)[i] = byte;
  }
}

static float value(struct peer_tensor tensor, size_t index) {
  switch (tensor.type) {
  case PEER_FLOAT: return ((const float *)tensor.data)[index];
  case PEER_INT8: return ((const int8_t *)tensor.data)[index];
  default: return ((const uint8_t *)tensor.data)[index];
  }
}

// The index of the greatest score, the first of equal ones.
static size_t label(void) {
  struct peer_tensor scores = peer_output();
  size_t best = 0;
  for (size_t i = 1; i < scores.count; i++)
    if (value(scores, i) > value(scores, best)) best = i;
  return best;
}

static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int ascending(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

static void time_frames(int count) {
  fill(peer_input());
  for (int i = 0; i < WARM_UP_FRAMES; i++) peer_run();
  double *frames = malloc(sizeof(double) * (size_t)count);
  if (!frames) peer_fail("memory", "there is none");
  for (int i = 0; i < count; i++) {
    double start = milliseconds();
    peer_run();
    frames[i] = milliseconds() - start;
  }
  qsort(frames, (size_t)count, sizeof(double), ascending);
  int last = count * 99 / 100 < count ? count * 99 / 100 : count - 1;
  printf("{\"milliseconds\":{\"min\":%.5f,\"median\":%.5f,\"p99\":%.5f}}\n", frames[0],
         frames[count / 2], frames[last]);
  free(frames);
}

static void print_labels(void) {
  struct peer_tensor input = peer_input();
  size_t byte_count = input.count * size_of(input.type);
  char *frame = malloc(byte_count);
  if (!frame) peer_fail("memory", "there is none");
  while (fread(frame, 1, byte_count, stdin) == byte_count) {
    memcpy(peer_input().data, frame, byte_count);
    peer_run();
    printf("%zu\n", label());
  }
  free(frame);
}

int main(int count, char **arguments) {
  if (count < 4) {
    fprintf(stderr, "usage: %s MODEL THREADS start|labels|time N\n", arguments[0]);
    return 64;
  }
  int frames = count > 4 ? atoi(arguments[4]) : 1;
  peer_open(arguments[1], atoi(arguments[2]));
  if (!strcmp(arguments[3], "labels")) {
    print_labels();
  } else if (!strcmp(arguments[3], "time") && frames > 0) {
    time_frames(frames);
  } else {
    fill(peer_input());
    peer_run();
    printf("%zu\n", label());
  }
  fflush(stdout);
  // Engines differ in how long they take to be torn down; nobody waits for that.
  _Exit(0);
}
