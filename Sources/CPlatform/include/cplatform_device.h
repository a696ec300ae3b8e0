// SPDX-License-Identifier: Apache-2.0
//
// Device nodes for Swift: opening and naming them, waiting for them, hearing of new ones.
#pragma once
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

static inline int swiftlet_open_device(const char *_Nonnull path) {
  int descriptor;
  do {
    descriptor = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  } while (descriptor == -1 && errno == EINTR);
  return descriptor;
}

// 0 for a character device, or the errno that says why it is none.
static inline int swiftlet_is_character_device(const char *_Nonnull path) {
  struct stat status;
  if (stat(path, &status) != 0) return errno;
  return S_ISCHR(status.st_mode) ? 0 : ENOTTY;
}

// The path behind all links, or null. The caller frees it.
static inline char *_Nullable swiftlet_resolve(const char *_Nonnull path) {
  return realpath(path, NULL);
}

// The first line of a small file, ended with 0; false if there is none.
static inline int swiftlet_read_line(const char *_Nonnull path, char *_Nonnull line, size_t capacity) {
  const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return 0;
  const ssize_t count = read(descriptor, line, capacity - 1);
  close(descriptor);
  line[count > 0 ? count : 0] = 0;
  line[strcspn(line, "\n")] = 0;
  return count > 0;
}

// A folder's names: open, next until null, close. The handle is a DIR.
static inline void *_Nullable swiftlet_folder_open(const char *_Nonnull path) {
  return opendir(path);
}
static inline const char *_Nullable swiftlet_folder_next(void *_Nonnull folder) {
  const struct dirent *entry = readdir((DIR *)folder);
  return entry ? entry->d_name : NULL;
}
static inline void swiftlet_folder_close(void *_Nonnull folder) { closedir((DIR *)folder); }

// Waits until either is readable or in error; a negative descriptor is ignored, a negative timeout
// never ends. The number of descriptors with events, 0 at the timeout, or minus the errno.
static inline int swiftlet_poll_pair(
    int first, int second, int timeout_milliseconds, int *_Nonnull first_events,
    int *_Nonnull second_events) {
  struct pollfd pair[2] = {{first, POLLIN, 0}, {second, POLLIN, 0}};
  const int count = poll(pair, 2, timeout_milliseconds);
  *first_events = count > 0 ? pair[0].revents : 0;
  *second_events = count > 0 ? pair[1].revents : 0;
  return count < 0 ? -errno : count;
}

// A descriptor that one thread makes readable to wake another one; -1 with errno set on failure.
static inline int swiftlet_wake_create(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }
// May be called by a signal handler.
static inline void swiftlet_wake_signal(int descriptor) {
  const int saved = errno;
  const uint64_t one = 1;
  const ssize_t count = write(descriptor, &one, sizeof one);
  (void)count;
  errno = saved;
}
static inline void swiftlet_wake_drain(int descriptor) {
  uint64_t count;
  const ssize_t bytes = read(descriptor, &count, sizeof count);
  (void)bytes;
}

// Nonblocking; -1 with errno set on failure.
static inline int swiftlet_watch_create(void) { return inotify_init1(IN_NONBLOCK | IN_CLOEXEC); }
// Names that appear, go, or change their permissions. Adding a folder again changes nothing.
static inline int swiftlet_watch_folder(int descriptor, const char *_Nonnull path) {
  const uint32_t mask = IN_CREATE | IN_ATTRIB | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
  return inotify_add_watch(descriptor, path, mask | IN_ONLYDIR);
}
// Reads what has happened; the number of events whose name starts with `prefix`, in any folder.
static inline int swiftlet_watch_drain(int descriptor, const char *_Nonnull prefix) {
  char bytes[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
  int matches = 0;
  for (;;) {
    const ssize_t count = read(descriptor, bytes, sizeof bytes);
    if (count <= 0) return matches;
    for (ssize_t at = 0; at < count;) {
      const struct inotify_event *event = (const struct inotify_event *)(bytes + at);
      // An overflow may have swallowed anything.
      if (event->mask & IN_Q_OVERFLOW) matches++;
      if (event->len > 0 && strncmp(event->name, prefix, strlen(prefix)) == 0) matches++;
      at += (ssize_t)sizeof *event + (ssize_t)event->len;
    }
  }
}
