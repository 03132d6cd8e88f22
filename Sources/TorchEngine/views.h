// Views into storage that is already there. They are built directly, since a program makes thousands of them a step and
// the dispatcher's as_strided costs more than some kernels.
#pragma once

#include <ATen/core/Tensor.h>

namespace espalier {

/// A view of `base`'s storage. `offset`, sizes and strides in elements; the caller has checked that it lies inside.
inline at::Tensor view_of(const at::Tensor &base, int64_t offset, at::IntArrayRef sizes, at::IntArrayRef strides) {
  at::Tensor view =
      at::detail::make_tensor<c10::TensorImpl>(c10::Storage(base.storage()), base.key_set(), base.dtype());
  view.unsafeGetTensorImpl()->set_sizes_and_strides(sizes, strides, offset);
  return view;
}

}  // namespace espalier
