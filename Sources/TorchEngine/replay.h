// Programs that come again, captured as CUDA graphs: a step makes hundreds of small calls, and a graph makes one.
#pragma once

#include <cstdint>
#include <memory>

namespace espalier {

class Execution;
enum class Part;

/// A lane's captured programs.
///
/// A part of a program runs instruction by instruction when it is seen first. When it is seen again it runs so once more,
/// so that the libraries beneath have on this thread what they make on first use, and is captured. From then on it is
/// replayed. "Again" means: the same instructions, shapes and slices, and the same addresses of arena, batch, parameters
/// and gradients; so what a graph was captured for may be freed or moved, and it is merely never found again. The graphs
/// used least recently are dropped.
class Replays {
 public:
  Replays();
  ~Replays();
  Replays(Replays &&) noexcept;
  Replays &operator=(Replays &&) noexcept;

  /// Whether the engine was built with CUDA's headers; without them every program runs instruction by instruction.
  static bool are_built_in();

  void run(Execution &execution, Part part);

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

}  // namespace espalier
