#include "kernels.h"

namespace espalier {

const Kernel *kernel_of(int32_t opcode) {
  switch (opcode) {
    case ES_CONVOLUTION: return &convolution;
    case ES_CONVOLUTION_BACKWARD: return &convolution_backward;
    case ES_DEPTHWISE: return &depthwise;
    case ES_DEPTHWISE_BACKWARD: return &depthwise_backward;
    case ES_BATCH_NORM: return &batch_norm;
    case ES_BATCH_NORM_BACKWARD: return &batch_norm_backward;
    case ES_ACTIVATION: return &activation;
    case ES_ACTIVATION_BACKWARD: return &activation_backward;
    case ES_GLOBAL_POOL: return &global_pool;
    case ES_GLOBAL_POOL_BACKWARD: return &global_pool_backward;
    case ES_LINEAR: return &linear;
    case ES_LINEAR_BACKWARD: return &linear_backward;
    case ES_SCALE: return &scale;
    case ES_SCALE_BACKWARD: return &scale_backward;
    case ES_COPIES_SUM: return &copies_sum;
    case ES_COPIES_SUM_BACKWARD: return &copies_sum_backward;
    case ES_COPIES_SOFTMAX: return &copies_softmax;
    case ES_COPIES_SOFTMAX_BACKWARD: return &copies_softmax_backward;
    case ES_COPIES_WEIGHTED_SUM: return &copies_weighted_sum;
    case ES_COPIES_WEIGHTED_SUM_BACKWARD: return &copies_weighted_sum_backward;
    case ES_ADD: return &add;
    case ES_COPY: return &copy;
    case ES_CROSS_ENTROPY: return &cross_entropy;
    case ES_CROSS_ENTROPY_BACKWARD: return &cross_entropy_backward;
    case ES_POOL: return &pool;
    case ES_POOL_BACKWARD: return &pool_backward;
    case ES_GROUPED_CONVOLUTION: return &grouped_convolution;
    case ES_GROUPED_CONVOLUTION_BACKWARD: return &grouped_convolution_backward;
    case ES_DILATED_DEPTHWISE: return &dilated_depthwise;
    case ES_DILATED_DEPTHWISE_BACKWARD: return &dilated_depthwise_backward;
    case ES_MULTIPLY: return &multiply;
    case ES_MULTIPLY_BACKWARD: return &multiply_backward;
    case ES_COPY_CHANNELS: return &copy_channels;
    case ES_SHUFFLE: return &shuffle;
    case ES_SOFTMAX: return &softmax;
    case ES_SOFTMAX_BACKWARD: return &softmax_backward;
    case ES_ZERO: return &zero;
    case ES_RESIZE: return &resize;
    case ES_RESIZE_BACKWARD: return &resize_backward;
    case ES_LAYER_NORM: return &layer_norm;
    case ES_LAYER_NORM_BACKWARD: return &layer_norm_backward;
    case ES_POSITION_EMBEDDING: return &position_embedding;
    case ES_POSITION_EMBEDDING_BACKWARD: return &position_embedding_backward;
    case ES_ATTENTION: return &attention;
    case ES_ATTENTION_BACKWARD: return &attention_backward;
    case ES_QUANTIZE: return &quantize;
    case ES_NORMALISE: return &normalise;
    case ES_MASK: return &mask;
    case ES_MASK_BACKWARD: return &mask_backward;
    case ES_CONTRAST: return &contrast;
    case ES_CONTRAST_BACKWARD: return &contrast_backward;
    default: return nullptr;
  }
}

std::string instruction_name(const es_program &program, int32_t index) {
  return "instruction " + std::to_string(index) + " (" + kernel_of(program.instructions[index].opcode)->name + ")";
}

}  // namespace espalier
