// SPDX-License-Identifier: Apache-2.0
#include "usbip.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define VHCI "/sys/devices/platform/vhci_hcd.0/"

enum {
  DEVICE_ID = 1 << 16 | 2,  // bus 1, device 2 of the far side: any will do
  SPEED_HIGH = 3,           // enum usb_device_speed, linux/usb/ch9.h
  ATTACH_ATTEMPTS = 150,    // a port is busy for a moment after its device has left it
  ATTACH_PAUSE_NANOSECONDS = 20 * 1000 * 1000,
};

// 48 bytes, big-endian; the words after the fifth depend on the command.
struct wire_header {
  uint32_t command, sequence, device_id, direction, endpoint;
  union {
    struct {
      uint32_t transfer_flags, length, start_frame, packet_count, interval;
      uint8_t setup[8];
    } submit;
    struct {
      uint32_t status, actual_length, start_frame, packet_count, error_count;
      uint8_t padding[8];
    } answer;
    uint32_t unlinked_sequence;
  };
};
_Static_assert(sizeof(struct wire_header) == 48, "the header of USB/IP has 48 bytes");

static bool write_text(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  bool written = write(file, text, strlen(text)) == (ssize_t)strlen(text);
  int error = errno;
  close(file);
  errno = error;
  return written;
}

int usbip_attach(int port) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
    perror("webcam: socketpair");
    return -1;
  }
  char text[64];
  snprintf(text, sizeof text, "%d %d %d %d", port, pair[1], DEVICE_ID, SPEED_HIGH);
  bool attached = false;
  for (int attempt = 0; attempt < ATTACH_ATTEMPTS && !attached; attempt++) {
    if (attempt) nanosleep(&(struct timespec){.tv_nsec = ATTACH_PAUSE_NANOSECONDS}, NULL);
    attached = write_text(VHCI "attach", text);
    if (!attached && errno != EBUSY && errno != EINVAL) break;
  }
  if (!attached) fprintf(stderr, "webcam: " VHCI "attach, port %d: %s\n", port, strerror(errno));
  close(pair[1]);
  if (attached) return pair[0];
  close(pair[0]);
  return -1;
}

void usbip_detach(int port, int socket) {
  char text[16];
  snprintf(text, sizeof text, "%d", port);
  if (!write_text(VHCI "detach", text))
    fprintf(stderr, "webcam: " VHCI "detach, port %d: %s\n", port, strerror(errno));
  close(socket);
}

static bool read_all(int socket, void *bytes, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t count = read(socket, (uint8_t *)bytes + done, length - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += (size_t)count;
  }
  return true;
}

static bool write_all(int socket, struct iovec *parts, int count) {
  while (count > 0) {
    ssize_t written = writev(socket, parts, count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    for (; count > 0 && (size_t)written >= parts->iov_len; parts++, count--)
      written -= (ssize_t)parts->iov_len;
    if (count > 0) {
      parts->iov_base = (uint8_t *)parts->iov_base + written;
      parts->iov_len -= (size_t)written;
    }
  }
  return true;
}

bool usbip_receive(int socket, struct usbip_request *request, uint8_t *data, size_t capacity) {
  struct wire_header wire;
  if (!read_all(socket, &wire, sizeof wire)) return false;
  *request = (struct usbip_request){
      .command = ntohl(wire.command),
      .sequence = ntohl(wire.sequence),
      .direction = ntohl(wire.direction),
      .endpoint = ntohl(wire.endpoint),
  };
  if (request->command == USBIP_CMD_UNLINK) {
    request->unlinked_sequence = ntohl(wire.unlinked_sequence);
    return true;
  }
  request->length = ntohl(wire.submit.length);
  memcpy(&request->setup, wire.submit.setup, sizeof request->setup);
  request->setup.value = le16toh(request->setup.value);
  request->setup.index = le16toh(request->setup.index);
  request->setup.length = le16toh(request->setup.length);
  if (request->direction == USBIP_DIR_IN) return true;
  if (request->length > capacity) {
    fprintf(stderr, "webcam: the host sent %u bytes, more than %zu\n", request->length, capacity);
    return false;
  }
  return read_all(socket, data, request->length);
}

bool usbip_answer(int socket, uint32_t sequence, int status, uint32_t actual_length,
                  const void *header, size_t header_length, const void *data, size_t data_length) {
  struct wire_header wire = {
      .command = htonl(USBIP_RET_SUBMIT),
      .sequence = htonl(sequence),
      .answer = {.status = htonl((uint32_t)status), .actual_length = htonl(actual_length)},
  };
  struct iovec parts[] = {
      {&wire, sizeof wire}, {(void *)header, header_length}, {(void *)data, data_length}};
  return write_all(socket, parts, 3);
}

bool usbip_answer_unlink(int socket, uint32_t sequence, int status) {
  struct wire_header wire = {
      .command = htonl(USBIP_RET_UNLINK),
      .sequence = htonl(sequence),
      .answer = {.status = htonl((uint32_t)status)},
  };
  return write_all(socket, &(struct iovec){&wire, sizeof wire}, 1);
}
