// The C border: the table of functions. Each catches everything, and writes a message on an error.
#include "CEngine.h"
#include "account.h"
#include "context.h"
#include "failure.h"
#include "fast/loops.h"
#include "optimiser.h"
#include "passes.h"

#include <ATen/Context.h>
#include <ATen/Version.h>
#include <torch/headeronly/version.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>

struct es_context {
  explicit es_context(const es_options &options) : context(options) {}
  espalier::Context context;
};

namespace {

using espalier::Context;
using espalier::Failure;
using espalier::require;

template <size_t size>
void write_text(char (&to)[size], const std::string &text) {
  const size_t length = std::min(text.size(), size - 1);
  std::memcpy(to, text.data(), length);
  to[length] = 0;
}

template <typename Body>
int32_t guarded(es_message *message, const Body &body) noexcept {
  try {
    body();
    return ES_OK;
  } catch (...) {
    try {
      const Failure failure = espalier::current_failure();
      if (message != nullptr) write_text(message->text, failure.text);
      return failure.status;
    } catch (...) {  // no memory is left to say what happened
      if (message != nullptr) message->text[0] = 0;
      return ES_OUT_OF_MEMORY;
    }
  }
}

/// A call on a context, which serves one caller at a time.
template <typename Body>
int32_t serve(es_context *handle, es_message *message, const Body &body) noexcept {
  return guarded(message, [&] {
    require(handle != nullptr, "there is no context");
    const std::lock_guard lock(handle->context.mutex);
    const Context::Scope scope(handle->context);
    body(handle->context);
  });
}

int32_t describe(es_description *out, es_message *message) {
  return guarded(message, [&] {
    require(out != nullptr, "there is no place for the description");
    out->abi_version = ES_ABI_VERSION;
    out->cuda = at::hasCUDA() ? 1 : 0;
    write_text(out->torch_version, TORCH_VERSION);
    write_text(out->capability, std::string(at::get_cpu_capability()) + ", loops " + espalier::best_loops().name);
  });
}

int32_t context_create(const es_options *options, es_context **out, es_message *message) {
  return guarded(message, [&] {
    require(options != nullptr && out != nullptr, "there are no options or no place for the context");
    require(options->dtype == ES_FLOAT32 || options->dtype == ES_FLOAT64, "there is no such dtype");
    require(options->lanes >= 1 && options->lanes <= 1024, "the number of lanes is not 1 to 1024");
    require(options->threads >= 1 && options->threads <= 1024, "the number of threads is not 1 to 1024");
    require(options->kernels == ES_BEST_KERNELS || options->kernels == ES_REFERENCE_KERNELS,
            "there is no such choice of kernels");
    espalier::check_wanted_kernels();
    espalier::install_accounting();
    *out = std::make_unique<es_context>(*options).release();
  });
}

void context_destroy(es_context *context) { delete context; }

int32_t tensors_allocate(es_context *handle, const es_tensor *tensors, int32_t count, es_message *message) {
  return serve(handle, message, [&](Context &context) {
    require(count >= 0 && (tensors != nullptr || count == 0), "there are no tensors");
    context.allocate(tensors, count);
  });
}

int32_t tensor_write(es_context *handle, int32_t plane, int32_t tensor, const void *values, int64_t count,
                     es_message *message) {
  return serve(handle, message, [&](Context &context) {
    require(values != nullptr, "there are no values");
    context.write(plane, tensor, values, count);
  });
}

int32_t tensor_read(es_context *handle, int32_t plane, int32_t tensor, void *values, int64_t count,
                    es_message *message) {
  return serve(handle, message, [&](Context &context) {
    require(values != nullptr, "there is no place for the values");
    context.read(plane, tensor, values, count);
  });
}

int32_t batch_write(es_context *handle, int32_t slot, const float *images, const int64_t *labels,
                    const int64_t shape[4], es_message *message) {
  return serve(handle, message, [&](Context &context) {
    require(images != nullptr && labels != nullptr && shape != nullptr, "there are no images or labels");
    context.write_batch(slot, images, labels, shape);
  });
}

int32_t batch_write_input(es_context *handle, int32_t slot, int32_t input, const float *values, const int64_t shape[4],
                          es_message *message) {
  return serve(handle, message, [&](Context &context) {
    require(values != nullptr && shape != nullptr, "there are no values");
    context.write_input(slot, input, values, shape);
  });
}

int32_t batch_write_labels(es_context *handle, int32_t slot, int32_t output, const int64_t *labels, int64_t count,
                           es_message *message) {
  return serve(handle, message, [&](Context &context) {
    require(labels != nullptr, "there are no labels");
    context.write_labels(slot, output, labels, count);
  });
}

void require_jobs(const es_job *jobs, int32_t count, const es_outcome *outcomes) {
  require(count >= 0 && (count == 0 || (jobs != nullptr && outcomes != nullptr)), "there are no jobs or outcomes");
}

int32_t evaluate(es_context *handle, const es_job *jobs, int32_t count, int32_t batch_norm_mode, double factor,
                 es_outcome *outcomes, es_message *message) {
  return serve(handle, message, [&](Context &context) {
    require_jobs(jobs, count, outcomes);
    espalier::evaluate(context, jobs, count, batch_norm_mode, factor, outcomes);
  });
}

int32_t accumulate(es_context *handle, const es_job *jobs, int32_t count, int32_t weighting, double scale,
                   double factor, es_outcome *outcomes, es_message *message) {
  return serve(handle, message, [&](Context &context) {
    require_jobs(jobs, count, outcomes);
    espalier::accumulate(context, jobs, count, weighting, scale, factor, outcomes);
  });
}

int32_t update(es_context *handle, const es_update *update, double *norm, es_message *message) {
  return serve(handle, message, [&](Context &context) {
    require(update != nullptr, "there is no update");
    const double found = espalier::update(context, *update);
    if (norm != nullptr) *norm = found;
  });
}

int32_t swap_average(es_context *handle, es_message *message) {
  return serve(handle, message, [](Context &context) { context.swap_averages(); });
}

int32_t memory(es_context *handle, int32_t reset_peak, es_memory *out, es_message *message) {
  return serve(handle, message, [&](Context &context) {
    require(out != nullptr, "there is no place for the memory counts");
    *out = context.memory(reset_peak != 0);
  });
}

int32_t tensors_train(es_context *handle, const int32_t *tensors, int32_t count, es_message *message) {
  return serve(handle, message, [&](Context &context) {
    require(count >= 0 && (tensors != nullptr || count == 0), "there are no tensors");
    context.train(tensors, count);
  });
}

int32_t batch_write_targets(es_context *handle, int32_t slot, int32_t output, const float *shares, const float *teacher,
                            int64_t count, int64_t classes, double share, double temperature, es_message *message) {
  return serve(handle, message, [&](Context &context) {
    context.write_targets(slot, output, shares, teacher, count, classes, share, temperature);
  });
}

int32_t tensors_follow(es_context *handle, es_context *followed, const int32_t *tensors, int32_t count, double momentum,
                       es_message *message) {
  return serve(handle, message, [&](Context &context) {
    require(followed != nullptr && followed != handle, "there is no other context to follow");
    require(count >= 0 && (tensors != nullptr || count == 0), "there are no tensors");
    require(momentum >= 0 && momentum <= 1, "the momentum of an average is not in 0 ... 1");
    // Nobody follows in the other direction: contexts are followed by such that nothing follows.
    const std::lock_guard lock(followed->context.mutex);
    context.follow(followed->context, tensors, count, momentum);
  });
}

constexpr es_api kTable{describe,   context_create, context_destroy, tensors_allocate, tensor_write, tensor_read,
                        batch_write, evaluate,       accumulate,      update,           swap_average, memory,
                         batch_write_input, batch_write_labels, tensors_train, batch_write_targets, tensors_follow};

}  // namespace

extern "C" __attribute__((visibility("default"))) const es_api *es_engine(int32_t abi_version) {
  return abi_version == ES_ABI_VERSION ? &kTable : nullptr;
}
