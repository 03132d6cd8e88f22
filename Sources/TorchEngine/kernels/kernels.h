// The table of kernels. Each family's file states what it demands of an instruction beside what it does with it.
#pragma once

#include "../check.h"
#include "../execution.h"

#include <string>

namespace espalier {

enum class Direction { forward, backward };

/// Whether an output may lie in the very place of an input.
enum class Operands { stay_apart, may_coincide };

struct Kernel {
  const char *name;
  void (*check)(const Check &check);
  void (*run)(Execution &execution, const es_instruction &instruction);
  Direction direction = Direction::forward;
  Operands operands = Operands::stay_apart;
};

/// The kernel of an opcode, or null.
const Kernel *kernel_of(int32_t opcode);

/// "instruction 12 (batch_norm)", for messages.
std::string instruction_name(const es_program &program, int32_t index);

extern const Kernel convolution, convolution_backward;
extern const Kernel depthwise, depthwise_backward;
extern const Kernel batch_norm, batch_norm_backward, normalise;
extern const Kernel activation, activation_backward;
extern const Kernel global_pool, global_pool_backward, pool, pool_backward;
extern const Kernel linear, linear_backward;
extern const Kernel scale, scale_backward;
extern const Kernel copies_sum, copies_sum_backward;
extern const Kernel copies_softmax, copies_softmax_backward;
extern const Kernel copies_weighted_sum, copies_weighted_sum_backward;
extern const Kernel add, copy;
extern const Kernel cross_entropy, cross_entropy_backward;
extern const Kernel grouped_convolution, grouped_convolution_backward;
extern const Kernel dilated_depthwise, dilated_depthwise_backward;
extern const Kernel multiply, multiply_backward, zero;
extern const Kernel copy_channels, shuffle, softmax, softmax_backward;
extern const Kernel resize, resize_backward;
extern const Kernel layer_norm, layer_norm_backward;
extern const Kernel position_embedding, position_embedding_backward;
extern const Kernel attention, attention_backward;
extern const Kernel quantize;
extern const Kernel mask, mask_backward;
extern const Kernel contrast, contrast_backward;

/// Highest number of copies, and highest kernel and stride, that a program may name.
constexpr int32_t kMostCopies = 1 << 16;
constexpr int32_t kLargestKernel = 1 << 12;

}  // namespace espalier
