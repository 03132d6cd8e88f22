// Activations, sums and copies; channel scales and global pools, image by image.
#include "fast.h"

#include <cstring>

namespace espalier::fast {

void activation(Execution &execution, const es_instruction &instruction) {
  const float *x = execution.floats(instruction.inputs[0]);
  float *y = execution.mutable_floats(instruction.outputs[0]);
  for_parts(elements_of(execution, instruction.inputs[0]), kElementGrain, [&](int64_t, int64_t from, int64_t to) {
    best_loops().activate(instruction.attributes[0], x + from, y + from, to - from);
  });
}

void activation_backward(Execution &execution, const es_instruction &instruction) {
  const float *dy = execution.floats(instruction.inputs[0]), *x = execution.floats(instruction.inputs[1]);
  float *dx = execution.mutable_floats(instruction.outputs[0]);
  for_parts(elements_of(execution, instruction.inputs[1]), kElementGrain, [&](int64_t, int64_t from, int64_t to) {
    best_loops().activate_gradient(instruction.attributes[0], dy + from, x + from, dx + from, to - from,
                                   instruction.attributes[1] != 0);
  });
}

void add(Execution &execution, const es_instruction &instruction) {
  const float *a = execution.floats(instruction.inputs[0]), *b = execution.floats(instruction.inputs[1]);
  float *y = execution.mutable_floats(instruction.outputs[0]);
  for_parts(elements_of(execution, instruction.inputs[0]), kElementGrain, [&](int64_t, int64_t from, int64_t to) {
    best_loops().add(a + from, b + from, y + from, to - from);
  });
}

void copy(Execution &execution, const es_instruction &instruction) {
  const float *from = execution.floats(instruction.inputs[0]);
  float *to = execution.mutable_floats(instruction.outputs[0]);
  const int64_t count = elements_of(execution, instruction.inputs[0]);
  if (instruction.attributes[0] != 0) {
    best_loops().add(from, to, to, count);
  } else if (from != to) {
    std::memcpy(to, from, count * sizeof(float));
  }
}

void scale(Execution &execution, const es_instruction &instruction) {
  const Images images(execution, instruction.inputs[0]);
  const float *x = execution.floats(instruction.inputs[0]), *s = execution.floats(instruction.inputs[1]);
  float *y = execution.mutable_floats(instruction.outputs[0]);
  for_parts(images.count, images.grain(), [&](int64_t, int64_t from, int64_t to) {
    for (int64_t n = from; n < to; ++n) {
      const int64_t at = n * images.size();
      best_loops().scale(x + at, images.channels, s + n * images.channels, y + at, images.channels, images.pixels,
                         images.channels, /*accumulate=*/false);
    }
  });
}

void scale_backward(Execution &execution, const es_instruction &instruction) {
  const Images images(execution, instruction.inputs[1]);
  const float *dy = execution.floats(instruction.inputs[0]), *x = execution.floats(instruction.inputs[1]);
  const float *s = execution.floats(instruction.inputs[2]);
  float *dx = execution.mutable_floats(instruction.outputs[0]);
  float *ds = execution.mutable_floats(instruction.outputs[1]);
  for_parts(images.count, images.grain(), [&](int64_t, int64_t from, int64_t to) {
    for (int64_t n = from; n < to; ++n) {
      const int64_t at = n * images.size(), row = n * images.channels;
      best_loops().scale_gradient({.dy = dy + at,
                                   .dy_step = images.channels,
                                   .x = x + at,
                                   .dx = dx + at,
                                   .x_step = images.channels,
                                   .s = s + row,
                                   .ds = ds + row,
                                   .pixels = images.pixels,
                                   .channels = images.channels,
                                   .accumulate_dx = instruction.attributes[0] != 0,
                                   .accumulate_ds = instruction.attributes[1] != 0});
    }
  });
}

void global_pool(Execution &execution, const es_instruction &instruction) {
  const Images images(execution, instruction.inputs[0]);
  const float *x = execution.floats(instruction.inputs[0]);
  float *y = execution.mutable_floats(instruction.outputs[0]);
  for_parts(images.count, images.grain(), [&](int64_t, int64_t from, int64_t to) {
    for (int64_t n = from; n < to; ++n) {
      best_loops().pool(x + n * images.size(), y + n * images.channels, images.pixels, images.channels);
    }
  });
}

void global_pool_backward(Execution &execution, const es_instruction &instruction) {
  const Images images(execution, instruction.outputs[0]);
  const float *dy = execution.floats(instruction.inputs[0]);
  float *dx = execution.mutable_floats(instruction.outputs[0]);
  const float share = 1.0f / static_cast<float>(images.pixels);
  for_parts(images.count, images.grain(), [&](int64_t, int64_t from, int64_t to) {
    for (int64_t n = from; n < to; ++n) {
      best_loops().spread(dy + n * images.channels, dx + n * images.size(), images.pixels, images.channels, share,
                          instruction.attributes[0] != 0);
    }
  });
}

}  // namespace espalier::fast
