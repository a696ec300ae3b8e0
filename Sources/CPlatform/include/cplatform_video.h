// SPDX-License-Identifier: Apache-2.0
//
// V4L2 for Swift, which sees neither the ioctl macros nor the unions: flat structures, and one
// function an ioctl that returns 0 or the errno. The single- and the multi-planar interface look
// alike. https://docs.kernel.org/userspace-api/media/v4l/v4l2.html
#pragma once
#include <errno.h>
#include <linux/videodev2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

enum { SWIFTLET_VIDEO_PLANES = 3 };

// An interrupted call is made again.
static inline int swiftlet_video_call(int descriptor, unsigned long request, void *_Nullable data) {
  int result;
  do {
    result = ioctl(descriptor, request, data);
  } while (result == -1 && errno == EINTR);
  return result == -1 ? errno : 0;
}

#define SWIFTLET_VIDEO_CALL(name, request, type)                                    \
  static inline int swiftlet_video_##name(int descriptor, type *_Nonnull argument) { \
    return swiftlet_video_call(descriptor, request, argument);                      \
  }
SWIFTLET_VIDEO_CALL(capability, VIDIOC_QUERYCAP, struct v4l2_capability)
SWIFTLET_VIDEO_CALL(enumerate_format, VIDIOC_ENUM_FMT, struct v4l2_fmtdesc)
SWIFTLET_VIDEO_CALL(enumerate_size, VIDIOC_ENUM_FRAMESIZES, struct v4l2_frmsizeenum)
SWIFTLET_VIDEO_CALL(enumerate_interval, VIDIOC_ENUM_FRAMEINTERVALS, struct v4l2_frmivalenum)
SWIFTLET_VIDEO_CALL(query_control, VIDIOC_QUERY_EXT_CTRL, struct v4l2_query_ext_ctrl)
#undef SWIFTLET_VIDEO_CALL

static inline uint32_t swiftlet_video_capture_type(bool multiplanar) {
  return multiplanar ? V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE : V4L2_BUF_TYPE_VIDEO_CAPTURE;
}

// MARK: Format

struct swiftlet_video_format {
  bool multiplanar;
  uint32_t width, height, fourcc, field;
  // Zero where the driver knows nothing of them.
  uint32_t colorspace, ycbcr_encoding, quantization;
  uint32_t plane_count;
  uint32_t bytes_per_line[3], byte_count[3];
};

static inline struct v4l2_format swiftlet_video_pack(const struct swiftlet_video_format *_Nonnull flat) {
  struct v4l2_format format;
  memset(&format, 0, sizeof format);
  format.type = swiftlet_video_capture_type(flat->multiplanar);
  if (flat->multiplanar) {
    struct v4l2_pix_format_mplane *pixels = &format.fmt.pix_mp;
    pixels->width = flat->width;
    pixels->height = flat->height;
    pixels->pixelformat = flat->fourcc;
    pixels->field = flat->field;
  } else {
    struct v4l2_pix_format *pixels = &format.fmt.pix;
    pixels->width = flat->width;
    pixels->height = flat->height;
    pixels->pixelformat = flat->fourcc;
    pixels->field = flat->field;
    pixels->priv = V4L2_PIX_FMT_PRIV_MAGIC;
  }
  return format;
}

static inline void swiftlet_video_unpack(
    const struct v4l2_format *_Nonnull format, struct swiftlet_video_format *_Nonnull flat) {
  memset(flat, 0, sizeof *flat);
  flat->multiplanar = format->type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
  if (flat->multiplanar) {
    const struct v4l2_pix_format_mplane *pixels = &format->fmt.pix_mp;
    flat->width = pixels->width;
    flat->height = pixels->height;
    flat->fourcc = pixels->pixelformat;
    flat->field = pixels->field;
    flat->colorspace = pixels->colorspace;
    flat->ycbcr_encoding = pixels->ycbcr_enc;
    flat->quantization = pixels->quantization;
    flat->plane_count = pixels->num_planes;
    for (uint32_t plane = 0; plane < pixels->num_planes && plane < 3; plane++) {
      flat->bytes_per_line[plane] = pixels->plane_fmt[plane].bytesperline;
      flat->byte_count[plane] = pixels->plane_fmt[plane].sizeimage;
    }
  } else {
    const struct v4l2_pix_format *pixels = &format->fmt.pix;
    const bool extended = pixels->priv == V4L2_PIX_FMT_PRIV_MAGIC;
    flat->width = pixels->width;
    flat->height = pixels->height;
    flat->fourcc = pixels->pixelformat;
    flat->field = pixels->field;
    flat->colorspace = pixels->colorspace;
    flat->ycbcr_encoding = extended ? pixels->ycbcr_enc : 0;
    flat->quantization = extended ? pixels->quantization : 0;
    flat->plane_count = 1;
    flat->bytes_per_line[0] = pixels->bytesperline;
    flat->byte_count[0] = pixels->sizeimage;
  }
}

