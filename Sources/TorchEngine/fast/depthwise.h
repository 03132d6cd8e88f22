// Depthwise convolutions together with the batch norms beside them.
#pragma once

#include "fast.h"

namespace espalier::fast {

/// y = depthwise(x). Null, or what stands beside it: `before`, a batch norm, makes x row by row, which is never written;
/// `after` is a batch norm that gets the statistics of y.
void depthwise(Execution &execution, const es_instruction &depthwise, const es_instruction *before,
               const es_instruction *after);
/// Null, or: `before`, a `normalise`, makes x row by row; `after`, a batch norm's backward instruction, gets its sums
/// over dx.
void depthwise_backward(Execution &execution, const es_instruction &depthwise_backward, const es_instruction *before,
                        const es_instruction *after);

}  // namespace espalier::fast
