// SPDX-License-Identifier: Apache-2.0
// OpenVINO by its C interface, with the settings that it recommends for latency.
#include "peer.h"

#include <openvino/c/openvino.h>
#include <stdio.h>

static ov_infer_request_t *request;
static ov_tensor_t *input, *output;

static void check(ov_status_e status) {
  if (status != OK) peer_fail("openvino", ov_get_error_info(status));
}

void peer_open(const char *model, int threads) {
  ov_core_t *core;
  ov_compiled_model_t *compiled;
  char count[16];
  snprintf(count, sizeof count, "%d", threads);
  check(ov_core_create(&core));
  // Pinned from outside.
  check(ov_core_compile_model_from_file(
      core, model, "CPU", 8, &compiled, ov_property_key_hint_performance_mode, "LATENCY",
      ov_property_key_num_streams, "1", ov_property_key_inference_num_threads, count,
      ov_property_key_hint_enable_cpu_pinning, "NO"));
  check(ov_compiled_model_create_infer_request(compiled, &request));
  check(ov_infer_request_get_input_tensor(request, &input));
  check(ov_infer_request_get_output_tensor(request, &output));
}

static struct peer_tensor tensor(ov_tensor_t *from) {
  struct peer_tensor result = {.type = PEER_FLOAT};
  check(ov_tensor_data(from, &result.data));
  check(ov_tensor_get_size(from, &result.count));
  return result;
}

struct peer_tensor peer_input(void) { return tensor(input); }
void peer_run(void) { check(ov_infer_request_infer(request)); }
struct peer_tensor peer_output(void) { return tensor(output); }
