// 1x1 convolutions with factors that stay in the cache, together with the batch norms beside them.
#pragma once

#include "fast.h"

namespace espalier::fast {

/// Whether a convolution or its backward instruction is one of these: 1x1, without a stride, and a weight that stays in
/// the cache. The rest is left to the reference.
bool is_pointwise(const Execution &execution, const es_instruction &convolution);
bool is_pointwise_backward(const Execution &execution, const es_instruction &convolution_backward);

/// y = conv(x). Null, or what stands beside it: `before`, a batch norm or `normalise`, makes x piece by piece, and
/// `after` is a batch norm that gets the statistics of y.
void pointwise(Execution &execution, const es_instruction &convolution, const es_instruction *before,
               const es_instruction *after);

/// Null, or: `gradient_maker`, a batch norm's backward instruction, makes dy, and `input_maker`, a `normalise`, makes x,
/// piece by piece; `after`, a batch norm's backward instruction, gets its sums over dx.
void pointwise_backward(Execution &execution, const es_instruction &convolution_backward,
                        const es_instruction *gradient_maker, const es_instruction *input_maker,
                        const es_instruction *after);

}  // namespace espalier::fast
