// Results of ATen operations that have no out variant, put straight into the arena.
#pragma once

#include <ATen/core/Tensor.h>

namespace espalier {

/// While it exists, this thread's next CPU allocation of exactly `target`'s size is `target`'s memory.
///
/// Saves the copy of a whole activation, and the room for it. It is a wish, not a promise: `settle` looks where the
/// result came to lie and copies it when that is elsewhere. An operation's temporary of the same size may be placed
/// instead, which is harmless since `target` is about to be overwritten; where it is another result, that one must be
/// used before `settle`.
/// Precondition: `target` overlaps no input, and neither the result nor a temporary outlives this.
class Placement {
 public:
  Placement(const at::Tensor &target, bool accumulate);
  ~Placement();
  Placement(const Placement &) = delete;
  Placement &operator=(const Placement &) = delete;

  /// target (+)= result.
  void settle(const at::Tensor &result) const;

  /// For the allocator: the memory for an allocation of `bytes`, once, or null.
  static void *claim(size_t bytes) noexcept;
  /// For the allocator: whether `block` is memory of this thread's placement, which is not to be freed.
  static bool owns(const void *block) noexcept;

 private:
  at::Tensor target_;
  bool accumulate_;
  void *address_ = nullptr;
  size_t bytes_ = 0;
  bool is_claimed_ = false;
};

}  // namespace espalier