static inline int swiftlet_video_get_format(
    int descriptor, bool multiplanar, struct swiftlet_video_format *_Nonnull flat) {
  struct v4l2_format format;
  memset(&format, 0, sizeof format);
  format.type = swiftlet_video_capture_type(multiplanar);
  const int error = swiftlet_video_call(descriptor, VIDIOC_G_FMT, &format);
  if (error == 0) swiftlet_video_unpack(&format, flat);
  return error;
}

// Width, height, fourcc and field go in; what the driver chose comes back.
static inline int swiftlet_video_set_format(
    int descriptor, struct swiftlet_video_format *_Nonnull flat) {
  struct v4l2_format format = swiftlet_video_pack(flat);
  const int error = swiftlet_video_call(descriptor, VIDIOC_S_FMT, &format);
  if (error == 0) swiftlet_video_unpack(&format, flat);
  return error;
}

// MARK: Frame rate

// Seconds a frame, as a fraction; 0/0 where the driver does not say.
static inline int swiftlet_video_get_interval(
    int descriptor, bool multiplanar, uint32_t *_Nonnull numerator, uint32_t *_Nonnull denominator) {
  struct v4l2_streamparm parameters;
  memset(&parameters, 0, sizeof parameters);
  parameters.type = swiftlet_video_capture_type(multiplanar);
  const int error = swiftlet_video_call(descriptor, VIDIOC_G_PARM, &parameters);
  *numerator = error ? 0 : parameters.parm.capture.timeperframe.numerator;
  *denominator = error ? 0 : parameters.parm.capture.timeperframe.denominator;
  return error;
}

static inline int swiftlet_video_set_interval(
    int descriptor, bool multiplanar, uint32_t numerator, uint32_t denominator) {
  struct v4l2_streamparm parameters;
  memset(&parameters, 0, sizeof parameters);
  parameters.type = swiftlet_video_capture_type(multiplanar);
  parameters.parm.capture.timeperframe.numerator = numerator;
  parameters.parm.capture.timeperframe.denominator = denominator;
  return swiftlet_video_call(descriptor, VIDIOC_S_PARM, &parameters);
}

// MARK: Buffers

struct swiftlet_video_buffer {
  uint32_t index, flags, sequence, field;
  // Of the clock that the flags name; 0 where there is none.
  uint64_t timestamp_nanoseconds;
  uint32_t plane_count;
  // used_bytes includes the data_offset bytes before the picture.
  uint32_t used_bytes[3], data_offset[3], byte_count[3], map_offset[3];
};

// The driver says how many it gave.
static inline int swiftlet_video_request_buffers(
    int descriptor, bool multiplanar, uint32_t *_Nonnull count) {
  struct v4l2_requestbuffers request;
  memset(&request, 0, sizeof request);
  request.count = *count;
  request.type = swiftlet_video_capture_type(multiplanar);
  request.memory = V4L2_MEMORY_MMAP;
  const int error = swiftlet_video_call(descriptor, VIDIOC_REQBUFS, &request);
  *count = error ? 0 : request.count;
  return error;
}

static inline int swiftlet_video_buffer_call(
    int descriptor, unsigned long request, bool multiplanar, uint32_t plane_count,
    struct swiftlet_video_buffer *_Nonnull flat) {
  struct v4l2_plane planes[VIDEO_MAX_PLANES];
  struct v4l2_buffer buffer;
  memset(planes, 0, sizeof planes);
  memset(&buffer, 0, sizeof buffer);
  buffer.index = flat->index;
  buffer.type = swiftlet_video_capture_type(multiplanar);
  buffer.memory = V4L2_MEMORY_MMAP;
  if (multiplanar) {
    buffer.m.planes = planes;
    buffer.length = VIDEO_MAX_PLANES < plane_count ? VIDEO_MAX_PLANES : plane_count;
  }
  const int error = swiftlet_video_call(descriptor, request, &buffer);
  if (error) return error;
  memset(flat, 0, sizeof *flat);
  flat->index = buffer.index;
  flat->flags = buffer.flags;
  flat->sequence = buffer.sequence;
  flat->field = buffer.field;
  flat->timestamp_nanoseconds =
      (uint64_t)buffer.timestamp.tv_sec * 1000000000u + (uint64_t)buffer.timestamp.tv_usec * 1000u;
  flat->plane_count = multiplanar ? buffer.length : 1;
  if (!multiplanar) {
    flat->used_bytes[0] = buffer.bytesused;
    flat->byte_count[0] = buffer.length;
    flat->map_offset[0] = buffer.m.offset;
    return 0;
  }
  for (uint32_t plane = 0; plane < buffer.length && plane < 3; plane++) {
    flat->used_bytes[plane] = planes[plane].bytesused;
    flat->data_offset[plane] = planes[plane].data_offset;
    flat->byte_count[plane] = planes[plane].length;
    flat->map_offset[plane] = planes[plane].m.mem_offset;
  }
  return 0;
}

