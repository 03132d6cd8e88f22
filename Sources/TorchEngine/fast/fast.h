// The second implementation of the kernels that dominate a step on a CPU in float32. The ATen kernels remain the
// reference, and serve every other dtype, device and opcode.
#pragma once

#include "../execution.h"
#include "loops.h"

#include <algorithm>
#include <functional>

namespace espalier {

/// A kernel on float32 operands in host memory. The instruction has passed the reference kernel's check.
using FastKernel = void (*)(Execution &execution, const es_instruction &instruction);

/// The fast kernel of an opcode, or null where there is only the reference.
FastKernel fast_kernel_of(int32_t opcode);

namespace fast {

void batch_norm(Execution &execution, const es_instruction &instruction);
void batch_norm_backward(Execution &execution, const es_instruction &instruction);
void normalise(Execution &execution, const es_instruction &instruction);
void activation(Execution &execution, const es_instruction &instruction);
void activation_backward(Execution &execution, const es_instruction &instruction);
void convolution(Execution &execution, const es_instruction &instruction);
void convolution_backward(Execution &execution, const es_instruction &instruction);
void depthwise(Execution &execution, const es_instruction &instruction);
void depthwise_backward(Execution &execution, const es_instruction &instruction);
void copies_sum(Execution &execution, const es_instruction &instruction);
void copies_sum_backward(Execution &execution, const es_instruction &instruction);
void copies_weighted_sum(Execution &execution, const es_instruction &instruction);
void copies_weighted_sum_backward(Execution &execution, const es_instruction &instruction);
void scale(Execution &execution, const es_instruction &instruction);
void scale_backward(Execution &execution, const es_instruction &instruction);
void global_pool(Execution &execution, const es_instruction &instruction);
void global_pool_backward(Execution &execution, const es_instruction &instruction);
void add(Execution &execution, const es_instruction &instruction);
void copy(Execution &execution, const es_instruction &instruction);
void mask(Execution &execution, const es_instruction &instruction);
void mask_backward(Execution &execution, const es_instruction &instruction);

}  // namespace fast

// MARK: What they share

/// Elements from which it pays to give another thread a part.
constexpr int64_t kElementGrain = 1 << 16;

/// Elements of a buffer, and its rows n * h * w.
int64_t elements_of(const Execution &execution, int32_t buffer);
int64_t rows_of(const Execution &execution, int32_t buffer);

/// Images [n, pixels, channels] of a buffer.
struct Images {
  Images(const Execution &execution, int32_t buffer)
      : count(execution.shape(buffer)[0]),
        pixels(execution.shape(buffer)[1] * execution.shape(buffer)[2]),
        channels(execution.shape(buffer)[3]) {}
  int64_t size() const { return pixels * channels; }
  /// Images from which it pays to give another thread a part.
  int64_t grain() const { return std::max<int64_t>(1, kElementGrain / size()); }
  int64_t count, pixels, channels;
};

/// Calls body(part, from, to) for `parts_of(count, grain)` parts of 0 ..< count, on libtorch's threads where there are
/// several. The parts depend on the arguments alone, so that the number of threads changes no result.
int64_t parts_of(int64_t count, int64_t grain);
void for_parts(int64_t count, int64_t grain, const std::function<void(int64_t, int64_t, int64_t)> &body);

/// The elements of a slice, row-major.
std::vector<float> packed(const Execution &execution, int32_t slice);
/// Adds values, row-major, to a slice's gradient where its tensor is trained.
void add_to_gradient(Execution &execution, int32_t slice, const double *values);

}  // namespace espalier
