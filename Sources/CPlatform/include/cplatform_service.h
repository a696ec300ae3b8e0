// SPDX-License-Identifier: Apache-2.0
//
// The service manager's socket: what systemd wants to hear of a service (sd_notify(3)).
#pragma once
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

// Sends one message to the socket at `path`: a path or, after '@', an abstract name. A socket for each
// message, because the manager may replace its own. 0, or the errno that says why it was not sent.
static inline int swiftlet_service_notify(
    const char *_Nonnull path, const void *_Nonnull message, size_t byte_count) {
  struct sockaddr_un address;
  const size_t count = strlen(path);
  memset(&address, 0, sizeof address);
  address.sun_family = AF_UNIX;
  if ((path[0] != '/' && path[0] != '@') || count < 2 || count >= sizeof address.sun_path) {
    return EINVAL;
  }
  memcpy(address.sun_path, path, count);
  if (path[0] == '@') address.sun_path[0] = 0;
  // An abstract name ends with its length, a path with a zero byte.
  const size_t length = offsetof(struct sockaddr_un, sun_path) + count + (path[0] == '/' ? 1 : 0);
  const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return errno;
  ssize_t sent;
  do {
    sent = sendto(
        descriptor, message, byte_count, MSG_NOSIGNAL, (const struct sockaddr *)&address,
        (socklen_t)length);
  } while (sent < 0 && errno == EINTR);
  const int code = sent < 0 ? errno : 0;
  close(descriptor);
  return code;
}

// The value of an environment variable, or null where it is unset or empty.
static inline const char *_Nullable swiftlet_environment(const char *_Nonnull name) {
  const char *value = getenv(name);
  return value && value[0] ? value : NULL;
}