static inline int swiftlet_video_query_buffer(
    int descriptor, bool multiplanar, uint32_t plane_count,
    struct swiftlet_video_buffer *_Nonnull buffer) {
  return swiftlet_video_buffer_call(descriptor, VIDIOC_QUERYBUF, multiplanar, plane_count, buffer);
}
static inline int swiftlet_video_dequeue(
    int descriptor, bool multiplanar, uint32_t plane_count,
    struct swiftlet_video_buffer *_Nonnull buffer) {
  return swiftlet_video_buffer_call(descriptor, VIDIOC_DQBUF, multiplanar, plane_count, buffer);
}
static inline int swiftlet_video_queue(
    int descriptor, bool multiplanar, uint32_t plane_count, uint32_t index) {
  struct swiftlet_video_buffer buffer;
  memset(&buffer, 0, sizeof buffer);
  buffer.index = index;
  return swiftlet_video_buffer_call(descriptor, VIDIOC_QBUF, multiplanar, plane_count, &buffer);
}
static inline int swiftlet_video_start(int descriptor, bool multiplanar) {
  int type = (int)swiftlet_video_capture_type(multiplanar);
  return swiftlet_video_call(descriptor, VIDIOC_STREAMON, &type);
}
static inline int swiftlet_video_stop(int descriptor, bool multiplanar) {
  int type = (int)swiftlet_video_capture_type(multiplanar);
  return swiftlet_video_call(descriptor, VIDIOC_STREAMOFF, &type);
}

// A read-only mapping of a buffer, or null with errno set. What libcamera's compatibility layer
// intercepts is mmap() itself.
static inline void *_Nullable swiftlet_video_map(int descriptor, size_t byte_count, uint32_t offset) {
  void *address = mmap(NULL, byte_count, PROT_READ, MAP_SHARED, descriptor, (off_t)offset);
  return address == MAP_FAILED ? NULL : address;
}

// MARK: Controls

// The name of a menu's item, or the number of an integer menu's.
static inline int swiftlet_video_menu_item(
    int descriptor, uint32_t id, uint32_t index, char name[_Nonnull 33], int64_t *_Nonnull value) {
  struct v4l2_querymenu item;
  memset(&item, 0, sizeof item);
  item.id = id;
  item.index = index;
  const int error = swiftlet_video_call(descriptor, VIDIOC_QUERYMENU, &item);
  if (error) return error;
  memcpy(name, item.name, 32);
  name[32] = 0;
  *value = item.value;
  return 0;
}

static inline int swiftlet_video_control(
    int descriptor, unsigned long request, uint32_t id, bool wide, int64_t *_Nonnull value) {
  struct v4l2_ext_control control;
  struct v4l2_ext_controls controls;
  memset(&control, 0, sizeof control);
  memset(&controls, 0, sizeof controls);
  control.id = id;
  if (wide) control.value64 = *value;
  else control.value = (int32_t)(uint32_t)*value;
  controls.which = V4L2_CTRL_WHICH_CUR_VAL;
  controls.count = 1;
  controls.controls = &control;
  const int error = swiftlet_video_call(descriptor, request, &controls);
  if (error == 0) *value = wide ? control.value64 : control.value;
  return error;
}
static inline int swiftlet_video_get_control(
    int descriptor, uint32_t id, bool wide, int64_t *_Nonnull value) {
  return swiftlet_video_control(descriptor, VIDIOC_G_EXT_CTRLS, id, wide, value);
}
static inline int swiftlet_video_set_control(
    int descriptor, uint32_t id, bool wide, int64_t value) {
  return swiftlet_video_control(descriptor, VIDIOC_S_EXT_CTRLS, id, wide, &value);
}
