// SPDX-License-Identifier: Apache-2.0
//
// libv4lconvert, found at run time: it knows the formats that cameras of old send. Its interface as
// of libv4lconvert.h of libv4l 0.6 to 1.x. The library is not needed to build.
#pragma once
#ifndef SWIFTLET_STATIC
#include <dlfcn.h>
#endif

#include "cplatform_video.h"

struct swiftlet_converter {
  void *_Nullable library;
  void *_Nullable state;
  struct v4l2_format source, destination;
};

#ifdef SWIFTLET_STATIC
// A static program loads no libraries.
static inline void *_Nullable swiftlet_converter_library(void) { return NULL; }
static inline void *_Nullable swiftlet_converter_symbol(
    void *_Nullable library, const char *_Nonnull name) {
  (void)library;
  (void)name;
  return NULL;
}
static inline void swiftlet_converter_unload(void *_Nullable library) { (void)library; }
#else
// The library, or null where it cannot be loaded.
static inline void *_Nullable swiftlet_converter_library(void) {
  return dlopen("libv4lconvert.so.0", RTLD_NOW | RTLD_LOCAL);
}
static inline void *_Nullable swiftlet_converter_symbol(
    void *_Nullable library, const char *_Nonnull name) {
  return dlsym(library, name);
}
static inline void swiftlet_converter_unload(void *_Nullable library) {
  if (library) dlclose(library);
}
#endif

static inline void swiftlet_converter_close(struct swiftlet_converter *_Nonnull converter) {
  if (converter->state) {
    void (*destroy)(void *) = (void (*)(void *))swiftlet_converter_symbol(
        converter->library, "v4lconvert_destroy");
    if (destroy) destroy(converter->state);
  }
  swiftlet_converter_unload(converter->library);
  converter->state = NULL;
  converter->library = NULL;
}

// False if there is no such library, or it does not take the device.
static inline bool swiftlet_converter_open(
    struct swiftlet_converter *_Nonnull converter, int descriptor) {
  converter->state = NULL;
  converter->library = swiftlet_converter_library();
  if (!converter->library) return false;
  void *(*create)(int) = (void *(*)(int))swiftlet_converter_symbol(
      converter->library, "v4lconvert_create");
  if (create) converter->state = create(descriptor);
  if (!converter->state) swiftlet_converter_close(converter);
  return converter->state != NULL;
}

// Both formats single-planar, of the same size.
static inline void swiftlet_converter_set(
    struct swiftlet_converter *_Nonnull converter, uint32_t width, uint32_t height,
    uint32_t source_fourcc, uint32_t source_bytes_per_line, uint32_t source_byte_count,
    uint32_t destination_fourcc, uint32_t destination_bytes_per_line,
    uint32_t destination_byte_count) {
  struct v4l2_format *formats[2] = {&converter->source, &converter->destination};
  for (int index = 0; index < 2; index++) {
    memset(formats[index], 0, sizeof *formats[index]);
    formats[index]->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    struct v4l2_pix_format *pixels = &formats[index]->fmt.pix;
    pixels->width = width;
    pixels->height = height;
    pixels->field = V4L2_FIELD_NONE;
    pixels->pixelformat = index ? destination_fourcc : source_fourcc;
    pixels->bytesperline = index ? destination_bytes_per_line : source_bytes_per_line;
    pixels->sizeimage = index ? destination_byte_count : source_byte_count;
  }
}

// The bytes written, or a negative number.
static inline int swiftlet_converter_run(
    struct swiftlet_converter *_Nonnull converter, void *_Nonnull source, int source_byte_count,
    void *_Nonnull destination, int destination_byte_count) {
  typedef int (*convert_type)(
      void *, const struct v4l2_format *, const struct v4l2_format *, unsigned char *, int,
      unsigned char *, int);
  convert_type convert = (convert_type)swiftlet_converter_symbol(
      converter->library, "v4lconvert_convert");
  if (!convert) return -1;
  return convert(
      converter->state, &converter->source, &converter->destination, (unsigned char *)source,
      source_byte_count, (unsigned char *)destination, destination_byte_count);
}
