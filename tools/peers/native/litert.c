// SPDX-License-Identifier: Apache-2.0
// LiteRT by its C interface, on the CPU (XNNPACK). The package for Python has the library without
// its headers: these are the declarations that matter here.
#include "peer.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef void *object;
struct tensor_type {
  int element_type;
  struct {
    unsigned rank : 7;
    unsigned has_strides : 1;
    int32_t dimensions[8];
    uint32_t strides[8];
  } layout;
};
enum { FLOAT32 = 1, UINT8 = 3, INT8 = 9, ON_CPU = 1, FOR_READING = 0, FOR_WRITING = 1 };

int LiteRtCreateEnvironment(int, const void *, object *);
int LiteRtCreateModelFromFile(object, const char *, object *);
int LiteRtCreateOptions(object *);
int LiteRtSetOptionsHardwareAccelerators(object, int);
int LiteRtCreateOpaqueOptions(const char *, void *, void (*)(void *), object *);
int LiteRtAddOpaqueOptions(object, object);
int LiteRtCreateCompiledModel(object, object, object, object *);
int LiteRtGetModelSubgraph(object, size_t, object *);
int LiteRtGetSubgraphInput(object, size_t, object *);
int LiteRtGetSubgraphOutput(object, size_t, object *);
int LiteRtGetRankedTensorType(object, struct tensor_type *);
int LiteRtGetCompiledModelInputBufferRequirements(object, size_t, size_t, object *);
int LiteRtGetCompiledModelOutputBufferRequirements(object, size_t, size_t, object *);
int LiteRtCreateManagedTensorBufferFromRequirements(
    object, const struct tensor_type *, object, object *);
int LiteRtLockTensorBuffer(object, void **, int);
int LiteRtUnlockTensorBuffer(object);
int LiteRtRunCompiledModel(object, size_t, size_t, object *, size_t, object *);

static object compiled, input, output;
static struct tensor_type input_type, output_type;

#define CHECK(call) check(call, #call)

static void check(int status, const char *call) {
  char text[32];
  snprintf(text, sizeof text, "status %d", status);
  if (status) peer_fail(call, text);
}

void peer_open(const char *model_path, int threads) {
  object environment, model, options, xnnpack, graph, tensor, needs;
  CHECK(LiteRtCreateEnvironment(0, NULL, &environment));
  CHECK(LiteRtCreateModelFromFile(environment, model_path, &model));
  CHECK(LiteRtCreateOptions(&options));
  CHECK(LiteRtSetOptionsHardwareAccelerators(options, ON_CPU));
  char *text = malloc(64);
  if (!text) peer_fail("memory", "there is none");
  snprintf(text, 64, "num_threads = %d\n", threads);
  CHECK(LiteRtCreateOpaqueOptions("xnnpack", text, free, &xnnpack));
  CHECK(LiteRtAddOpaqueOptions(options, xnnpack));
  CHECK(LiteRtCreateCompiledModel(environment, model, options, &compiled));
  CHECK(LiteRtGetModelSubgraph(model, 0, &graph));
  CHECK(LiteRtGetSubgraphInput(graph, 0, &tensor));
  CHECK(LiteRtGetRankedTensorType(tensor, &input_type));
  CHECK(LiteRtGetSubgraphOutput(graph, 0, &tensor));
  CHECK(LiteRtGetRankedTensorType(tensor, &output_type));
  CHECK(LiteRtGetCompiledModelInputBufferRequirements(compiled, 0, 0, &needs));
  CHECK(LiteRtCreateManagedTensorBufferFromRequirements(environment, &input_type, needs, &input));
  CHECK(LiteRtGetCompiledModelOutputBufferRequirements(compiled, 0, 0, &needs));
  CHECK(LiteRtCreateManagedTensorBufferFromRequirements(environment, &output_type, needs, &output));
}

// Host memory keeps its address, so that what was locked may be used until the next run.
static struct peer_tensor memory(object buffer, struct tensor_type type, int purpose) {
  struct peer_tensor result = {.count = 1};
  for (unsigned i = 0; i < type.layout.rank; i++)
    result.count *= (size_t)type.layout.dimensions[i];
  switch (type.element_type) {
  case FLOAT32: result.type = PEER_FLOAT; break;
  case INT8: result.type = PEER_INT8; break;
  case UINT8: result.type = PEER_UINT8; break;
  default: peer_fail("litert", "the model's input or output is neither float32 nor 8 bits wide");
  }
  CHECK(LiteRtLockTensorBuffer(buffer, &result.data, purpose));
  CHECK(LiteRtUnlockTensorBuffer(buffer));
  return result;
}

struct peer_tensor peer_input(void) { return memory(input, input_type, FOR_WRITING); }
void peer_run(void) { CHECK(LiteRtRunCompiledModel(compiled, 0, 1, &input, 1, &output)); }
struct peer_tensor peer_output(void) { return memory(output, output_type, FOR_READING); }
