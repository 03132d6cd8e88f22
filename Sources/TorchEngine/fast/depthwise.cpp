// Depthwise convolutions row by row. The rows that a window covers lie in a ring with margins of zeros; they come from
// the image as it is, or normalised and activated on the way. The backward pass goes over an image once: a row of
// gradients meets the window's inputs for the weights' gradient, and the rows of gradients before it for the inputs'.
#include "depthwise.h"

#include "normal.h"

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

/// The last rows of an image, each with a margin of zeros on both sides.
class Ring {
 public:
  Ring(int64_t rows, int64_t row, int64_t margin)
      : rows_(rows), row_(row), margin_(margin), values_(rows * (row + 2 * margin)) {}
  float *at(int64_t row) { return values_.data() + row % rows_ * (row_ + 2 * margin_) + margin_; }

 private:
  int64_t rows_, row_, margin_;
  std::vector<float> values_;
};

/// Fills rows of a ring from an image as they are needed: as they are, or normalised where there is a normal.
class Source {
 public:
  Source(const Window &window, const Normal *normal)
      : window_(window),
        normal_(normal),
        ring_(window.kernel, window.in_row(), window.padding * window.channels) {}
  void begin(const float *image) {
    image_ = image;
    done_ = 0;
  }
  /// Makes the rows up to `end`. The ring holds the last of them, as many as a window has.
  void make(int64_t end) {
    for (; done_ < end; ++done_) {
      const float *from = image_ + done_ * window_.in_row();
      float *const to = ring_.at(done_);
      if (normal_ == nullptr) {
        std::copy_n(from, window_.in_row(), to);
      } else {
        best_loops().normalise(*normal_, from, to, window_.width);
      }
    }
  }
  /// The input under tap 0 of output 0.
  const float *row(int64_t row) { return ring_.at(row) - window_.padding * window_.channels; }

 private:
  const Window &window_;
  const Normal *normal_;
  Ring ring_;
  const float *image_ = nullptr;
  int64_t done_ = 0;
};

/// The rows of the window that are inside the image, for a row of outputs.
struct Reach {
  Reach(const Window &window, int64_t row)
      : top(row * window.stride - window.padding),
        first(std::max<int64_t>(0, -top)),
        end(std::max(first, std::min(window.kernel, window.height - top))) {}
  int64_t top, first, end;
};

void filter(const Window &window, Source &source, const float *w, float *y, std::vector<TapRow> &rows) {
  for (int64_t row = 0; row < window.out_height; ++row) {
    const Reach reach(window, row);
    source.make(reach.top + reach.end);
    for (int64_t copy = 0; copy < window.copies; ++copy) {
      rows.clear();
      for (int64_t i = reach.first; i < reach.end; ++i) {
        rows.push_back({source.row(reach.top + i), w + window.weight(copy, i, 0)});
      }
      best_loops().filter_row({.outputs = y + row * window.out_row() + copy * window.channels,
                               .output_step = window.copies * window.channels,
                               .output_count = window.out_width,
                               .rows = rows.data(),
                               .row_count = static_cast<int64_t>(rows.size()),
                               .taps = window.kernel,
                               .tap_step = window.channels,
                               .weight_step = window.channels,
                               .stride = window.stride,
                               .channels = window.channels,
                               .accumulate = false});
    }
  }
}

void differentiate_weights(const Window &window, Source &source, const float *dy, int64_t row, float *dw,
                           std::vector<const float *> &inputs) {
  const Reach reach(window, row);
  source.make(reach.top + reach.end);
  inputs.clear();
  for (int64_t i = reach.first; i < reach.end; ++i) inputs.push_back(source.row(reach.top + i));
  for (int64_t copy = 0; copy < window.copies; ++copy) {
    best_loops().weight_row({.gradients = dy + copy * window.channels,
                             .gradient_step = window.copies * window.channels,
                             .gradient_count = window.out_width,
                             .inputs = inputs.data(),
                             .row_count = static_cast<int64_t>(inputs.size()),
                             .taps = window.kernel,
                             .tap_step = window.channels,
                             .stride = window.stride,
                             .sums = dw + window.weight(copy, reach.first, 0),
                             .channels = window.channels});
  }
}

