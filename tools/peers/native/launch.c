// SPDX-License-Identifier: Apache-2.0
// Runs a program on chosen CPUs and reports what it cost:
//   launch REPORT CPU,CPU... normal|realtime MARK PROGRAM ARGUMENT...
// Standard output passes through. REPORT gets one JSON object: milliseconds from just before fork
// until the output holds MARK (any byte for an empty one; -1: never) and to the end, peak resident
// kilobytes, the exit code. A program of few pages does this, since a child's peak includes what it
// inherits until exec. With realtime (SCHED_RR, for root) no ordinary process of a busy machine
// comes between.
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int stop(const char *what) {
  perror(what);
  return 71;
}

static int pin(const char *list) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const char *at = list; *at;) {
    char *end;
    long cpu = strtol(at, &end, 10);
    if (end == at || cpu < 0 || cpu >= CPU_SETSIZE) return -1;
    CPU_SET((int)cpu, &set);
    at = *end == ',' ? end + 1 : end;
  }
  return sched_setaffinity(0, sizeof set, &set);
}

// Passes on what comes from a descriptor; the time at which it held `mark`, or -1.
static double relay(int descriptor, const char *mark) {
  static char bytes[1 << 20];
  size_t held = 0, passed = 0;
  double found = -1;
  ssize_t length;
  while ((length = read(descriptor, bytes + held, sizeof bytes - held)) > 0) {
    held += (size_t)length;
    if (found < 0 && memmem(bytes, held, mark, strlen(mark))) found = milliseconds();
    if (write(STDOUT_FILENO, bytes + passed, held - passed) < 0) exit(stop("write"));
    passed = held;
    // Once the mark was found, or too much came without it, nothing needs to be kept.
    if (found >= 0 || held == sizeof bytes) held = passed = 0;
  }
  return found;
}

int main(int count, char **arguments) {
  if (count < 6) {
    fprintf(stderr, "usage: %s REPORT CPU,CPU... normal|realtime MARK PROGRAM ARGUMENT...\n",
            arguments[0]);
    return 64;
  }
  int ends[2];
  if (pin(arguments[2])) return stop(arguments[2]);
  if (pipe(ends)) return stop("pipe");
  struct sched_param priority = {.sched_priority = 1};
  if (!strcmp(arguments[3], "realtime") && sched_setscheduler(0, SCHED_RR, &priority))
    return stop("real-time priority, which only root gets");
  double start = milliseconds();
  pid_t child = fork();
  if (child < 0) return stop("fork");
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    execvp(arguments[5], arguments + 5);
    perror(arguments[5]);
    _exit(127);
  }
  close(ends[1]);
  double found = relay(ends[0], arguments[4]);
  int status;
  struct rusage usage;
  if (wait4(child, &status, 0, &usage) != child) return stop("wait4");
  double end = milliseconds() - start;
  FILE *report = fopen(arguments[1], "w");
  if (!report) return stop(arguments[1]);
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  fprintf(report,
          "{\"markMilliseconds\":%.4f,\"endMilliseconds\":%.4f,\"peakKilobytes\":%ld,"
          "\"code\":%d}\n",
          found < 0 ? -1 : found - start, end, usage.ru_maxrss, code);
  return fclose(report) ? stop(arguments[1]) : code;
}
