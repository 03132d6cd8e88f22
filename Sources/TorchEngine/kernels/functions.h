// Elementwise functions, for the kernels that apply one to their own result.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace espalier {

/// y = f(x), for y defined and of x's shape; y may be x.
void activate(int32_t function, at::Tensor &y, const at::Tensor &x);
/// dx = dy * f'(x), for dx defined and of x's shape; dx may be dy.
void differentiate(int32_t function, at::Tensor &dx, const at::Tensor &dy, const at::Tensor &x);

}  // namespace espalier
