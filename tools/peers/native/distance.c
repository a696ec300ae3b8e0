// SPDX-License-Identifier: Apache-2.0
// Prints how many nanoseconds a word takes from one core to another and back:
//   distance
// Pinned to two cores by its caller. Two cores of a virtual machine may share a cache or not, and
// that may change while it runs; times with two threads follow it.
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

enum { TRIPS = 100000 };
static _Atomic int ball;

static void *answer(void *unused) {
  for (int i = 0; i < TRIPS; i++) {
    while (atomic_load(&ball) != 1) {}
    atomic_store(&ball, 0);
  }
  return unused;
}

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int main(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, answer, NULL)) return 71;
  int64_t start = nanoseconds();
  for (int i = 0; i < TRIPS; i++) {
    atomic_store(&ball, 1);
    while (atomic_load(&ball) != 0) {}
  }
  printf("%.1f\n", (double)(nanoseconds() - start) / TRIPS);
  pthread_join(thread, NULL);
  return 0;
}
