// Matrix products straight between views, shared by 1x1 convolutions and linear layers.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

namespace espalier {

/// y = x w^T [+ bias]. x [m, in], w [out, in], bias [out], y [m, out].
void product(const at::Tensor &y, const at::Tensor &x, const at::Tensor &w, const std::optional<at::Tensor> &bias);

/// dx (+)= dy w.
void product_input_gradient(const at::Tensor &dx, const at::Tensor &dy, const at::Tensor &w, bool accumulate);

/// dw += dy^T x.
void product_weight_gradient(const at::Tensor &dw, const at::Tensor &dy, const at::Tensor &x);

}  // namespace espalier
