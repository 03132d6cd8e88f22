#include "fast.h"

#include <ATen/Parallel.h>

#include <algorithm>

namespace espalier {

FastKernel fast_kernel_of(int32_t opcode) {
  switch (opcode) {
    case ES_CONVOLUTION: return fast::convolution;
    case ES_CONVOLUTION_BACKWARD: return fast::convolution_backward;
    case ES_BATCH_NORM: return fast::batch_norm;
    case ES_BATCH_NORM_BACKWARD: return fast::batch_norm_backward;
    case ES_NORMALISE: return fast::normalise;
    case ES_ACTIVATION: return fast::activation;
    case ES_ACTIVATION_BACKWARD: return fast::activation_backward;
    case ES_DEPTHWISE: return fast::depthwise;
    case ES_DEPTHWISE_BACKWARD: return fast::depthwise_backward;
    case ES_COPIES_SUM: return fast::copies_sum;
    case ES_COPIES_SUM_BACKWARD: return fast::copies_sum_backward;
    case ES_COPIES_WEIGHTED_SUM: return fast::copies_weighted_sum;
    case ES_COPIES_WEIGHTED_SUM_BACKWARD: return fast::copies_weighted_sum_backward;
    case ES_SCALE: return fast::scale;
    case ES_SCALE_BACKWARD: return fast::scale_backward;
    case ES_GLOBAL_POOL: return fast::global_pool;
    case ES_GLOBAL_POOL_BACKWARD: return fast::global_pool_backward;
    case ES_ADD: return fast::add;
    case ES_COPY: return fast::copy;
    case ES_MASK: return fast::mask;
    case ES_MASK_BACKWARD: return fast::mask_backward;
    default: return nullptr;
  }
}

int64_t rows_of(const Execution &execution, int32_t buffer) {
  const int64_t *s = execution.shape(buffer);
  return s[0] * s[1] * s[2];
}

int64_t elements_of(const Execution &execution, int32_t buffer) {
  return rows_of(execution, buffer) * execution.shape(buffer)[3];
}

namespace {

/// More than the cores of any machine this runs on would only make the parts too small.
constexpr int64_t kMostParts = 16;

}  // namespace

int64_t parts_of(int64_t count, int64_t grain) { return std::clamp<int64_t>(count / grain, 1, kMostParts); }

void for_parts(int64_t count, int64_t grain, const std::function<void(int64_t, int64_t, int64_t)> &body) {
  const int64_t parts = parts_of(count, grain);
  const auto run = [&](int64_t first, int64_t end) {
    for (int64_t part = first; part < end; ++part) body(part, count * part / parts, count * (part + 1) / parts);
  };
  if (parts == 1 || at::get_num_threads() == 1) {
    run(0, parts);
  } else {
    at::parallel_for(0, parts, 1, run);
  }
}

namespace {

/// Calls body(place in the tensor, place in the packed slice, length) for every run of neighbouring elements.
template <typename Body>
void for_runs(const es_slice &slice, const std::vector<int64_t> &strides, const Body &body) {
  const int32_t last = slice.rank - 1;
  int64_t index[4] = {0, 0, 0, 0};
  int64_t place = 0, packed = 0;
  for (int32_t axis = 0; axis <= last; ++axis) place += slice.offset[axis] * strides[axis];
  while (true) {
    body(place, packed, slice.extent[last]);
    packed += slice.extent[last];
    int32_t axis = last - 1;
    for (; axis >= 0; --axis) {
      place += strides[axis];
      if (++index[axis] < slice.extent[axis]) break;
      place -= strides[axis] * slice.extent[axis];
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

}  // namespace

std::vector<float> packed(const Execution &execution, int32_t index) {
  const es_slice &slice = execution.slice(index);
  const Parameter &parameter = execution.context.parameters[slice.tensor];
  int64_t count = 1;
  for (int32_t axis = 0; axis < slice.rank; ++axis) count *= slice.extent[axis];
  std::vector<float> values(count);
  const float *from = parameter.value.const_data_ptr<float>();
  for_runs(slice, parameter.strides, [&](int64_t place, int64_t packed, int64_t length) {
    std::copy_n(from + place, length, values.data() + packed);
  });
  return values;
}

void add_to_gradient(Execution &execution, int32_t index, const double *values) {
  if (!execution.trains(index)) return;
  const es_slice &slice = execution.slice(index);
  float *to = execution.context.touch(execution.lane, slice.tensor).mutable_data_ptr<float>();
  for_runs(slice, execution.context.parameters[slice.tensor].strides,
           [&](int64_t place, int64_t packed, int64_t length) {
             for (int64_t i = 0; i < length; ++i) to[place + i] += static_cast<float>(values[packed + i]);
           });
}

}  // namespace espalier
