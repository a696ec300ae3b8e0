// SPDX-License-Identifier: Apache-2.0
#include "descriptors.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "modes.h"
#include "uvc.h"

enum {
  // 0x1209 is pid.codes' vendor number; its 0x0001 is free for private tests.
  VENDOR = 0x1209,
  PRODUCT = 0x0001,
  STRING_MANUFACTURER = 1,
  STRING_PRODUCT = 2,
  STRING_SERIAL = 3,
  LANGUAGE_ENGLISH = 0x0409,
  CLOCK_HERTZ = 48000000,
  COLOR_BT709_PRIMARIES = 1,
  COLOR_BT709_TRANSFER = 1,
  COLOR_BT601_MATRIX = 4,  // SMPTE 170M, [UVC] table 3-18
};

static const char *const strings[] = {
    [STRING_MANUFACTURER] = "Swiftlet",
    [STRING_PRODUCT] = "Virtual Camera",
    [STRING_SERIAL] = "0001",
};

struct writer {
  uint8_t *bytes;
  size_t length;
};

static void put8(struct writer *writer, unsigned value) {
  if (writer->length == DESCRIPTOR_CAPACITY) {
    fputs("webcam: DESCRIPTOR_CAPACITY is too small\n", stderr);
    abort();
  }
  writer->bytes[writer->length++] = (uint8_t)value;
}

static void put16(struct writer *writer, unsigned value) {
  put8(writer, value);
  put8(writer, value >> 8);
}

static void put32(struct writer *writer, uint32_t value) {
  put16(writer, value);
  put16(writer, value >> 16);
}

// Some bytes; numbers of more than one byte are put by put16 and put32.
#define PUT(writer, ...)                                                       \
  do {                                                                         \
    const uint8_t values[] = {__VA_ARGS__};                                    \
    for (size_t i = 0; i < sizeof values; i++) put8(writer, values[i]);        \
  } while (0)

static void set16(struct writer *writer, size_t offset, size_t value) {
  writer->bytes[offset] = (uint8_t)value;
  writer->bytes[offset + 1] = (uint8_t)(value >> 8);
}

// [USB] table 9-8.
static void put_device(struct writer *writer) {
  PUT(writer, 18, DESCRIPTOR_DEVICE);
  put16(writer, 0x0200);
  PUT(writer, 0xef, 2, 1, 64);  // several interfaces belong together; 64 bytes at endpoint 0
  put16(writer, VENDOR);
  put16(writer, PRODUCT);
  put16(writer, 0x0100);
  PUT(writer, STRING_MANUFACTURER, STRING_PRODUCT, STRING_SERIAL, 1);
}

// [UVC] 3.7: a camera, and the stream it goes to.
static void put_control_interface(struct writer *writer) {
  PUT(writer, 9, DESCRIPTOR_INTERFACE, INTERFACE_CONTROL, 0, 0, CLASS_VIDEO, SUBCLASS_CONTROL, 0, 0);
  size_t start = writer->length;
  PUT(writer, 13, CLASS_INTERFACE, CONTROL_HEADER);
  put16(writer, 0x0110);
  size_t total = writer->length;
  put16(writer, 0);
  put32(writer, CLOCK_HERTZ);
  PUT(writer, 1, INTERFACE_STREAMING);
  PUT(writer, 18, CLASS_INTERFACE, CONTROL_INPUT_TERMINAL, ENTITY_CAMERA);
  put16(writer, TERMINAL_CAMERA);
  PUT(writer, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0);  // no lens and no controls
  PUT(writer, 9, CLASS_INTERFACE, CONTROL_OUTPUT_TERMINAL, ENTITY_OUTPUT);
  put16(writer, TERMINAL_STREAMING);
  PUT(writer, 0, ENTITY_CAMERA, 0);
  set16(writer, total, writer->length - start);
}

