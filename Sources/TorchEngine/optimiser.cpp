#include "optimiser.h"

#include "failure.h"
#include "fast/loops.h"

#include <ATen/ops/empty_like.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace espalier {

namespace {

std::vector<int32_t> touched_tensors(const Context &context) {
  std::vector<int32_t> touched;
  for (size_t tensor = 0; tensor < context.parameters.size(); ++tensor) {
    if (context.lanes[0].touched[tensor] && context.parameters[tensor].trained) {
      touched.push_back(static_cast<int32_t>(tensor));
    }
  }
  return touched;
}

/// The norms of the touched gradients, one a tensor, on the host. `precise` sums in float64.
std::vector<double> norms_of(const Context &context, const std::vector<int32_t> &touched, bool precise) {
  if (context.has_fast_kernels && !precise) {
    std::vector<double> norms;
    norms.reserve(touched.size());
    for (const int32_t tensor : touched) {
      const at::Tensor &gradient = context.lanes[0].gradients[tensor];
      norms.push_back(std::sqrt(best_loops().squares(gradient.const_data_ptr<float>(), gradient.numel())));
    }
    return norms;
  }
  std::vector<at::Tensor> norms;
  norms.reserve(touched.size());
  for (const int32_t tensor : touched) {
    const at::Tensor &gradient = context.lanes[0].gradients[tensor];
    norms.push_back(at::linalg_vector_norm(precise ? gradient.to(at::kDouble) : gradient));
  }
  const at::Tensor host = at::stack(norms).to(at::kDouble).cpu();
  return {host.const_data_ptr<double>(), host.const_data_ptr<double>() + host.numel()};
}

/// Throws ES_NOT_FINITE, naming the first tensor whose gradient is not finite.
double gradient_norm(const Context &context, const std::vector<int32_t> &touched) {
  std::vector<double> norms = norms_of(context, touched, /*precise=*/false);
  const auto is_finite = [](double norm) { return std::isfinite(norm); };
  if (!std::all_of(norms.begin(), norms.end(), is_finite)) {
    // A float32 sum of squares overflows from 1.8e19 on, which is no reason to stop.
    norms = norms_of(context, touched, /*precise=*/true);
  }
  double squares = 0;
  for (size_t index = 0; index < norms.size(); ++index) {
    if (!is_finite(norms[index])) {
      throw Failure(ES_NOT_FINITE, "the gradient of tensor " + std::to_string(touched[index]) + " is not finite");
    }
    squares += norms[index] * norms[index];
  }
  return std::sqrt(squares);
}

at::Tensor &kept(at::Tensor &plane, const at::Tensor &like) {
  if (!plane.defined()) plane = at::zeros_like(like);
  return plane;
}

/// `step_sgd` with clipping and weight decay in one pass over memory, which leaves the gradient as it was.
void descend(Parameter &parameter, const at::Tensor &gradient, double clip, const es_update &update) {
  const DescentStep step{.clip = static_cast<float>(clip),
                         .decay = parameter.decayed ? static_cast<float>(update.weight_decay) : 0,
                         .momentum = static_cast<float>(update.momentum),
                         .rate = static_cast<float>(update.rate)};
  float *velocity = update.momentum == 0 ? nullptr : parameter.momentum.mutable_data_ptr<float>();
  best_loops().descend(step, gradient.const_data_ptr<float>(), velocity, parameter.value.mutable_data_ptr<float>(),
                       parameter.count);
}

void step_sgd(Parameter &parameter, const at::Tensor &gradient, const es_update &update) {
  if (update.momentum == 0) {
    parameter.value.sub_(gradient, update.rate);
    return;
  }
  at::Tensor &velocity = kept(parameter.momentum, parameter.value);
  velocity.mul_(update.momentum).add_(gradient);
  parameter.value.sub_(velocity, update.rate);
}

/// Kingma and Ba 2014 (arXiv 1412.6980), algorithm 1.
void step_adam(Parameter &parameter, const at::Tensor &gradient, const es_update &update) {
  at::Tensor &first = kept(parameter.momentum, parameter.value);
  at::Tensor &second = kept(parameter.square, parameter.value);
  first.mul_(update.momentum).add_(gradient, 1 - update.momentum);
  second.mul_(update.second).addcmul_(gradient, gradient, 1 - update.second);
  const double steps = static_cast<double>(parameter.steps);
  const double first_correction = 1 - std::pow(update.momentum, steps);
  const double second_correction = 1 - std::pow(update.second, steps);
  const at::Tensor root = second.sqrt().div_(std::sqrt(second_correction)).add_(update.epsilon);
  parameter.value.addcdiv_(first, root, -update.rate / first_correction);
}

void step_rmsprop(Parameter &parameter, const at::Tensor &gradient, const es_update &update) {
  at::Tensor &square = kept(parameter.square, parameter.value);
  square.mul_(update.second).addcmul_(gradient, gradient, 1 - update.second);
  const at::Tensor root = square.sqrt().add_(update.epsilon);
  if (update.momentum == 0) {
    parameter.value.addcdiv_(gradient, root, -update.rate);
    return;
  }
  at::Tensor &velocity = kept(parameter.momentum, parameter.value);
  velocity.mul_(update.momentum).addcdiv_(gradient, root);
  parameter.value.sub_(velocity, update.rate);
}

void check(const es_update &update) {
  require(update.optimiser >= ES_SGD && update.optimiser <= ES_RMSPROP, "there is no such optimiser");
  const auto within = [](double value, double end) { return value >= 0 && value < end; };
  const double infinity = HUGE_VAL;
  require(within(update.rate, infinity) && within(update.epsilon, infinity) && within(update.weight_decay, infinity) &&
              within(update.clip_norm, infinity),
          "a rate, epsilon, weight decay or clipping norm is negative or not finite");
  require(within(update.momentum, 1) && within(update.second, 1) && within(update.average_decay, 1),
          "a momentum or decay is not in 0 ..< 1");
}

/// Everything that an update may have to allocate, so that running out of memory leaves all values as they were.
void make_room(Parameter &parameter, const es_update &update) {
  const bool velocity = update.optimiser == ES_ADAM || update.momentum != 0;
  if (velocity) kept(parameter.momentum, parameter.value);
  if (update.optimiser != ES_SGD) kept(parameter.square, parameter.value);
  if (update.average_decay > 0 && !parameter.average.defined()) parameter.average = parameter.value.clone();
}

}  // namespace

