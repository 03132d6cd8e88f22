#include "context.h"

#include "failure.h"
#include "kernels/kernels.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/_foreach_zero.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace espalier {

namespace {

at::Device device_of(int32_t index) {
  if (index < 0) return at::Device(at::kCPU);
  const size_t count = at::hasCUDA() ? at::getNumGPUs() : 0;
  if (count == 0) {
    throw Failure(ES_DEVICE, at::globalContext().hasCUDART()
                                 ? "there is no GPU: the engine is built for CUDA, and its driver shows none "
                                   "('nvidia-smi' lists what it sees)"
                                 : "the torch in use has no CUDA; build the engine beside one that has, "
                                   "'make engine TORCH=...'");
  }
  if (static_cast<size_t>(index) >= count) {
    throw Failure(ES_DEVICE, "there is no CUDA device " + std::to_string(index) + ": the last one is " +
                                 std::to_string(count - 1));
  }
  return at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(index));
}

bool environment_wants(const char *variable, std::string_view wish) {
  const char *value = std::getenv(variable);
  return value != nullptr && value == wish;
}

/// libtorch keeps the number per thread; setting it is not free, so it is done on a change only.
void set_threads_inside_operations(int count) {
  thread_local int current = 0;
  if (current == count) return;
  at::set_num_threads(count);
  current = count;
}

}  // namespace

struct Context::Scope::Guards {
  explicit Guards(Context &context) : device(context.device), charging(context.account_) {
    set_threads_inside_operations(context.threads_inside_operations_);
  }
  c10::InferenceMode inference;
  c10::OptionalDeviceGuard device;
  Charging charging;
};

Context::Scope::Scope(Context &context) : guards_(std::make_unique<Guards>(context)) {}
Context::Scope::~Scope() = default;

Context::Context(const es_options &options)
    : dtype(options.dtype == ES_FLOAT64 ? at::kDouble : at::kFloat),
      device(device_of(options.device)),
      has_fast_kernels(dtype == at::kFloat && device.is_cpu() && options.kernels == ES_BEST_KERNELS &&
                       !environment_wants("ESPALIER_KERNELS", "reference")),
      replays_programs(device.is_cuda() && Replays::are_built_in() && !environment_wants("ESPALIER_REPLAY", "off")),
      workers(std::min(options.threads, options.lanes)),
      account_(new Account),
      threads_inside_operations_(options.lanes == 1 && options.intra_op != 0 ? options.threads : 1) {
  lanes.resize(options.lanes);
  if (!device.is_cuda()) return;
  at::globalContext().setDeterministicCuDNN(true);
  // float32 means float32: TF32 keeps ten bits of a factor.
  at::globalContext().setAllowTF32CuDNN(false);
  at::globalContext().setAllowTF32CuBLAS(false);
}

Context::~Context() {
  lanes.clear();
  parameters.clear();
  batches_.clear();
  account_->release();
}

void Context::allocate(const es_tensor *tensors, int32_t count) {
  require(parameters.empty(), "tensors were already allocated in this context");
  std::vector<Parameter> made;
  made.reserve(count);
  for (int32_t index = 0; index < count; ++index) {
    const es_tensor &tensor = tensors[index];
    if (tensor.rank < 1 || tensor.rank > 4) {
      throw Failure(ES_INVALID, "tensor " + std::to_string(index) + ": the rank is " + std::to_string(tensor.rank) +
                                    ", not 1 to 4");
    }
    Parameter parameter;
    parameter.shape.assign(tensor.shape, tensor.shape + tensor.rank);
    parameter.strides.resize(tensor.rank);
    parameter.count = 1;
    for (int32_t axis = tensor.rank - 1; axis >= 0; --axis) {
      const int64_t extent = parameter.shape[axis];
      if (extent < 1 || extent > (int64_t{1} << 46) / parameter.count) {
        throw Failure(ES_INVALID, "tensor " + std::to_string(index) + ": axis " + std::to_string(axis) +
                                      " has extent " + std::to_string(extent));
      }
      parameter.strides[axis] = parameter.count;
      parameter.count *= extent;
    }
    parameter.decayed = tensor.decayed != 0;
    parameter.trained = tensor.trained != 0;
    parameter.value = at::zeros(parameter.shape, options());
    made.push_back(std::move(parameter));
  }
  parameters = std::move(made);
  for (Lane &lane : lanes) {
    lane.gradients.resize(count);
    lane.touched.assign(count, 0);
  }
}