// [UVC] tables 3-1 and 3-2 of the payload documents: the same but for the type.
static void put_frame(struct writer *writer, unsigned format, unsigned size) {
  uint32_t bytes = frame_bytes(format, size);
  PUT(writer, 26 + 4 * INTERVAL_COUNT, CLASS_INTERFACE,
      formats[format].guid ? STREAMING_FRAME_UNCOMPRESSED : STREAMING_FRAME_MJPEG);
  PUT(writer, (uint8_t)(size + 1), 0);
  put16(writer, sizes[size].width);
  put16(writer, sizes[size].height);
  put32(writer, (uint32_t)(bytes * 8ull * 10000000 / intervals[INTERVAL_COUNT - 1]));
  put32(writer, (uint32_t)(bytes * 8ull * 10000000 / intervals[0]));
  put32(writer, bytes);
  put32(writer, intervals[0]);
  put8(writer, INTERVAL_COUNT);
  for (unsigned i = 0; i < INTERVAL_COUNT; i++) put32(writer, intervals[i]);
}

static void put_format(struct writer *writer, unsigned format) {
  const uint8_t *guid = formats[format].guid;
  if (guid) {
    PUT(writer, 27, CLASS_INTERFACE, STREAMING_FORMAT_UNCOMPRESSED, (uint8_t)(format + 1), SIZE_COUNT);
    for (int i = 0; i < 16; i++) put8(writer, guid[i]);
    PUT(writer, (uint8_t)formats[format].bits_per_pixel, 1, 0, 0, 0, 0);
  } else {
    PUT(writer, 11, CLASS_INTERFACE, STREAMING_FORMAT_MJPEG, (uint8_t)(format + 1), SIZE_COUNT);
    PUT(writer, 1, 1, 0, 0, 0, 0);
  }
  for (unsigned size = 0; size < SIZE_COUNT; size++) put_frame(writer, format, size);
  PUT(writer, 6, CLASS_INTERFACE, STREAMING_COLOR_FORMAT, COLOR_BT709_PRIMARIES,
      COLOR_BT709_TRANSFER, COLOR_BT601_MATRIX);
}

// [UVC] 3.9: the formats and sizes, over a bulk endpoint.
static void put_streaming_interface(struct writer *writer) {
  PUT(writer, 9, DESCRIPTOR_INTERFACE, INTERFACE_STREAMING, 0, 1, CLASS_VIDEO, SUBCLASS_STREAMING, 0,
      0);
  size_t start = writer->length;
  PUT(writer, 13 + FORMAT_COUNT, CLASS_INTERFACE, STREAMING_INPUT_HEADER, FORMAT_COUNT);
  size_t total = writer->length;
  put16(writer, 0);
  PUT(writer, ENDPOINT_STREAM, 0, ENTITY_OUTPUT, 0, 0, 0, 1);
  for (unsigned format = 0; format < FORMAT_COUNT; format++) put8(writer, 0);
  for (unsigned format = 0; format < FORMAT_COUNT; format++) put_format(writer, format);
  set16(writer, total, writer->length - start);
  PUT(writer, 7, DESCRIPTOR_ENDPOINT, ENDPOINT_STREAM, ENDPOINT_BULK);
  put16(writer, HIGH_SPEED_BULK_PACKET);
  put8(writer, 0);
}

static void put_configuration(struct writer *writer) {
  PUT(writer, 9, DESCRIPTOR_CONFIGURATION, 0, 0, 2, 1, 0, 0x80, 250);  // from the bus, 500 mA
  PUT(writer, 8, DESCRIPTOR_INTERFACE_ASSOCIATION, INTERFACE_CONTROL, 2, CLASS_VIDEO,
      SUBCLASS_COLLECTION, 0, 0);
  put_control_interface(writer);
  put_streaming_interface(writer);
  set16(writer, 2, writer->length);
}

static void put_string(struct writer *writer, uint8_t index) {
  if (index == 0) {
    PUT(writer, 4, DESCRIPTOR_STRING);
    put16(writer, LANGUAGE_ENGLISH);
  } else if (index < sizeof strings / sizeof strings[0]) {
    put8(writer, (unsigned)(2 + 2 * strlen(strings[index])));
    put8(writer, DESCRIPTOR_STRING);
    for (const char *letter = strings[index]; *letter; letter++) put16(writer, (uint8_t)*letter);
  }
}

size_t write_descriptor(uint8_t *bytes, uint8_t type, uint8_t index) {
  struct writer writer = {bytes, 0};
  switch (type) {
    case DESCRIPTOR_DEVICE: put_device(&writer); break;
    case DESCRIPTOR_CONFIGURATION: put_configuration(&writer); break;
    case DESCRIPTOR_STRING: put_string(&writer, index); break;
  }
  return writer.length;
}
