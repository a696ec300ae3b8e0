// SPDX-License-Identifier: Apache-2.0
//
// What a program that watches for months needs of libc: signals, clocks, its own use of memory and
// processor, files that grow.
#pragma once
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cplatform_device.h"

// Waits until one of two descriptors is readable (-1: none), for at most a time; negative: for ever.
// Bit 0 of the result: the first one, bit 1: the second one.
static inline int swiftlet_wait_readable(int first, int second, int64_t milliseconds) {
  struct pollfd descriptors[2] = {
      {.fd = first, .events = POLLIN, .revents = 0},
      {.fd = second, .events = POLLIN, .revents = 0},
  };
  const int timeout =
      milliseconds < 0 ? -1 : milliseconds > INT32_MAX ? INT32_MAX : (int)milliseconds;
  if (poll(descriptors, 2, timeout) <= 0) return 0;
  return (descriptors[0].revents != 0 ? 1 : 0) | (descriptors[1].revents != 0 ? 2 : 0);
}

// Waits until a descriptor takes bytes: 1, or 0 when the time is over.
static inline int swiftlet_wait_writable(int descriptor, int milliseconds) {
  struct pollfd entry = {.fd = descriptor, .events = POLLOUT, .revents = 0};
  const int count = poll(&entry, 1, milliseconds);
  // A broken pipe shows as an error, which the next write reports.
  return count > 0 ? 1 : 0;
}

// Nanoseconds since 1970, UTC.
static inline int64_t swiftlet_wall_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000000000 + (int64_t)now.tv_nsec;
}

// Processor time of all threads of this process.
static inline uint64_t swiftlet_processor_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

// Reads the beginning of a file: the byte count, or -1 with errno set.
static inline int64_t swiftlet_read_beginning(
    const char *_Nonnull path, void *_Nonnull bytes, size_t byte_count) {
  const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return -1;
  const ssize_t count = read(descriptor, bytes, byte_count);
  const int code = errno;
  close(descriptor);
  errno = code;
  return (int64_t)count;
}

// Opens a file to append to, made where it is not there; -1 with errno set.
static inline int swiftlet_open_append(const char *_Nonnull path) {
  return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

// Opens a new or emptied file to write; -1 with errno set.
static inline int swiftlet_open_write(const char *_Nonnull path) {
  return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
}

static inline int64_t swiftlet_read(int descriptor, void *_Nonnull bytes, size_t byte_count) {
  return (int64_t)read(descriptor, bytes, byte_count);
}

// Signals that ask the program to do something; each counts until it is taken.
enum {
  SWIFTLET_SIGNAL_STOP = 1,
  SWIFTLET_SIGNAL_REOPEN = 2,
  SWIFTLET_SIGNAL_STATISTICS = 4,
};

// SIGINT and SIGTERM stop (a second one ends the program at once), SIGHUP reopens the log, SIGUSR1
// asks for statistics; SIGPIPE is ignored. Each makes `descriptor` readable.
void swiftlet_signals_install(int descriptor);

// Takes the signals that came since the last call: a set of SWIFTLET_SIGNAL_ bits.
int swiftlet_signals_take(void);

// Cuts bytes off the end of a file that was just written.
static inline void swiftlet_shorten(int descriptor, int64_t byte_count) {
  struct stat status;
  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return;
  const int ignored = ftruncate(descriptor, status.st_size - (off_t)byte_count);
  (void)ignored;
}

// 0 and the size in bytes of a regular file, links not followed, or an error number.
static inline int swiftlet_file_size(const char *_Nonnull path, int64_t *_Nonnull byte_count) {
  struct stat status;
  if (lstat(path, &status) != 0) return errno;
  if (!S_ISREG(status.st_mode)) return EINVAL;
  *byte_count = (int64_t)status.st_size;
  return 0;
}
