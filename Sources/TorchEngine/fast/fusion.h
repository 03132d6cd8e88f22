// Neighbouring instructions that run as one, so that what lies between them is never written.
#pragma once

#include "../execution.h"

#include <vector>

namespace espalier {

/// How often a program reads each buffer; the logits once more.
std::vector<int32_t> readers_of(const es_program &program);

/// Runs the instruction at `index` together with what follows it, up to `end`, where that is possible.
/// Returns how many instructions ran; 0 where the first is to be run by itself.
int32_t run_together(Execution &execution, int32_t index, int32_t end);

}  // namespace espalier
