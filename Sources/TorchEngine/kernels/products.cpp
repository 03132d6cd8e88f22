#include "products.h"

#include <ATen/ops/addmm.h>
#include <ATen/ops/mm.h>

namespace espalier {

void product(const at::Tensor &y, const at::Tensor &x, const at::Tensor &w, const std::optional<at::Tensor> &bias) {
  at::Tensor out = y;
  if (bias) {
    at::addmm_out(out, *bias, x, w.t());
  } else {
    at::mm_out(out, x, w.t());
  }
}

void product_input_gradient(const at::Tensor &dx, const at::Tensor &dy, const at::Tensor &w, bool accumulate) {
  at::Tensor out = dx;
  if (accumulate) {
    at::addmm_out(out, out, dy, w);
  } else {
    at::mm_out(out, dy, w);
  }
}

void product_weight_gradient(const at::Tensor &dw, const at::Tensor &dy, const at::Tensor &x) {
  at::Tensor out = dw;
  at::addmm_out(out, out, dy.t(), x);
}

}  // namespace espalier
