// SPDX-License-Identifier: Apache-2.0
// What the virtual machine asks of its kernel and no command does.
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <linux/usbdevice_fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <unistd.h>

static const char usage[] =
    "usage: machine seed-entropy | usb-reset /dev/bus/usb/BUS/DEVICE | power-off\n";

enum { ENTROPY_BYTES = 64 };

static int fail(const char *what) {
  fprintf(stderr, "machine: %s: %s\n", what, strerror(errno));
  return 1;
}

// The machine has no source of entropy: getrandom() would wait for ever. These bytes are not random.
static int seed_entropy(void) {
  struct {
    int bits, bytes;
    unsigned char pool[ENTROPY_BYTES];
  } entropy = {ENTROPY_BYTES * 8, ENTROPY_BYTES, {1, 2, 3}};
  int file = open("/dev/random", O_WRONLY);
  if (file < 0 || ioctl(file, RNDADDENTROPY, &entropy) < 0) return fail("/dev/random");
  return 0;
}

// A camera comes back from a reset as a new device: uvcvideo has no handlers for it.
static int usb_reset(const char *path) {
  int file = open(path, O_WRONLY);
  if (file < 0 || ioctl(file, USBDEVFS_RESET, 0) < 0) return fail(path);
  return 0;
}

int main(int count, char **arguments) {
  const char *verb = count > 1 ? arguments[1] : "";
  if (!strcmp(verb, "seed-entropy")) return seed_entropy();
  if (!strcmp(verb, "usb-reset") && count == 3) return usb_reset(arguments[2]);
  if (!strcmp(verb, "power-off")) return reboot(RB_POWER_OFF) < 0 ? fail("power-off") : 0;
  fputs(usage, stderr);
  return 64;
}