void Context::train(const int32_t *tensors, int32_t count) {
  std::vector<uint8_t> wanted(parameters.size(), 0);
  for (int32_t index = 0; index < count; ++index) {
    parameter(tensors[index]);  // refuses a number that no tensor has
    wanted[tensors[index]] = 1;
  }
  for (size_t tensor = 0; tensor < parameters.size(); ++tensor) parameters[tensor].trained = wanted[tensor] != 0;
  forget_gradients();
}

void Context::follow(Context &other, const int32_t *tensors, int32_t count, double momentum) {
  require(dtype == other.dtype && device == other.device, "a context follows one of the same dtype and device");
  for (int32_t index = 0; index < count; ++index) {
    require(parameter(tensors[index]).shape == other.parameter(tensors[index]).shape,
            "a tensor and the one that it follows differ in shape");
  }
  for (int32_t index = 0; index < count; ++index) {
    parameter(tensors[index]).value.mul_(momentum).add_(other.parameter(tensors[index]).value, 1 - momentum);
  }
}

Parameter &Context::parameter(int32_t tensor) {
  if (tensor < 0 || static_cast<size_t>(tensor) >= parameters.size()) {
    throw Failure(ES_INVALID, "there is no tensor " + std::to_string(tensor) + " among " +
                                  std::to_string(parameters.size()));
  }
  return parameters[tensor];
}

at::Tensor *Context::plane_of(int32_t plane, int32_t tensor) {
  Parameter &owner = parameter(tensor);
  switch (plane) {
    case ES_VALUE: return &owner.value;
    case ES_GRADIENT: return &lanes[0].gradients[tensor];
    case ES_MOMENTUM: return &owner.momentum;
    case ES_AVERAGE: return &owner.average;
    case ES_SQUARE: return &owner.square;
    default: throw Failure(ES_INVALID, "there is no plane " + std::to_string(plane));
  }
}

namespace {

void require_count(int64_t given, int64_t wanted) {
  if (given != wanted) {
    throw Failure(ES_INVALID, std::to_string(given) + " values for a plane of " + std::to_string(wanted));
  }
}

}  // namespace

void Context::write(int32_t plane, int32_t tensor, const void *values, int64_t count) {
  Parameter &owner = parameter(tensor);
  if (plane == ES_STEPS) {
    require_count(count, 1);
    owner.steps = static_cast<int64_t>(dtype == at::kDouble ? *static_cast<const double *>(values)
                                                            : *static_cast<const float *>(values));
    return;
  }
  at::Tensor *kept = plane_of(plane, tensor);
  require_count(count, owner.count);
  if (!kept->defined()) *kept = at::empty(owner.shape, options());
  // from_blob wants a pointer it could write through; the copy only reads.
  kept->copy_(at::from_blob(const_cast<void *>(values), owner.shape, at::TensorOptions(dtype)));
  if (plane == ES_GRADIENT) lanes[0].touched[tensor] = 1;
}

void Context::read(int32_t plane, int32_t tensor, void *values, int64_t count) {
  Parameter &owner = parameter(tensor);
  if (plane == ES_STEPS) {
    require_count(count, 1);
    if (dtype == at::kDouble) {
      *static_cast<double *>(values) = static_cast<double>(owner.steps);
    } else {
      *static_cast<float *>(values) = static_cast<float>(owner.steps);
    }
    return;
  }
  at::Tensor *kept = plane_of(plane, tensor);
  require_count(count, owner.count);
  if (!kept->defined() || (plane == ES_GRADIENT && !lanes[0].touched[tensor])) {
    std::memset(values, 0, owner.count * element_bytes());
    return;
  }
  at::from_blob(values, owner.shape, at::TensorOptions(dtype)).copy_(*kept);
}

