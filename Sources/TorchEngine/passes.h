// Jobs over lanes: evaluation, and the weighted gradient of many paths.
#pragma once

#include "CEngine.h"
#include "context.h"

namespace espalier {

/// Forward passes of `count` jobs. See es_api.evaluate.
void evaluate(Context &context, const es_job *jobs, int32_t count, int32_t batch_norm_mode, double factor,
              es_outcome *outcomes);

/// The gradient of the importance-weighted log-likelihood of `count` jobs, with one gradient buffer a lane.
///
/// PARSEC (Casale, Gordon and Fusi 2019, arXiv 1902.05116) with FP-NAS's weights (Yan et al. 2021, arXiv 2011.10949,
/// eq. 5), by an online softmax: a job's weight relative to the heaviest so far is known after its forward pass, so its
/// backward pass runs scaled by it and adds to the sum in place.
/// Deviation: a job that is lighter than kNegligible times the heaviest has no backward pass; its tensors still count
/// as touched, so that the order of jobs does not decide which tensors are updated.
void accumulate(Context &context, const es_job *jobs, int32_t count, int32_t weighting, double scale, double factor,
                es_outcome *outcomes);

/// 2^-80: what it multiplies is lost in any float64 sum, and in float32 would soon be subnormal, which is slow.
constexpr double kNegligible = 0x1p-80;

}  // namespace espalier