/// The inputs' gradient, row by row, as soon as the rows of gradients that reach it are there.
class Returning {
 public:
  explicit Returning(const Window &window)
      : window_(window), step_(window.copies * window.channels),
        ring_(window.kernel + 1, window.out_row(), window.kernel * step_) {}

  void begin() { done_ = 0; }

  /// Takes the next row of gradients and writes the rows of dx, an image, that no later one reaches.
  /// Returns how many rows of dx are done.
  int64_t take(int64_t row, const float *dy, const float *w, float *dx, bool accumulate) {
    std::copy_n(dy, window_.out_row(), ring_.at(row));
    const bool is_last = row + 1 == window_.out_height;
    const int64_t reached = (row + 1) * window_.stride - window_.padding;
    const int64_t end = is_last ? window_.height : std::min(window_.height, reached);
    for (; done_ < end; ++done_) write(done_, w, dx + done_ * window_.in_row(), accumulate);
    return done_;
  }

 private:
  /// Every `stride`th pixel of a row is reached by the same taps, from neighbouring outputs; from left to right these are
  /// the window's last tap to its first.
  void write(int64_t row, const float *w, float *dx, bool accumulate) {
    const int64_t stride = window_.stride;
    for (int64_t phase = 0; phase < std::min(stride, window_.width); ++phase) {
      const int64_t first = (phase + window_.padding) % stride;
      const int64_t taps = first < window_.kernel ? (window_.kernel - 1 - first) / stride + 1 : 0;
      const int64_t column = (phase + window_.padding - first) / stride - (taps - 1);
      rows_.clear();
      for (int64_t copy = 0; copy < window_.copies && taps > 0; ++copy) {
        for (int64_t i = 0; i < window_.kernel; ++i) {
          const int64_t reach = row + window_.padding - i;
          if (reach < 0 || reach % stride != 0 || reach / stride >= window_.out_height) continue;
          rows_.push_back({ring_.at(reach / stride) + column * step_ + copy * window_.channels,
                           w + window_.weight(copy, i, first + (taps - 1) * stride)});
        }
      }
      best_loops().filter_row({.outputs = dx + phase * window_.channels,
                               .output_step = stride * window_.channels,
                               .output_count = (window_.width - phase + stride - 1) / stride,
                               .rows = rows_.data(),
                               .row_count = static_cast<int64_t>(rows_.size()),
                               .taps = std::max<int64_t>(taps, 1),
                               .tap_step = step_,
                               .weight_step = -stride * window_.channels,
                               .stride = 1,
                               .channels = window_.channels,
                               .accumulate = accumulate});
    }
  }

  const Window &window_;
  int64_t step_;
  Ring ring_;
  std::vector<TapRow> rows_;
  int64_t done_ = 0;
};

/// - after: null, or a batch norm that gets the statistics of y.
void run_forward(Execution &execution, const es_instruction &instruction, int32_t input, const Normal *normal,
                 const es_instruction *after) {
  const Window window(execution, instruction, input, instruction.outputs[0]);
  const float *x = execution.floats(input);
  float *y = execution.mutable_floats(instruction.outputs[0]);
  const std::vector<float> w = packed(execution, instruction.slices[0]);
  const int64_t channels = window.copies * window.channels, pixels = window.out_height * window.out_width;
  std::vector<Moments> moments(parts_of(window.images, window.grain()));
  for_parts(window.images, window.grain(), [&](int64_t part, int64_t from, int64_t to) {
    std::vector<TapRow> rows;
    Source source(window, normal);
    for (int64_t n = from; n < to; ++n) {
      source.begin(x + n * window.in_size());
      float *const image = y + n * window.out_size();
      filter(window, source, w.data(), image, rows);
      if (after != nullptr) moments[part].merge(Moments::of(image, pixels, channels));
    }
  });
  if (after != nullptr) leave_moments(execution, *after, std::move(moments));
}

