// Depthwise convolutions row by row: outputs from the taps that reach them, the input's gradient in the same way from
// the taps that reach back, and the weight's gradient while an image's rows are in the cache.
#include "fast.h"

#include "../check.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace espalier::fast {

namespace {

/// The extents of one depthwise instruction.
struct Window {
  Window(const Execution &execution, const es_instruction &instruction, int32_t x, int32_t y)
      : images(execution.shape(x)[0]),
        height(execution.shape(x)[1]),
        width(execution.shape(x)[2]),
        channels(execution.shape(x)[3]),
        out_height(execution.shape(y)[1]),
        out_width(execution.shape(y)[2]),
        kernel(instruction.attributes[0]),
        stride(instruction.attributes[1]),
        copies(instruction.attributes[2]),
        padding(window_padding(kernel)) {}
  int64_t images, height, width, channels, out_height, out_width, kernel, stride, copies, padding;

  int64_t in_row() const { return width * channels; }
  int64_t in_size() const { return height * in_row(); }
  int64_t out_row() const { return out_width * copies * channels; }
  int64_t out_size() const { return out_height * out_row(); }
  int64_t weight(int64_t copy, int64_t row, int64_t column) const {
    return ((copy * kernel + row) * kernel + column) * channels;
  }
  int64_t weights() const { return copies * kernel * kernel * channels; }
  /// Multiply-adds of an image from which it pays to give another thread a part.
  int64_t grain() const { return std::max<int64_t>(1, (1 << 18) / (out_size() * kernel * kernel)); }
};

void filter(const Window &window, const float *x, const float *w, float *y, std::vector<Tap> &taps) {
  for (int64_t row = 0; row < window.out_height; ++row) {
    for (int64_t copy = 0; copy < window.copies; ++copy) {
      taps.clear();
      for (int64_t i = 0; i < window.kernel; ++i) {
        const int64_t from = row * window.stride + i - window.padding;
        if (from < 0 || from >= window.height) continue;
        for (int64_t j = 0; j < window.kernel; ++j) {
          const int64_t column = j - window.padding;
          taps.push_back({from * window.in_row() + column * window.channels, window.weight(copy, i, j), column});
        }
      }
      const int64_t step = window.copies * window.channels;
      best_loops().filter_row({.outputs = y + row * window.out_row() + copy * window.channels,
                               .output_step = step,
                               .output_count = window.out_width,
                               .inputs = x,
                               .input_step = window.stride * window.channels,
                               .column_step = window.stride,
                               .columns = window.width,
                               .taps = taps.data(),
                               .tap_count = static_cast<int64_t>(taps.size()),
                               .weights = w,
                               .channels = window.channels,
                               .accumulate = false});
    }
  }
}

/// Floor and remainder of a division by a positive number.
int64_t remainder_of(int64_t value, int64_t by) { return (value % by + by) % by; }

/// The gradient of one image: every `stride`th pixel of a row is reached by the same taps, from neighbouring outputs.
void filter_back(const Window &window, const float *dy, const float *w, float *dx, bool accumulate,
                 std::vector<Tap> &taps) {
  const int64_t step = window.copies * window.channels;
  for (int64_t row = 0; row < window.height; ++row) {
    for (int64_t phase = 0; phase < std::min(window.stride, window.width); ++phase) {
      taps.clear();
      for (int64_t copy = 0; copy < window.copies; ++copy) {
        for (int64_t i = 0; i < window.kernel; ++i) {
          const int64_t reach = row + window.padding - i;
          if (reach < 0 || reach % window.stride != 0 || reach / window.stride >= window.out_height) continue;
          for (int64_t j = 0; j < window.kernel; ++j) {
            const int64_t sideways = phase + window.padding - j;
            if (remainder_of(sideways, window.stride) != 0) continue;
            const int64_t column = sideways / window.stride;
            taps.push_back({reach / window.stride * window.out_row() + column * step + copy * window.channels,
                            window.weight(copy, i, j), column});
          }
        }
      }
      best_loops().filter_row({.outputs = dx + row * window.in_row() + phase * window.channels,
                               .output_step = window.stride * window.channels,
                               .output_count = (window.width - phase + window.stride - 1) / window.stride,
                               .inputs = dy,
                               .input_step = step,
                               .column_step = 1,
                               .columns = window.out_width,
                               .taps = taps.data(),
                               .tap_count = static_cast<int64_t>(taps.size()),
                               .weights = w,
                               .channels = window.channels,
                               .accumulate = accumulate});
    }
  }
}

void differentiate_weights(const Window &window, const float *dy, const float *x, float *dw) {
  for (int64_t row = 0; row < window.out_height; ++row) {
    for (int64_t i = 0; i < window.kernel; ++i) {
      const int64_t from = row * window.stride + i - window.padding;
      if (from < 0 || from >= window.height) continue;
      for (int64_t copy = 0; copy < window.copies; ++copy) {
        best_loops().weight_row({.gradients = dy + row * window.out_row() + copy * window.channels,
                                 .gradient_step = window.copies * window.channels,
                                 .gradient_count = window.out_width,
                                 .inputs = x + from * window.in_row(),
                                 .columns = window.width,
                                 .stride = window.stride,
                                 .first = -window.padding,
                                 .taps = window.kernel,
                                 .sums = dw + window.weight(copy, i, 0),
                                 .channels = window.channels});
      }
    }
  }
}

}  // namespace

void depthwise(Execution &execution, const es_instruction &instruction) {
  const Window window(execution, instruction, instruction.inputs[0], instruction.outputs[0]);
  const float *x = execution.floats(instruction.inputs[0]);
  float *y = execution.mutable_floats(instruction.outputs[0]);
  const std::vector<float> w = packed(execution, instruction.slices[0]);
  for_parts(window.images, window.grain(), [&](int64_t, int64_t from, int64_t to) {
    std::vector<Tap> taps;
    for (int64_t n = from; n < to; ++n) {
      filter(window, x + n * window.in_size(), w.data(), y + n * window.out_size(), taps);
    }
  });
}

void depthwise_backward(Execution &execution, const es_instruction &instruction) {
  const Window window(execution, instruction, instruction.inputs[1], instruction.inputs[0]);
  const float *dy = execution.floats(instruction.inputs[0]), *x = execution.floats(instruction.inputs[1]);
  float *dx = instruction.outputs[0] >= 0 ? execution.mutable_floats(instruction.outputs[0]) : nullptr;
  const bool accumulate = instruction.attributes[3] != 0;
  const std::vector<float> w = packed(execution, instruction.slices[0]);
  const int64_t count = window.weights(), parts = parts_of(window.images, window.grain());
  std::vector<double> sums(parts * count);
  for_parts(window.images, window.grain(), [&](int64_t part, int64_t from, int64_t to) {
    std::vector<Tap> taps;
    std::vector<float> own(count);
    for (int64_t n = from; n < to; ++n) {
      const float *gradient = dy + n * window.out_size();
      std::fill(own.begin(), own.end(), 0.0f);
      differentiate_weights(window, gradient, x + n * window.in_size(), own.data());
      for (int64_t i = 0; i < count; ++i) sums[part * count + i] += own[i];
      if (dx != nullptr) filter_back(window, gradient, w.data(), dx + n * window.in_size(), accumulate, taps);
    }
  });
  for (int64_t part = 1; part < parts; ++part) {
    for (int64_t i = 0; i < count; ++i) sums[i] += sums[part * count + i];
  }
  add_to_gradient(execution, instruction.slices[0], sums.data());
}

}  // namespace espalier::fast
