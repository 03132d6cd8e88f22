// Depthwise convolutions of values that are normalised and activated on the way in, and never written.
#pragma once

#include "fast.h"

namespace espalier::fast {

/// y = depthwise(f(normal of x)), for a batch norm and the depthwise convolution of its result.
void normal_depthwise(Execution &execution, const es_instruction &batch_norm, const es_instruction &depthwise);
/// The gradients of a depthwise convolution of what `normalise` computes.
void normal_depthwise_backward(Execution &execution, const es_instruction &normalise,
                               const es_instruction &depthwise_backward);

}  // namespace espalier::fast
