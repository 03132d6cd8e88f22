#include "replay.h"

#include "execution.h"

#include <algorithm>
#include <cstring>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#ifdef ESPALIER_CUDA
#include <ATen/cuda/CUDAGraph.h>
#include <c10/core/StreamGuard.h>
#include <c10/cuda/CUDAStream.h>
#endif

namespace espalier {

#ifdef ESPALIER_CUDA

namespace {

constexpr size_t kMostGraphs = 16;
/// Keys that were seen once, as hashes.
constexpr size_t kMostSeen = 256;

/// Everything that a capture depends on, as bytes.
class Key {
 public:
  Key(const Execution &execution, Part part) {
    const es_program &program = execution.program;
    add(part);
    add(execution.batch_norm_mode);
    add(execution.recording);
    const bool forward = part == Part::forward;
    const int32_t from = forward ? 0 : program.forward_count;
    const int32_t to = forward ? program.forward_count : program.instruction_count;
    for (int32_t index = from; index < to; ++index) {
      // Field by field: padding is not written.
      const es_instruction &instruction = program.instructions[index];
      add(instruction.opcode);
      add(instruction.inputs);
      add(instruction.outputs);
      add(instruction.slices);
      add(instruction.attributes);
      add(instruction.scalars);
    }
    for (int32_t index = 0; index < program.buffer_count; ++index) {
      add(program.buffers[index].offset);
      add(program.buffers[index].shape);
    }
    for (int32_t index = 0; index < program.slice_count; ++index) {
      const es_slice &slice = program.slices[index];
      add(slice.rank);
      for (int32_t axis = 0; axis < slice.rank; ++axis) {
        add(slice.offset[axis]);
        add(slice.extent[axis]);
      }
      add_place(execution.context.parameters[slice.tensor].value);
      add_place(forward ? at::Tensor() : execution.lane.gradients[slice.tensor]);
      add(!forward && execution.context.parameters[slice.tensor].trained);
    }
    add_place(execution.lane.arena);
    add_place(execution.lane.weight);
    add_place(execution.batch.images);
    for (const at::Tensor &input : execution.batch.inputs) add_place(input);
    for (const Labels &labels : execution.batch.labels) {
      add_place(labels.numbers);
      add_place(labels.targets.shares);
      add_place(labels.targets.teacher);
      add(labels.targets.share);
      add(labels.targets.temperature);
    }
  }

  const std::string &bytes() const { return bytes_; }

 private:
  template <typename Value>
  void add(const Value &value) {
    bytes_.append(reinterpret_cast<const char *>(&value), sizeof value);
  }
  void add_place(const at::Tensor &tensor) { add(tensor.defined() ? tensor.const_data_ptr() : nullptr); }

  std::string bytes_;
};

struct Captured {
  std::string key;
  /// Absent where the part could not be captured.
  std::unique_ptr<at::cuda::CUDAGraph> graph;
  /// What the part leaves behind, in the graph's memory: overwritten by its next replay.
  std::vector<OutputLoss> losses;
  std::vector<RecordedStatistics> recorded;
};

/// Records the part without running it. Returns an entry without a graph where an operation cannot be captured.
Captured capture(Execution &execution, Part part, std::string key, at::cuda::MempoolId_t pool) {
  Captured result{std::move(key), std::make_unique<at::cuda::CUDAGraph>(), {}, {}};
  const auto losses = std::exchange(execution.losses, {});
  const auto recorded = std::exchange(execution.recorded, {});
  // The default stream cannot be captured.
  const auto stream = c10::cuda::getStreamFromPool(/*isHighPriority=*/false, execution.context.device.index());
  c10::cuda::getCurrentCUDAStream(execution.context.device.index()).synchronize();
  const c10::StreamGuard guard(stream.unwrap());
  bool is_open = false;
  try {
    result.graph->capture_begin(pool, cudaStreamCaptureModeThreadLocal);
    is_open = true;
    execution.run(part);
    is_open = false;
    result.graph->capture_end();
    result.losses = std::move(execution.losses);
    result.recorded = std::move(execution.recorded);
  } catch (const std::exception &) {
    if (is_open) {
      try {
        result.graph->capture_end();
      } catch (const std::exception &) {  // the first reason is the one that counts
      }
    }
    result.graph.reset();
  }
  execution.losses = losses;
  execution.recorded = recorded;
  return result;
}

}  // namespace

struct Replays::Memory {
  /// The one used last is the first.
  std::list<Captured> graphs;
  std::list<size_t> seen;
  /// The graphs share their temporaries: what one leaves behind for the host is kept alive by its entry.
  at::cuda::MempoolId_t pool = at::cuda::graph_pool_handle();
};

bool Replays::are_built_in() { return true; }

void Replays::run(Execution &execution, Part part) {
  if (!memory_) memory_ = std::make_unique<Memory>();
  std::list<Captured> &graphs = memory_->graphs;
  std::list<size_t> &seen = memory_->seen;
  Key key(execution, part);
  const auto known = std::find_if(graphs.begin(), graphs.end(),
                                  [&](const Captured &captured) { return captured.key == key.bytes(); });
  if (known != graphs.end()) {
    graphs.splice(graphs.begin(), graphs, known);
    if (known->graph == nullptr) return execution.run(part);
    known->graph->replay();
    execution.losses.insert(execution.losses.end(), known->losses.begin(), known->losses.end());
    execution.recorded.insert(execution.recorded.end(), known->recorded.begin(), known->recorded.end());
    return;
  }
  execution.run(part);
  const size_t hash = std::hash<std::string_view>()(key.bytes());
  const auto before = std::find(seen.begin(), seen.end(), hash);
  if (before == seen.end()) {
    seen.push_front(hash);
    if (seen.size() > kMostSeen) seen.pop_back();
    return;
  }
  seen.erase(before);
  graphs.push_front(capture(execution, part, key.bytes(), memory_->pool));
  if (graphs.size() > kMostGraphs) graphs.pop_back();
}

#else

struct Replays::Memory {};

bool Replays::are_built_in() { return false; }

void Replays::run(Execution &execution, Part part) { execution.run(part); }

#endif

Replays::Replays() = default;
Replays::~Replays() = default;
Replays::Replays(Replays &&) noexcept = default;
Replays &Replays::operator=(Replays &&) noexcept = default;

}  // namespace espalier
