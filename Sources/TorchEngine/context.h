// What a context owns: parameters with their planes, batches, and lanes with an arena and a gradient buffer each.
#pragma once

#include "CEngine.h"
#include "account.h"
#include "replay.h"
#include "workers.h"

#include <ATen/core/Tensor.h>

#include <memory>
#include <mutex>
#include <vector>

namespace espalier {

/// A parameter tensor. A plane is undefined until something is written to it, and then reads as zero.
struct Parameter {
  std::vector<int64_t> shape;
  std::vector<int64_t> strides;  ///< row-major, in elements
  int64_t count = 0;
  bool decayed = false;
  bool trained = false;

  at::Tensor value;
  at::Tensor momentum;
  at::Tensor square;
  at::Tensor average;
  int64_t steps = 0;
};

/// What an output is trained towards beside its labels, one row for each position.
struct Targets {
  /// In place of one-hot labels; undefined: the labels.
  at::Tensor shares;
  /// Logits; undefined: there is no teacher.
  at::Tensor teacher;
  double share = 0;
  double temperature = 1;
};

/// Class numbers of one output, one for each position.
struct Labels {
  at::Tensor numbers;
  int64_t smallest = 0;
  int64_t largest = 0;
  Targets targets;
};

/// Images in the context's dtype on its device, [n, h, w, c], with further inputs and the labels of each output.
struct Batch {
  int64_t shape[4] = {0, 0, 0, 0};
  at::Tensor images;
  /// Inputs 1, 2, ...; undefined where nothing was written.
  std::vector<at::Tensor> inputs;
  std::vector<Labels> labels;
  bool is_written() const { return images.defined(); }
  /// The input at a negative buffer offset, or null.
  const at::Tensor *input_at(int64_t offset) const;
};

/// A place where one job runs at a time.
struct Lane {
  at::Tensor arena;
  /// Per parameter; undefined until first touched, kept (and zeroed again) from then on.
  std::vector<at::Tensor> gradients;
  /// Per parameter: the gradient belongs to the current accumulate call.
  std::vector<uint8_t> touched;
  /// On a CUDA device: what the backward part multiplies every gradient with, float64 [].
  at::Tensor weight;
  Replays replays;
};

class Context {
 public:
  explicit Context(const es_options &options);
  ~Context();
  Context(const Context &) = delete;
  Context &operator=(const Context &) = delete;

  void allocate(const es_tensor *tensors, int32_t count);
  /// Exactly these tensors are trained from now on.
  void train(const int32_t *tensors, int32_t count);
  /// value = momentum * value + (1 - momentum) * value of the other context, for these tensors.
  void follow(Context &other, const int32_t *tensors, int32_t count, double momentum);
  void write(int32_t plane, int32_t tensor, const void *values, int64_t count);
  void read(int32_t plane, int32_t tensor, void *values, int64_t count);
  void write_batch(int32_t slot, const float *images, const int64_t *labels, const int64_t *shape);
  void write_input(int32_t slot, int32_t input, const float *values, const int64_t *shape);
  void write_labels(int32_t slot, int32_t output, const int64_t *labels, int64_t count);
  void write_targets(int32_t slot, int32_t output, const float *shares, const float *teacher, int64_t count,
                     int64_t classes, double share, double temperature);
  const Batch &batch(int32_t slot) const;
  void swap_averages();
  es_memory memory(bool reset_peak);

  void forget_gradients();
  /// Makes `lane`'s arena hold at least `bytes`.
  void reserve(Lane &lane, int64_t bytes);
  /// The gradient buffer of a parameter, zeroed on its first use in this accumulate call.
  at::Tensor &touch(Lane &lane, int32_t tensor);
  /// Touches the tensors that the program's backward part adds to; those of a backward instruction are exactly its
  /// slices' as far as they are trained.
  void touch_all(Lane &lane, const es_program &program);

  at::TensorOptions options() const { return at::TensorOptions(dtype).device(device); }
  int64_t element_bytes() const { return dtype == at::kDouble ? 8 : 4; }

  at::ScalarType dtype;
  at::Device device;
  /// Whether instructions run on the fast kernels where there are some: on a CPU, in float32, unless the reference is
  /// asked for by the options or by ESPALIER_KERNELS=reference in the environment.
  const bool has_fast_kernels;
  /// Whether programs that come again are replayed as CUDA graphs: ESPALIER_REPLAY=off in the environment turns it off.
  const bool replays_programs;
  /// Held during a call: a context serves one caller at a time.
  std::mutex mutex;
  std::vector<Parameter> parameters;
  std::vector<Lane> lanes;
  Workers workers;

  /// Set up for each thread that works for this context.
  class Scope;

 private:
  Parameter &parameter(int32_t tensor);
  Batch &written_batch(int32_t slot);
  /// Copies into `room`, which is made anew where it has another shape.
  void fill(at::Tensor &room, const float *values, at::IntArrayRef sizes);
  void fill(Labels &room, const int64_t *labels, int64_t count);
  at::Tensor *plane_of(int32_t plane, int32_t tensor);

  Account *account_;
  int threads_inside_operations_;
  std::vector<Batch> batches_;
};

/// No autograd, this context's device, its number of threads inside operations, and its memory account.
class Context::Scope {
 public:
  explicit Scope(Context &context);
  ~Scope();
  Scope(const Scope &) = delete;
  Scope &operator=(const Scope &) = delete;

 private:
  struct Guards;
  std::unique_ptr<Guards> guards_;
};

}  // namespace espalier
