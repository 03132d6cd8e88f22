#include "placement.h"

#include "execution.h"

namespace espalier {

namespace {

thread_local Placement *active = nullptr;

}  // namespace

Placement::Placement(const at::Tensor &target, bool accumulate) : target_(target), accumulate_(accumulate) {
  if (accumulate || !target.device().is_cpu() || !target.is_non_overlapping_and_dense()) return;
  address_ = target.mutable_data_ptr();
  bytes_ = target.nbytes();
  active = this;
}

Placement::~Placement() {
  if (active == this) active = nullptr;
}

void Placement::settle(const at::Tensor &result) const {
  if (address_ == nullptr || result.const_data_ptr() != address_) {
    deliver(target_, result, accumulate_);
  } else if (result.strides() != target_.strides()) {
    target_.copy_(result.clone());
  }
}

void *Placement::claim(size_t bytes) noexcept {
  if (active == nullptr || active->is_claimed_ || active->bytes_ != bytes) return nullptr;
  active->is_claimed_ = true;
  return active->address_;
}

bool Placement::owns(const void *block) noexcept { return active != nullptr && active->address_ == block; }

}  // namespace espalier
