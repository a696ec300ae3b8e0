// SPDX-License-Identifier: Apache-2.0
// ONNX Runtime by its C interface. The package for Python has the library without its header; the
// interface is a table that only grows at its end, so that places in it stay.
#include "peer.h"

#include <stdint.h>
#include <stdlib.h>

typedef void *status;
typedef const void *const *functions;

struct api_base {
  functions (*get)(uint32_t version);
  const char *(*version_text)(void);
};
const struct api_base *OrtGetApiBase(void);

enum { API_VERSION = 17, ENABLE_ALL = 99, ONLY_ERRORS = 3, FLOAT_ELEMENT = 1 };
enum place {
  GET_ERROR_MESSAGE = 2, CREATE_ENVIRONMENT = 3, CREATE_SESSION = 7, RUN = 9, CREATE_OPTIONS = 10,
  SET_OPTIMIZATION = 23, SET_INTRA_THREADS = 24, SET_INTER_THREADS = 25, INPUT_TYPE = 33,
  OUTPUT_TYPE = 34, INPUT_NAME = 36, OUTPUT_NAME = 37, CREATE_TENSOR = 49, TENSOR_DATA = 51,
  CAST_TYPE = 55, ELEMENT_COUNT = 64, DIMENSION_COUNT = 61, DIMENSIONS = 62, CPU_MEMORY = 69,
  DEFAULT_ALLOCATOR = 78
};

static functions api;
static void *session, *input_tensor, *output_tensor;
static float *input;
static size_t input_count, output_count;
static char *input_name, *output_name;

#define CALL(place, types, ...) check(((status(*) types)api[place])(__VA_ARGS__))

static void check(status failure) {
  if (failure) peer_fail("onnxruntime", ((const char *(*)(status))api[GET_ERROR_MESSAGE])(failure));
}

// Elements of the first input or output; fills its dimensions. An open one, the batch, is 1.
static size_t shape(enum place type_of, int64_t *dimensions, size_t *rank) {
  void *type;
  const void *tensor;
  CALL(type_of, (void *, size_t, void **), session, 0, &type);
  CALL(CAST_TYPE, (void *, const void **), type, &tensor);
  CALL(DIMENSION_COUNT, (const void *, size_t *), tensor, rank);
  if (*rank > 8) peer_fail("onnxruntime", "a tensor has more than 8 dimensions");
  CALL(DIMENSIONS, (const void *, int64_t *, size_t), tensor, dimensions, *rank);
  size_t count = 1;
  for (size_t i = 0; i < *rank; i++) {
    if (dimensions[i] < 1) dimensions[i] = 1;
    count *= (size_t)dimensions[i];
  }
  return count;
}

void peer_open(const char *model, int threads) {
  api = OrtGetApiBase()->get(API_VERSION);
  if (!api) peer_fail("onnxruntime", "the library is too old");
  void *environment, *options, *memory, *allocator;
  CALL(CREATE_ENVIRONMENT, (int, const char *, void **), ONLY_ERRORS, "peers", &environment);
  CALL(CREATE_OPTIONS, (void **), &options);
  CALL(SET_OPTIMIZATION, (void *, int), options, ENABLE_ALL);
  CALL(SET_INTRA_THREADS, (void *, int), options, threads);
  CALL(SET_INTER_THREADS, (void *, int), options, 1);
  CALL(CREATE_SESSION, (void *, const char *, void *, void **), environment, model, options,
       &session);
  CALL(DEFAULT_ALLOCATOR, (void **), &allocator);
  CALL(INPUT_NAME, (void *, size_t, void *, char **), session, 0, allocator, &input_name);
  CALL(OUTPUT_NAME, (void *, size_t, void *, char **), session, 0, allocator, &output_name);
  int64_t dimensions[8];
  size_t rank;
  output_count = shape(OUTPUT_TYPE, dimensions, &rank);
  input_count = shape(INPUT_TYPE, dimensions, &rank);
  input = calloc(input_count, sizeof(float));
  CALL(CPU_MEMORY, (int, int, void **), 0, 0, &memory);
  CALL(CREATE_TENSOR,
       (void *, void *, size_t, const int64_t *, size_t, int, void **), memory, input,
       input_count * sizeof(float), dimensions, rank, FLOAT_ELEMENT, &input_tensor);
}

struct peer_tensor peer_input(void) {
  return (struct peer_tensor){input, input_count, PEER_FLOAT};
}

// The first run makes the output tensor, later ones fill it again.
void peer_run(void) {
  CALL(RUN,
       (void *, void *, char **, void **, size_t, char **, size_t, void **), session, NULL,
       &input_name, &input_tensor, 1, &output_name, 1, &output_tensor);
}

struct peer_tensor peer_output(void) {
  void *data;
  CALL(TENSOR_DATA, (void *, void **), output_tensor, &data);
  return (struct peer_tensor){data, output_count, PEER_FLOAT};
}