namespace {

/// Inputs and outputs of a batch beside the first.
constexpr int32_t kMostFurther = 64;

constexpr int64_t kMostClasses = 1 << 24;

at::IntArrayRef checked_sizes(const int64_t *shape) {
  const int64_t limit = int64_t{1} << 40;
  int64_t elements = 1;
  for (int axis = 0; axis < 4; ++axis) {
    require(shape[axis] >= 1 && shape[axis] <= limit / elements, "a batch has an empty or an enormous axis");
    elements *= shape[axis];
  }
  return at::IntArrayRef(shape, 4);
}

}  // namespace

const at::Tensor *Batch::input_at(int64_t offset) const {
  if (offset == -1) return &images;
  const auto place = static_cast<size_t>(-2 - offset);
  return place < inputs.size() && inputs[place].defined() ? &inputs[place] : nullptr;
}

void Context::fill(at::Tensor &room, const float *values, at::IntArrayRef sizes) {
  if (!room.defined() || room.sizes() != sizes) room = at::empty(sizes, options());
  room.copy_(at::from_blob(const_cast<float *>(values), sizes, at::TensorOptions(at::kFloat)));
}

void Context::fill(Labels &room, const int64_t *labels, int64_t count) {
  if (!room.numbers.defined() || room.numbers.size(0) != count) {
    room.numbers = at::empty({count}, at::TensorOptions(at::kLong).device(device));
  }
  room.numbers.copy_(at::from_blob(const_cast<int64_t *>(labels), {count}, at::TensorOptions(at::kLong)));
  const auto [smallest, largest] = std::minmax_element(labels, labels + count);
  room.smallest = *smallest;
  room.largest = *largest;
  room.targets = Targets();
}

void Context::write_batch(int32_t slot, const float *images, const int64_t *labels, const int64_t *shape) {
  require(slot >= 0 && slot < 4096, "a batch slot is a number from 0 to 4095");
  const at::IntArrayRef sizes = checked_sizes(shape);
  if (batches_.size() <= static_cast<size_t>(slot)) batches_.resize(slot + 1);
  Batch &batch = batches_[slot];
  if (batch.is_written() && batch.images.sizes() != sizes) batch = Batch();
  batch.inputs.clear();
  batch.labels.resize(1);
  fill(batch.labels[0], labels, shape[0]);
  fill(batch.images, images, sizes);
  std::copy_n(shape, 4, batch.shape);
}

void Context::write_input(int32_t slot, int32_t input, const float *values, const int64_t *shape) {
  Batch &batch = written_batch(slot);
  require(input >= 1 && input <= kMostFurther, "a further input is a number from 1 to 64");
  const at::IntArrayRef sizes = checked_sizes(shape);
  require(shape[0] == batch.shape[0], "a further input has another number of images than the first");
  if (batch.inputs.size() < static_cast<size_t>(input)) batch.inputs.resize(input);
  fill(batch.inputs[input - 1], values, sizes);
}

void Context::write_labels(int32_t slot, int32_t output, const int64_t *labels, int64_t count) {
  Batch &batch = written_batch(slot);
  require(output >= 0 && output <= kMostFurther, "an output is a number from 0 to 64");
  require(count >= 1 && count % batch.shape[0] == 0, "the labels are no multiple of the images");
  if (batch.labels.size() <= static_cast<size_t>(output)) batch.labels.resize(output + 1);
  fill(batch.labels[output], labels, count);
}

void Context::write_targets(int32_t slot, int32_t output, const float *shares, const float *teacher, int64_t count,
                            int64_t classes, double share, double temperature) {
  Batch &batch = written_batch(slot);
  const bool is_labelled = output >= 0 && static_cast<size_t>(output) < batch.labels.size() &&
                           batch.labels[output].numbers.defined();
  if (!is_labelled) throw Failure(ES_INVALID, "the batch has no labels for output " + std::to_string(output));
  Labels &labels = batch.labels[output];
  require(count == labels.numbers.size(0), "there is one row of targets for each label");
  require(classes >= 1 && classes <= kMostClasses, "targets have from 1 to 2^24 classes");
  require(share >= 0 && share <= 1, "a teacher's share is not in 0 ... 1");
  require(std::isfinite(temperature) && temperature > 0, "a temperature is not above 0");
  require(shares != nullptr || teacher != nullptr, "there are no targets");
  require(teacher != nullptr || share == 0, "a share without a teacher");
  labels.targets = Targets();
  if (shares != nullptr) fill(labels.targets.shares, shares, {count, classes});
  if (teacher != nullptr) fill(labels.targets.teacher, teacher, {count, classes});
  labels.targets.share = share;
  labels.targets.temperature = temperature;
}

