// Sums over the copies of a value, image by image.
#include "fast.h"

#include <vector>

namespace espalier::fast {

namespace {

/// body(image, copy) for every copy of every image, an image's copies in order.
template <typename Body>
void for_copies(const Images &narrow, int64_t copies, const Body &body) {
  for_parts(narrow.count, narrow.grain(), [&](int64_t, int64_t from, int64_t to) {
    for (int64_t n = from; n < to; ++n) {
      for (int64_t copy = 0; copy < copies; ++copy) body(n, copy);
    }
  });
}

}  // namespace

void copies_sum(Execution &execution, const es_instruction &instruction) {
  const Images narrow(execution, instruction.outputs[0]);
  const int64_t copies = instruction.attributes[0], channels = narrow.channels;
  const float *x = execution.floats(instruction.inputs[0]);
  float *y = execution.mutable_floats(instruction.outputs[0]);
  const std::vector<float> ones(channels, 1.0f);
  for_copies(narrow, copies, [&](int64_t n, int64_t copy) {
    best_loops().scale(x + n * narrow.size() * copies + copy * channels, copies * channels, ones.data(),
                       y + n * narrow.size(), channels, narrow.pixels, channels, /*accumulate=*/copy > 0);
  });
}

void copies_sum_backward(Execution &execution, const es_instruction &instruction) {
  const Images narrow(execution, instruction.inputs[0]);
  const int64_t copies = instruction.attributes[0], channels = narrow.channels;
  const float *dy = execution.floats(instruction.inputs[0]);
  float *dx = execution.mutable_floats(instruction.outputs[0]);
  const std::vector<float> ones(channels, 1.0f);
  for_copies(narrow, copies, [&](int64_t n, int64_t copy) {
    best_loops().scale(dy + n * narrow.size(), channels, ones.data(),
                       dx + n * narrow.size() * copies + copy * channels, copies * channels, narrow.pixels, channels,
                       instruction.attributes[1] != 0);
  });
}

void copies_weighted_sum(Execution &execution, const es_instruction &instruction) {
  const Images narrow(execution, instruction.outputs[0]);
  const int64_t copies = instruction.attributes[0], channels = narrow.channels;
  const float *x = execution.floats(instruction.inputs[0]), *a = execution.floats(instruction.inputs[1]);
  float *y = execution.mutable_floats(instruction.outputs[0]);
  for_copies(narrow, copies, [&](int64_t n, int64_t copy) {
    best_loops().scale(x + n * narrow.size() * copies + copy * channels, copies * channels,
                       a + (n * copies + copy) * channels, y + n * narrow.size(), channels, narrow.pixels, channels,
                       /*accumulate=*/copy > 0);
  });
}

void copies_weighted_sum_backward(Execution &execution, const es_instruction &instruction) {
  const Images narrow(execution, instruction.inputs[0]);
  const int64_t copies = instruction.attributes[0], channels = narrow.channels;
  const float *dy = execution.floats(instruction.inputs[0]), *x = execution.floats(instruction.inputs[1]);
  const float *a = execution.floats(instruction.inputs[2]);
  float *dx = execution.mutable_floats(instruction.outputs[0]);
  float *da = execution.mutable_floats(instruction.outputs[1]);
  for_copies(narrow, copies, [&](int64_t n, int64_t copy) {
    const int64_t at = n * narrow.size() * copies + copy * channels, row = (n * copies + copy) * channels;
    best_loops().scale_gradient({.dy = dy + n * narrow.size(),
                                 .dy_step = channels,
                                 .x = x + at,
                                 .dx = dx + at,
                                 .x_step = copies * channels,
                                 .s = a + row,
                                 .ds = da + row,
                                 .pixels = narrow.pixels,
                                 .channels = channels,
                                 .accumulate_dx = instruction.attributes[1] != 0,
                                 .accumulate_ds = instruction.attributes[2] != 0});
  });
}

}  // namespace espalier::fast
