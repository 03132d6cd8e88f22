// One program run on one lane: what kernels see of the world.
#pragma once

#include "CEngine.h"
#include "context.h"
#include "views.h"

#include <limits>
#include <vector>

namespace espalier {

/// Batch statistics on their way into the running statistics; the variance is unbiased. Both have the slices' shapes.
struct RecordedStatistics {
  /// Numbers of the program's slices.
  int32_t mean_slice;
  int32_t variance_slice;
  at::Tensor mean;
  at::Tensor variance;
};

/// What an output's cross-entropy leaves on the device: float64 [2], the mean loss and the number of argmax hits.
struct OutputLoss {
  at::Tensor both;
  bool counts_hits;
};

/// What an instruction found on its way for the one after it: two numbers a channel. A batch norm wants means and sums of
/// squared deviations, its backward instruction the sums that `NormalSums` makes.
struct Left {
  /// The instruction that it is for.
  const es_instruction *reader = nullptr;
  std::vector<double> first, second;
};

/// The two halves of a program.
enum class Part { forward, backward };

enum class Recording { off, on };

class Execution {
 public:
  Execution(Context &context, Lane &lane, const es_job &job, int32_t batch_norm_mode, Recording recording);

  void run_forward();
  /// `weight` multiplies every gradient.
  void run_backward(double weight);
  /// Runs the instructions of a part one after the other.
  void run(Part part);

  /// gradient *= the job's weight / positions. On a CUDA device the weight is read there, so that a captured program
  /// can be replayed with another.
  void weigh(at::Tensor &gradient, int64_t positions) const;

  // Operands as tensors over the arena. Shapes with named axes; all are views.
  at::Tensor flat(int32_t buffer) const;                    ///< [n*h*w*c]
  at::Tensor rows(int32_t buffer) const;                    ///< [n*h*w, c]
  at::Tensor pixels(int32_t buffer) const;                  ///< [n, h*w, c]
  at::Tensor nhwc(int32_t buffer) const;                    ///< [n, h, w, c]
  at::Tensor nchw(int32_t buffer) const;                    ///< [n, c, h, w], channels last in memory
  at::Tensor nchw(int32_t buffer, int64_t copies, int64_t copy) const;    ///< the channels of one copy
  at::Tensor rows(int32_t buffer, int64_t copies, int64_t copy) const;    ///< [n*h*w, c/copies] of one copy
  at::Tensor pixels(int32_t buffer, int64_t copies, int64_t copy) const;  ///< [n, h*w, c/copies] of one copy
  at::Tensor stacked(int32_t buffer, int64_t copies) const;               ///< [n*h*w, copies, c/copies]
  const int64_t *shape(int32_t buffer) const { return program.buffers[buffer].shape; }

  // The elements themselves, for kernels on float32 in host memory.
  const float *floats(int32_t buffer) const;
  float *mutable_floats(int32_t buffer) const;

  const es_slice &slice(int32_t index) const { return program.slices[index]; }
  at::Tensor value(int32_t slice) const;
  /// Whether the slice's tensor is trained; of the others no gradient is wanted.
  bool trains(int32_t index) const { return context.parameters[slice(index).tensor].trained; }
  /// What a map's backward instruction has as its operand: where it is absent, which only a frozen map allows, the buffer of
  /// its gradient, of the same shape and not read.
  int32_t operand(const es_instruction &instruction) const;
  /// A view into the lane's gradient buffer: what is added to it is accumulated. Of a tensor that is trained.
  at::Tensor gradient(int32_t slice);

  at::Tensor scratch(at::IntArrayRef sizes) const;

  Context &context;
  Lane &lane;
  const es_program &program;
  const Batch &batch;
  const int32_t batch_norm_mode;
  /// Whether batch norm keeps its statistics in `recorded`; off in the backward part.
  Recording recording;

  Left left;

  /// How often the program reads each buffer; empty where no instructions are run together.
  const std::vector<int32_t> readers;

  // Results of the forward part; the loss is the sum over the outputs that had one.
  double loss = 0;
  int64_t correct = 0;
  std::vector<OutputLoss> losses;
  std::vector<RecordedStatistics> recorded;

 private:
  void run(int32_t from, int32_t to);
  void run_or_replay(Part part);
  at::Tensor view(int32_t buffer, at::IntArrayRef sizes, at::IntArrayRef strides, int64_t shift = 0) const;

  double weight_ = 0;
};

/// A view of the box `slice` of a tensor with a parameter's shape.
at::Tensor box_of(const at::Tensor &tensor, const es_slice &slice, const std::vector<int64_t> &strides);

/// Adds a vector to a slice's gradient where its tensor is trained.
void add_vector(Execution &execution, int32_t slice, const at::Tensor &vector);

/// target (+)= source.
void deliver(const at::Tensor &target, const at::Tensor &source, bool accumulate);

}  // namespace espalier