Batch &Context::written_batch(int32_t slot) { return const_cast<Batch &>(batch(slot)); }

const Batch &Context::batch(int32_t slot) const {
  if (slot < 0 || static_cast<size_t>(slot) >= batches_.size() || !batches_[slot].is_written()) {
    throw Failure(ES_INVALID, "nothing was written to batch slot " + std::to_string(slot));
  }
  return batches_[slot];
}

void Context::swap_averages() {
  for (Parameter &parameter : parameters) {
    if (parameter.trained && parameter.average.defined()) std::swap(parameter.value, parameter.average);
  }
}

es_memory Context::memory(bool reset_peak) {
  es_memory out{};
  const auto bytes = [](const at::Tensor &tensor) {
    return tensor.defined() ? static_cast<int64_t>(tensor.nbytes()) : 0;
  };
  for (const Parameter &parameter : parameters) {
    out.parameter_bytes += bytes(parameter.value);
    out.optimiser_bytes += bytes(parameter.momentum) + bytes(parameter.square) + bytes(parameter.average);
  }
  for (const Lane &lane : lanes) {
    out.arena_bytes += bytes(lane.arena);
    for (const at::Tensor &gradient : lane.gradients) out.gradient_bytes += bytes(gradient);
  }
  if (device.is_cuda()) {
    auto *allocator = at::getDeviceAllocator(device.type());
    // Index 0 of the statistics is the sum over the allocator's pools.
    out.peak_bytes = allocator->getDeviceStats(device.index()).allocated_bytes[0].peak;
    if (reset_peak) allocator->resetPeakStats(device.index());
  } else {
    out.peak_bytes = account_->peak();
    if (reset_peak) account_->reset_peak();
  }
  return out;
}

void Context::forget_gradients() {
  for (Lane &lane : lanes) std::fill(lane.touched.begin(), lane.touched.end(), 0);
}

void Context::reserve(Lane &lane, int64_t bytes) {
  const int64_t elements = (bytes + element_bytes() - 1) / element_bytes();
  if (lane.arena.defined() && lane.arena.numel() >= elements) return;
  lane.arena = at::Tensor();  // freed before its successor is made
  lane.arena = at::empty({std::max<int64_t>(elements, 1)}, options());
}

at::Tensor &Context::touch(Lane &lane, int32_t tensor) {
  at::Tensor &gradient = lane.gradients[tensor];
  if (!lane.touched[tensor]) {
    if (gradient.defined()) {
      gradient.zero_();
    } else {
      gradient = at::zeros(parameters[tensor].shape, options());
    }
    lane.touched[tensor] = 1;
  }
  return gradient;
}

void Context::touch_all(Lane &lane, const es_program &program) {
  std::vector<at::Tensor> old;
  for (int32_t index = program.forward_count; index < program.instruction_count; ++index) {
    const es_instruction &instruction = program.instructions[index];
    if (kernel_of(instruction.opcode)->direction != Direction::backward) continue;
    for (const int32_t slice : instruction.slices) {
      if (slice < 0) continue;
      const int32_t tensor = program.slices[slice].tensor;
      if (!parameters[tensor].trained) continue;
      if (lane.gradients[tensor].defined() && !lane.touched[tensor]) {
        old.push_back(lane.gradients[tensor]);
        lane.touched[tensor] = 1;
      } else {
        touch(lane, tensor);
      }
    }
  }
  if (!old.empty()) at::_foreach_zero_(old);
}

}  // namespace espalier
