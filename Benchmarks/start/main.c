// SPDX-License-Identifier: Apache-2.0
//
// Starts a program that writes events (docs/events.md) again and again, and measures the time from
// exec to its first result, the network's part of that, and its peak memory.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

typedef struct {
  double first, network, rest, kilobytes;
} sample;

static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

static void fail(const char *what) {
  fprintf(stderr, "bench-start: %s\n", what);
  exit(1);
}

// Reads to the end; the time of the first line with a result, and its network_ms.
static void read_events(int descriptor, sample *found) {
  static char text[1 << 20];
  size_t used = 0;
  ssize_t count;
  found->first = 0;
  while ((count = read(descriptor, text + used, sizeof text - 1 - used)) > 0) {
    const double now = milliseconds();
    used += (size_t)count;
    text[used] = 0;
    if (found->first == 0 && strstr(text, "\"event\":\"result\"")) found->first = now;
  }
  const char *network = strstr(text, "\"network_ms\":");
  if (found->first == 0 || !network) fail("the program wrote no result; run it by hand");
  found->network = atof(network + strlen("\"network_ms\":"));
}

static sample start(char **arguments) {
  sample found;
  int ends[2];
  if (pipe(ends) != 0) fail("no pipe");
  const double begin = milliseconds();
  const pid_t child = vfork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    execve(arguments[0], arguments, environ);
    _exit(127);
  }
  if (child < 0) fail("no process");
  close(ends[1]);
  read_events(ends[0], &found);
  close(ends[0]);
  int status;
  struct rusage usage;
  if (wait4(child, &status, 0, &usage) != child || status != 0) fail("the program failed");
  found.first -= begin;
  found.rest = found.first - found.network;
  found.kilobytes = (double)usage.ru_maxrss;
  return found;
}

static int compare(const void *left, const void *right) {
  const double a = *(const double *)left, b = *(const double *)right;
  return a < b ? -1 : a > b;
}

static void print(const char *name, double *values, int count) {
  qsort(values, (size_t)count, sizeof *values, compare);
  printf("%-28s min %8.2f   median %8.2f   max %8.2f\n", name, values[0], values[count / 2],
         values[count - 1]);
}

int main(int count, char **arguments) {
  if (count < 3) fail("usage: bench-start ROUNDS PROGRAM ARGUMENT...");
  const int rounds = atoi(arguments[1]);
  if (rounds < 1 || rounds > 10000) fail("ROUNDS is not within 1...10000");
  double *values = calloc((size_t)rounds * 4, sizeof *values);
  if (!values) fail("out of memory");
  start(arguments + 2);  // fills the page cache
  for (int round = 0; round < rounds; round++) {
    const sample found = start(arguments + 2);
    values[round] = found.first;
    values[rounds + round] = found.network;
    values[2 * rounds + round] = found.rest;
    values[3 * rounds + round] = found.kilobytes * 1024 / 1e6;
  }
  print("exec to first label, ms", values, rounds);
  print("  the network's part, ms", values + rounds, rounds);
  print("  the rest, ms", values + 2 * rounds, rounds);
  print("peak memory, MB (10^6 bytes)", values + 3 * rounds, rounds);
  free(values);
  return 0;
}
