// SPDX-License-Identifier: Apache-2.0
//
// Files that must survive a power cut, and folders that two programs change in turn.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static inline int swiftlet_is_folder(const char *_Nonnull path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

// What root makes belongs to the owner of its folder, so that a service without rights can later
// replace and remove it. `path` names what was made.
static inline int swiftlet_own_as_folder(const char *_Nonnull path) {
  if (geteuid() != 0) return 0;
  char folder[4096];
  const char *slash = strrchr(path, '/');
  const size_t count = slash ? (size_t)(slash - path) : 0;
  if (count == 0 || count >= sizeof folder) return 0;
  memcpy(folder, path, count);
  folder[count] = 0;
  struct stat status;
  if (stat(folder, &status) != 0) return errno;
  return lchown(path, status.st_uid, status.st_gid) == 0 ? 0 : errno;
}

// A file that was not there before; -1 with errno set on failure.
static inline int swiftlet_create_file(const char *_Nonnull path) {
  const int descriptor =
      open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (descriptor < 0) return -1;
  const int code = swiftlet_own_as_folder(path);
  if (code == 0) return descriptor;
  close(descriptor);
  unlink(path);
  errno = code;
  return -1;
}

// 0 or an error number.
static inline int swiftlet_write_all(
    int descriptor, const void *_Nonnull bytes, size_t byte_count) {
  const char *next = (const char *)bytes;
  while (byte_count > 0) {
    const ssize_t count = write(descriptor, next, byte_count);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    if (count == 0) return ENOSPC;
    next += count;
    byte_count -= (size_t)count;
  }
  return 0;
}

// 0, also where the folder is already there, or an error number.
static inline int swiftlet_make_folder(const char *_Nonnull path) {
  if (mkdir(path, 0755) == 0) return swiftlet_own_as_folder(path);
  if (errno != EEXIST) return errno;
  struct stat status;
  if (stat(path, &status) != 0) return errno;
  return S_ISDIR(status.st_mode) ? 0 : ENOTDIR;
}

// Waits for the folder's lock: a descriptor whose closing releases it, or -1 with errno set.
static inline int swiftlet_lock_folder(const char *_Nonnull path) {
  const int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return -1;
  int result;
  do {
    result = flock(descriptor, LOCK_EX);
  } while (result != 0 && errno == EINTR);
  if (result == 0) return descriptor;
  const int code = errno;
  close(descriptor);
  errno = code;
  return -1;
}
