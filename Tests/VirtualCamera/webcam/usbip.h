// SPDX-License-Identifier: Apache-2.0
// USB/IP, as the kernel's Documentation/usb/usbip_protocol.rst describes it, between a device in
// user space and vhci-hcd, the kernel's virtual host controller.
#ifndef WEBCAM_USBIP_H
#define WEBCAM_USBIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum usbip_command {
  USBIP_CMD_SUBMIT = 1,
  USBIP_CMD_UNLINK = 2,
  USBIP_RET_SUBMIT = 3,
  USBIP_RET_UNLINK = 4,
};

enum usbip_direction { USBIP_DIR_OUT = 0, USBIP_DIR_IN = 1 };

// The setup packet of a control transfer: USB 2.0, section 9.3.
struct setup_packet {
  uint8_t request_type;
  uint8_t request;
  uint16_t value;
  uint16_t index;
  uint16_t length;
};

// What the host asks for, in host byte order.
struct usbip_request {
  enum usbip_command command;
  uint32_t sequence;
  uint32_t unlinked_sequence;  // USBIP_CMD_UNLINK only
  enum usbip_direction direction;
  uint32_t endpoint;
  uint32_t length;
  struct setup_packet setup;  // endpoint 0 only
};

// Connects a device to a port of the controller. Returns the socket that speaks USB/IP, or -1 after
// a message on standard error.
int usbip_attach(int port);

// Takes the device from its port, as pulling the plug does, and closes the socket.
void usbip_detach(int port, int socket);

// Reads the next request and its outgoing data. Returns false when the host has closed, or has sent
// more than `capacity` bytes.
bool usbip_receive(int socket, struct usbip_request *request, uint8_t *data, size_t capacity);

// Answers a submitted request. `header` and `data` are sent one after the other, and are the incoming
// data; `actual_length` counts what went either way.
bool usbip_answer(int socket, uint32_t sequence, int status, uint32_t actual_length,
                  const void *header, size_t header_length, const void *data, size_t data_length);

// Answers that a request was taken back (status -ECONNRESET), or was done already (0).
bool usbip_answer_unlink(int socket, uint32_t sequence, int status);

#endif
