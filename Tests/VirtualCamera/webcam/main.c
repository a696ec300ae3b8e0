// SPDX-License-Identifier: Apache-2.0
// A USB webcam in user space. The kernel's own uvcvideo drives it.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control.h"
#include "photographs.h"
#include "stream.h"
#include "usbip.h"

static const char usage[] =
    "usage: webcam FIFO FOLDER NAME...\n"
    "\n"
    "Makes FIFO, plugs a webcam into port 0 of vhci-hcd and shows the first of the photographs\n"
    "FOLDER/NAME-WIDTHxHEIGHT.{yuyv,jpg,nv12}. It obeys the lines that are written into FIFO:\n"
    "  show K        the photograph K, from 0\n"
    "  rate F        F frames a second, whatever was agreed; 0: what was agreed\n"
    "  freeze, thaw  stops answering, as a hung camera does; answers again\n"
    "  error N       the next N frames carry the error bit of their payloads' headers\n"
    "  truncate N    the next N frames end after a third\n"
    "  garble N      the next N frames have wrong bytes\n"
    "  count         prints how many frames it has sent\n"
    "  unplug        leaves the port\n"
    "  plug [PORT]   is plugged in again, without any of the faults above\n"
    "  quit          unplugs and ends\n"
    "Example: webcam /run/webcam frames cat coffee & echo 'show 1' > /run/webcam\n";

enum { PHOTOGRAPH_CAPACITY = 16, OUTGOING_CAPACITY = 4096, COMMAND_CAPACITY = 512 };

struct webcam {
  struct photograph photographs[PHOTOGRAPH_CAPACITY];
  unsigned photograph_count;
  struct control control;
  struct stream stream;
  int port;
  int socket;  // -1: unplugged
  bool quit;
};

static void unplug(struct webcam *webcam) {
  if (webcam->socket < 0) return;
  usbip_detach(webcam->port, webcam->socket);
  webcam->socket = -1;
  stream_forget(&webcam->stream);
  puts("webcam: unplugged");
}

static void plug(struct webcam *webcam, int port) {
  unplug(webcam);
  control_reset(&webcam->control);
  webcam->stream.faults = (struct faults){0};
  webcam->port = port;
  webcam->socket = usbip_attach(port);
  if (webcam->socket >= 0) printf("webcam: plugged into port %d\n", port);
}

static void obey(struct webcam *webcam, const char *line) {
  char verb[16] = "";
  unsigned number = 0;
  sscanf(line, "%15s %u", verb, &number);
  struct stream *stream = &webcam->stream;
  printf("webcam: command %s\n", line);
  if (!strcmp(verb, "show") && number < webcam->photograph_count)
    stream->photograph = &webcam->photographs[number];
  else if (!strcmp(verb, "rate")) stream->forced_rate = number;
  else if (!strcmp(verb, "freeze")) stream->faults.frozen = true;
  else if (!strcmp(verb, "thaw")) stream_thaw(stream);
  else if (!strcmp(verb, "error")) stream->faults.errors = number;
  else if (!strcmp(verb, "truncate")) stream->faults.truncated = number;
  else if (!strcmp(verb, "garble")) stream->faults.garbled = number;
  else if (!strcmp(verb, "count")) printf("webcam: frames %lu\n", stream->frame_count);
  else if (!strcmp(verb, "unplug")) unplug(webcam);
  else if (!strcmp(verb, "plug")) plug(webcam, (int)number);
  else if (!strcmp(verb, "quit")) webcam->quit = true;
  else fprintf(stderr, "webcam: unknown command: %s\n", line);
}

// Lines come whole: writes to a FIFO of up to PIPE_BUF bytes are atomic.
static void read_commands(struct webcam *webcam, int fifo) {
  char text[COMMAND_CAPACITY + 1];
  ssize_t length = read(fifo, text, COMMAND_CAPACITY);
  if (length <= 0) return;
  text[length] = 0;
  char *rest = text;
  for (char *line; (line = strsep(&rest, "\n"));)
    if (*line) obey(webcam, line);
}

// Returns false when the host has gone.
static bool serve_host(struct webcam *webcam) {
  struct usbip_request request;
  uint8_t outgoing[OUTGOING_CAPACITY];
  if (!usbip_receive(webcam->socket, &request, outgoing, sizeof outgoing)) return false;
  switch (request.command) {
    case USBIP_CMD_SUBMIT:
      if (request.endpoint == 0)
        return control_answer(
            &webcam->control, &webcam->stream, webcam->socket, &request, outgoing);
      if (stream_request(&webcam->stream, request.sequence, request.length)) return true;
      return usbip_answer(webcam->socket, request.sequence, -EPIPE, 0, NULL, 0, NULL, 0);
    case USBIP_CMD_UNLINK: {
      bool waited = stream_unlink(&webcam->stream, request.unlinked_sequence);
      return usbip_answer_unlink(webcam->socket, request.sequence, waited ? -ECONNRESET : 0);
    }
    default:
      fprintf(stderr, "webcam: unknown USB/IP command %u\n", request.command);
      return false;
  }
}

static void lose_host(struct webcam *webcam) {
  fputs("webcam: the host has closed the connection\n", stderr);
  close(webcam->socket);
  webcam->socket = -1;
  stream_forget(&webcam->stream);
}

static void run(struct webcam *webcam, int fifo) {
  while (!webcam->quit) {
    if (webcam->socket >= 0 && !stream_pump(&webcam->stream, webcam->socket)) lose_host(webcam);
    struct pollfd files[] = {{fifo, POLLIN, 0}, {webcam->socket, POLLIN, 0}};
    int timeout = webcam->socket >= 0 ? stream_timeout(&webcam->stream) : -1;
    if (poll(files, 2, timeout) < 0) {
      if (errno == EINTR) continue;
      perror("webcam: poll");
      return;
    }
    if (files[1].revents && !serve_host(webcam)) lose_host(webcam);
    if (files[0].revents) read_commands(webcam, fifo);
  }
}

int main(int count, char **arguments) {
  if (count < 4 || count - 3 > PHOTOGRAPH_CAPACITY) {
    fputs(usage, stderr);
    return 64;
  }
  static struct webcam webcam = {.socket = -1};
  setvbuf(stdout, NULL, _IOLBF, 0);
  signal(SIGPIPE, SIG_IGN);
  for (int i = 3; i < count; i++)
    if (!read_photograph(&webcam.photographs[webcam.photograph_count++], arguments[2], arguments[i]))
      return 1;
  webcam.stream.photograph = webcam.photographs;
  if (mkfifo(arguments[1], 0600) < 0) {
    fprintf(stderr, "webcam: %s: %s\n", arguments[1], strerror(errno));
    return 1;
  }
  int fifo = open(arguments[1], O_RDWR | O_NONBLOCK | O_CLOEXEC);  // open for writing: never at end
  if (fifo < 0) {
    fprintf(stderr, "webcam: %s: %s\n", arguments[1], strerror(errno));
    return 1;
  }
  plug(&webcam, 0);
  bool plugged = webcam.socket >= 0;
  if (plugged) run(&webcam, fifo);
  unplug(&webcam);
  unlink(arguments[1]);
  return plugged ? 0 : 1;
}