/// Elements of dx that are in the cache when their sums are taken.
constexpr int64_t kFresh = 1 << 14;

/// - after: null, or a batch norm's backward instruction that gets its sums over dx.
void run_backward(Execution &execution, const es_instruction &instruction, int32_t input, const Normal *normal,
                  const es_instruction *after) {
  const Window window(execution, instruction, input, instruction.inputs[0]);
  const float *dy = execution.floats(instruction.inputs[0]), *x = execution.floats(input);
  float *dx = instruction.outputs[0] >= 0 ? execution.mutable_floats(instruction.outputs[0]) : nullptr;
  const bool accumulate = instruction.attributes[3] != 0;
  const std::vector<float> w = packed(execution, instruction.slices[0]);
  const bool trains = execution.trains(instruction.slices[0]);
  if (dx == nullptr && !trains) return;
  const int64_t count = window.weights(), parts = parts_of(window.images, window.grain());
  std::vector<double> sums(parts * count);
  std::optional<NormalSums> following;
  if (after != nullptr) following.emplace(execution, *after, parts);
  for_parts(window.images, window.grain(), [&](int64_t part, int64_t from, int64_t to) {
    std::vector<const float *> inputs;
    std::vector<float> own(count);
    Source source(window, normal);
    Returning returning(window);
    for (int64_t n = from; n < to; ++n) {
      std::fill(own.begin(), own.end(), 0.0f);
      source.begin(x + n * window.in_size());
      returning.begin();
      int64_t summed = 0;
      for (int64_t row = 0; row < window.out_height; ++row) {
        const float *gradient = dy + n * window.out_size() + row * window.out_row();
        if (trains) differentiate_weights(window, source, gradient, row, own.data(), inputs);
        if (dx == nullptr) continue;
        float *const image = dx + n * window.in_size();
        const int64_t done = returning.take(row, gradient, w.data(), image, accumulate);
        const bool is_enough = (done - summed) * window.in_row() >= kFresh || done == window.height;
        if (!following || !is_enough || done == summed) continue;
        following->add(part, image + summed * window.in_row(), (n * window.height + summed) * window.width,
                       (done - summed) * window.width);
        summed = done;
      }
      for (int64_t i = 0; i < count; ++i) sums[part * count + i] += own[i];
    }
  });
  for (int64_t part = 1; part < parts; ++part) {
    for (int64_t i = 0; i < count; ++i) sums[i] += sums[part * count + i];
  }
  add_to_gradient(execution, instruction.slices[0], sums.data());
  if (following) following->leave(execution);
}

}  // namespace

void depthwise(Execution &execution, const es_instruction &instruction, const es_instruction *before,
               const es_instruction *after) {
  if (before == nullptr) return run_forward(execution, instruction, instruction.inputs[0], nullptr, after);
  const NormalOf normal = find_statistics(execution, *before);
  const Normal loop = normal.loop(before->attributes[0]);
  run_forward(execution, instruction, before->inputs[0], &loop, after);
}

void depthwise_backward(Execution &execution, const es_instruction &instruction, const es_instruction *before,
                        const es_instruction *after) {
  if (before == nullptr) return run_backward(execution, instruction, execution.operand(instruction), nullptr, after);
  const NormalOf normal = known_statistics(execution, *before);
  const Normal loop = normal.loop(before->attributes[0]);
  run_backward(execution, instruction, before->inputs[0], &loop, after);
}

void depthwise(Execution &execution, const es_instruction &instruction) {
  depthwise(execution, instruction, nullptr, nullptr);
}

void depthwise_backward(Execution &execution, const es_instruction &instruction) {
  depthwise_backward(execution, instruction, nullptr, nullptr);
}

}  // namespace espalier::fast
