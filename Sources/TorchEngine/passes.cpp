#include "passes.h"

#include "check.h"
#include "execution.h"
#include "failure.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

namespace espalier {

namespace {

constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();

/// What a job leaves behind.
struct JobResult {
  double loss = 0;
  int64_t correct = 0;
  std::vector<RecordedStatistics> recorded;
};

/// A lane's part of sum_k exp(likelihood_k) gradient_k, kept as exp(largest) * gradients, with its normaliser.
struct LaneSum {
  double largest = kMinusInfinity;
  double normaliser = 0;
};

[[noreturn]] void fail_job(int32_t job, Failure failure) {
  failure.text = "job " + std::to_string(job) + ": " + failure.text;
  throw failure;
}

void check_jobs(const Context &context, const es_job *jobs, int32_t count, Passes passes) {
  for (int32_t job = 0; job < count; ++job) {
    try {
      check_job(context, jobs[job], passes);
    } catch (const Failure &failure) {
      fail_job(job, failure);
    }
  }
}

/// Calls `body(job, lane index)` for each job, job k on lane k mod lanes, a lane's jobs in order. A lane stops at its
/// first failure; of all lanes' failures that of the first job is thrown, whatever the threads did.
template <typename Body>
void run_on_lanes(Context &context, int32_t count, const Body &body) {
  const int lanes = static_cast<int>(std::min<size_t>(context.lanes.size(), count));
  std::vector<std::pair<int32_t, std::optional<Failure>>> failures(lanes);
  context.workers.run(lanes, [&](int lane) noexcept {
    int32_t job = lane;
    try {
      const Context::Scope scope(context);
      for (; job < count; job += static_cast<int32_t>(context.lanes.size())) body(job, lane);
    } catch (...) {
      failures[lane] = {job, current_failure()};
    }
  });
  const std::pair<int32_t, std::optional<Failure>> *first = nullptr;
  for (const auto &failure : failures) {
    if (failure.second && (first == nullptr || failure.first < first->first)) first = &failure;
  }
  if (first != nullptr) fail_job(first->first, *first->second);
}

void write_logits(const Execution &execution, const es_job &job) {
  if (job.logits == nullptr) return;
  const at::Tensor logits = execution.flat(execution.program.logits).to(at::kDouble).cpu();
  std::copy_n(logits.const_data_ptr<double>(), logits.numel(), job.logits);
}

JobResult forward(Execution &execution, const es_job &job) {
  execution.run_forward();
  write_logits(execution, job);
  return {execution.loss, execution.correct, std::move(execution.recorded)};
}

void require_finite(double loss) {
  if (!std::isfinite(loss)) throw Failure(ES_NOT_FINITE, "the loss is " + std::to_string(loss));
}

/// running = (1 - factor) * running + factor * batch, in job order. With `mean` the factor of a later job falls as a mean over
/// all batches asks for: 1 / factor grows by 1.
void record(Context &context, const es_job *jobs, const std::vector<JobResult> &results, double first, bool mean) {
  double factor = first;
  const auto blend = [&](const es_slice &slice, const at::Tensor &statistic) {
    const Parameter &parameter = context.parameters[slice.tensor];
    box_of(parameter.value, slice, parameter.strides).mul_(1 - factor).add_(statistic, factor);
  };
  for (size_t job = 0; job < results.size(); ++job) {
    const es_slice *slices = jobs[job].program->slices;
    for (const RecordedStatistics &statistics : results[job].recorded) {
      blend(slices[statistics.mean_slice], statistics.mean);
      blend(slices[statistics.variance_slice], statistics.variance);
    }
    if (mean) factor = factor / (1 + factor);
  }
}

void rescale(Lane &lane, double factor) {
  for (size_t tensor = 0; tensor < lane.gradients.size(); ++tensor) {
    if (!lane.touched[tensor]) continue;
    if (factor < kNegligible) {
      lane.gradients[tensor].zero_();
    } else {
      lane.gradients[tensor].mul_(factor);
    }
  }
}

/// Gives the backward pass's weight for a job of this log-likelihood, that of all its draws together, after rescaling
/// what the lane has so far.
double admit(LaneSum &sum, Lane &lane, double likelihood) {
  if (likelihood > sum.largest) {
    const double factor = std::exp(sum.largest - likelihood);
    if (sum.normaliser > 0) rescale(lane, factor);
    sum.normaliser = sum.normaliser * factor + 1;
    sum.largest = likelihood;
    return 1;
  }
  const double weight = std::exp(likelihood - sum.largest);
  sum.normaliser += weight;
  return weight;
}

/// Leaves sum_lane shares[lane] * gradient of the lane in lane 0, lanes added in order.
void merge(Context &context, const std::vector<double> &shares) {
  Lane &first = context.lanes[0];
  for (size_t tensor = 0; tensor < first.gradients.size(); ++tensor) {
    for (size_t index = 0; index < shares.size(); ++index) {
      Lane &lane = context.lanes[index];
      if (!lane.touched[tensor]) continue;
      if (index == 0 || !first.touched[tensor]) {
        if (index != 0) {
          std::swap(first.gradients[tensor], lane.gradients[tensor]);
          std::swap(first.touched[tensor], lane.touched[tensor]);
        }
        if (shares[index] != 1) first.gradients[tensor].mul_(shares[index]);
      } else {
        first.gradients[tensor].add_(lane.gradients[tensor], shares[index]);
      }
    }
  }
}

}  // namespace

void evaluate(Context &context, const es_job *jobs, int32_t count, int32_t batch_norm_mode, double factor,
              es_outcome *outcomes) {
  require(batch_norm_mode >= ES_BATCH_STATISTICS && batch_norm_mode <= ES_MEAN_STATISTICS,
          "there is no such batch norm mode");
  const bool mean = batch_norm_mode == ES_MEAN_STATISTICS;
  const bool records = mean || batch_norm_mode == ES_RECORD_STATISTICS;
  require(!records || (factor > 0 && factor <= 1), "the factor of recorded statistics is not in 0 <... 1");
  check_jobs(context, jobs, count, Passes::forward);
  std::vector<JobResult> results(count);
  run_on_lanes(context, count, [&](int32_t job, int lane) {
    Execution execution(context, context.lanes[lane], jobs[job], batch_norm_mode,
                        records ? Recording::on : Recording::off);
    results[job] = forward(execution, jobs[job]);
    if (records) require_finite(results[job].loss);
  });
  if (records) record(context, jobs, results, factor, mean);
  for (int32_t job = 0; job < count; ++job) outcomes[job] = {results[job].loss, results[job].correct, 0};
}

void accumulate(Context &context, const es_job *jobs, int32_t count, int32_t weighting, double scale, double factor,
                es_outcome *outcomes) {
  const bool importance = weighting == ES_WEIGHT_IMPORTANCE;
  require(importance || weighting == ES_WEIGHT_UNIFORM, "there is no such weighting");
  require(!importance || (std::isfinite(scale) && scale >= 0), "the likelihood scale is negative or not finite");
  require(factor >= 0 && factor <= 1, "the factor of recorded statistics is not in 0 ... 1");
  check_jobs(context, jobs, count, Passes::forward_and_backward);
  context.forget_gradients();
  std::vector<JobResult> results(count);
  std::vector<double> likelihoods(count);
  std::vector<LaneSum> sums(std::min<size_t>(context.lanes.size(), count));
  double draws = 0;
  for (int32_t job = 0; job < count; ++job) draws += jobs[job].multiplicity;
  try {
    run_on_lanes(context, count, [&](int32_t job, int index) {
      Lane &lane = context.lanes[index];
      Execution execution(context, lane, jobs[job], ES_BATCH_STATISTICS, factor > 0 ? Recording::on : Recording::off);
      results[job] = forward(execution, jobs[job]);
      require_finite(results[job].loss);
      const double images = static_cast<double>(execution.batch.shape[0]);
      likelihoods[job] = -scale * images * results[job].loss + std::log(jobs[job].multiplicity);
      const double weight =
          importance ? admit(sums[index], lane, likelihoods[job]) : jobs[job].multiplicity / draws;
      if (weight >= kNegligible) {
        execution.run_backward(weight);
      } else {
        context.touch_all(lane, execution.program);
      }
    });
  } catch (...) {
    context.forget_gradients();
    throw;
  }
  double largest = kMinusInfinity;
  for (const LaneSum &sum : sums) largest = std::max(largest, sum.largest);
  double normaliser = 0;
  for (const LaneSum &sum : sums) normaliser += std::exp(sum.largest - largest) * sum.normaliser;
  std::vector<double> shares(sums.size(), 1.0);
  if (importance) {
    for (size_t lane = 0; lane < sums.size(); ++lane) {
      shares[lane] = std::exp(sums[lane].largest - largest) / normaliser;
    }
  }
  merge(context, shares);
  if (factor > 0) record(context, jobs, results, factor, /*mean=*/false);
  for (int32_t job = 0; job < count; ++job) {
    const double weight =
        importance ? std::exp(likelihoods[job] - largest) / normaliser : jobs[job].multiplicity / draws;
    outcomes[job] = {results[job].loss, results[job].correct, weight};
  }
}

}  // namespace espalier
