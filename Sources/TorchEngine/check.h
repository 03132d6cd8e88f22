// Refusing malformed programs before anything runs.
#pragma once

#include "CEngine.h"
#include "context.h"

namespace espalier {

/// What a kernel's check sees of one instruction. Every accessor throws ES_INVALID instead of reading out of bounds.
class Check {
 public:
  Check(const Context &context, const es_program &program, const Batch &batch, const es_instruction &instruction)
      : context_(context), program_(program), batch_(batch), instruction_(instruction) {}

  /// Shape [n, h, w, c] of an operand that must be present.
  const int64_t *input(int index) const;
  const int64_t *output(int index) const;
  /// Of a map's backward instruction: its operand's shape, or where that is absent, which only a frozen map allows, that of
  /// the operand's gradient.
  const int64_t *operand() const;
  bool has_input(int index) const { return instruction_.inputs[index] >= 0; }
  bool has_output(int index) const { return instruction_.outputs[index] >= 0; }
  bool has_slice(int index) const { return instruction_.slices[index] >= 0; }
  const es_slice &slice(int index) const;
  /// The attribute, which must lie in lowest ... highest.
  int32_t attribute(int index, int32_t lowest, int32_t highest) const;
  double scalar(int index) const { return instruction_.scalars[index]; }
  const Batch &batch() const { return batch_; }

  void same_shape(const int64_t *a, const int64_t *b, const char *text) const;
  void shape(const int64_t *shape, int64_t n, int64_t h, int64_t w, int64_t c, const char *text) const;
  /// A slice of rank 1 [channels] or rank 2 [copies, channels] with `channels` elements in all.
  void vector_slice(int index, int64_t channels, const char *text) const;

 private:
  const Context &context_;
  const es_program &program_;
  const Batch &batch_;
  const es_instruction &instruction_;
};

/// What both ends of a side are padded by: half of an odd kernel; windows of an even one lie side by side.
inline int64_t window_padding(int64_t kernel) { return kernel % 2 == 1 ? kernel / 2 : 0; }

/// The side of the output of a window of `kernel`, padded, or 0 where none fits.
inline int64_t window_output(int64_t side, int64_t kernel, int64_t stride) {
  const int64_t reach = side + 2 * window_padding(kernel) - kernel;
  return reach < 0 ? 0 : reach / stride + 1;
}

enum class Passes { forward, forward_and_backward };

/// Checks the part of a job's program that will run, in time linear in its length. Throws ES_INVALID that names the
/// instruction.
void check_job(const Context &context, const es_job &job, Passes passes);

}  // namespace espalier