double update(Context &context, const es_update &update) {
  check(update);
  const std::vector<int32_t> touched = touched_tensors(context);
  if (touched.empty()) {
    context.forget_gradients();
    return 0;
  }
  double norm = 0;
  try {
    norm = gradient_norm(context, touched);
  } catch (...) {
    context.forget_gradients();
    throw;
  }
  for (const int32_t tensor : touched) make_room(context.parameters[tensor], update);
  const double clip = update.clip_norm > 0 && norm > update.clip_norm ? update.clip_norm / norm : 1;
  for (const int32_t tensor : touched) {
    Parameter &parameter = context.parameters[tensor];
    at::Tensor &gradient = context.lanes[0].gradients[tensor];
    ++parameter.steps;
    if (context.has_fast_kernels && update.optimiser == ES_SGD) {
      descend(parameter, gradient, clip, update);
    } else {
      if (clip != 1) gradient.mul_(clip);
      if (parameter.decayed && update.weight_decay != 0) gradient.add_(parameter.value, update.weight_decay);
      switch (static_cast<es_optimiser>(update.optimiser)) {
        case ES_SGD: step_sgd(parameter, gradient, update); break;
        case ES_ADAM: step_adam(parameter, gradient, update); break;
        case ES_RMSPROP: step_rmsprop(parameter, gradient, update); break;
      }
    }
    if (update.average_decay > 0) {
      parameter.average.mul_(update.average_decay).add_(parameter.value, 1 - update.average_decay);
    }
  }
  context.forget_gradients();
  return norm;
}

}  // namespace espalier
