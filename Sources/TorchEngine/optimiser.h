// One step of SGD, Adam or RMSProp on the tensors that the last accumulate call touched.
#pragma once

#include "CEngine.h"
#include "context.h"

namespace espalier {

/// See es_api.update. Returns the L2 norm of the whole gradient before clipping.
double update(Context &context, const es_update &update);

}  // namespace espalier
