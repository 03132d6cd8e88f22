/* The engine's C ABI: everything that crosses between Swift and the kernel library.
 *
 * The library (libespalier-engine) exports one symbol, `es_engine`, that returns a table of functions. Every function
 * returns ES_OK or an error status and, on an error, writes a message; no exception, signal or exit crosses the border.
 * A whole kernel program is one call: there is no per-operation traffic.
 *
 * Layouts. Activations are [n, h, w, c] (NHWC), dense, of the context's dtype, at an offset into an arena that belongs
 * to a lane. Vectors are [n, 1, 1, c]; per-channel statistics are [1, 1, 1, c]. Parameters are row-major tensors of
 * rank 1 to 4; a program sees a rectangular slice of each:
 *   convolution  [out, kernel, kernel, in]          depthwise   [copies, kernel, kernel, channels]
 *   linear       [out, in] or [copies, out, in]     batch norm, bias   [channels] or [copies, channels]
 *   position embedding  [h, w, channels]
 * Where a map's weights are not trained, its backward instruction needs no x: then -1 in its place says so, and dx has its
 * shape. Maps: convolution, depthwise, grouped and dilated ones, linear.
 * Where copies > 1 the c axis of an activation is copies-major: copy r holds channels r*C ..< (r+1)*C.
 */
#ifndef ESPALIER_CENGINE_H
#define ESPALIER_CENGINE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ES_ABI_VERSION 7

enum es_status {
  ES_OK = 0,
  ES_INVALID = 1,       /* a malformed program, slice or argument: a bug of the caller */
  ES_OUT_OF_MEMORY = 2,
  ES_NOT_FINITE = 3,    /* a loss or a gradient is not a number; parameters are as they were before the call */
  ES_DEVICE = 4,        /* the device is absent or failed */
  ES_INTERNAL = 5,
};

enum es_dtype { ES_FLOAT32 = 0, ES_FLOAT64 = 1 };

/* What a kernel does. "dx (+)=": written, or added to when ES_ACCUMULATE is among the attributes (see each). */
enum es_opcode {
  /* y = conv(x, w) [+ b]. in: x. out: y. slices: w, b or -1. attributes: kernel, stride. padding = kernel/2, of an even kernel 0. */
  ES_CONVOLUTION = 0,
  /* in: dy, x. out: dx or -1. slices: w, b or -1 (their gradients are accumulated). attributes: kernel, stride,
   * accumulate. */
  ES_CONVOLUTION_BACKWARD = 1,
  /* copies parallel depthwise convolutions of the same x. in: x [n,h,w,C]. out: y [n,h',w',copies*C]. slices: w.
   * attributes: kernel, stride, copies. */
  ES_DEPTHWISE = 2,
  /* in: dy, x. out: dx or -1. slices: w. attributes: kernel, stride, copies, accumulate. */
  ES_DEPTHWISE_BACKWARD = 3,
  /* y = f((x - mean) * rstd * scale + shift) over all n, h, w. in: x. out: y, mean, rstd. slices: scale, shift, running
   * mean or -1, running variance or -1. attributes: the function, or -1 for f(z) = z. scalars: epsilon. What mean and
   * rstd are is the run's es_batch_norm_mode. */
  ES_BATCH_NORM = 4,
  /* in: dy, x, mean, rstd. out: dx. slices: scale, shift. attributes: accumulate, the function or -1. */
  ES_BATCH_NORM_BACKWARD = 5,
  /* in: x. out: y. attributes: es_function or es_smooth_function. */
  ES_ACTIVATION = 6,
  /* in: dy, x. out: dx. attributes: the function, accumulate. */
  ES_ACTIVATION_BACKWARD = 7,
  /* mean over h and w. in: x [n,h,w,c]. out: y [n,1,1,c]. */
  ES_GLOBAL_POOL = 8,
  /* in: dy. out: dx [n,h,w,c]. attributes: accumulate. */
  ES_GLOBAL_POOL_BACKWARD = 9,
  /* y = x w^T [+ b]; a slice [copies, out, in] acts as [copies*out, in]. in: x [n,1,1,in]. out: y. slices: w, b or -1. */
  ES_LINEAR = 10,
  /* in: dy, x. out: dx or -1. slices: w, b or -1. attributes: accumulate. */
  ES_LINEAR_BACKWARD = 11,
  /* y = x * s, s broadcast over h and w. in: x [n,h,w,c], s [n,1,1,c]. out: y. */
  ES_SCALE = 12,
  /* in: dy, x, s. out: dx, ds. attributes: accumulate dx, accumulate ds. */
  ES_SCALE_BACKWARD = 13,
  /* y = sum over the copies of x. in: x [n,h,w,copies*C]. out: y [n,h,w,C]. attributes: copies. */
  ES_COPIES_SUM = 14,
  /* in: dy [n,h,w,C]. out: dx [n,h,w,copies*C]. attributes: copies, accumulate. */
  ES_COPIES_SUM_BACKWARD = 15,
  /* softmax over the copies axis of x [n,1,1,copies*C]. in: x. out: y. attributes: copies. */
  ES_COPIES_SOFTMAX = 16,
  /* in: dy, y. out: dx. attributes: copies, accumulate. */
  ES_COPIES_SOFTMAX_BACKWARD = 17,
  /* y = sum_r a_r * x_r. in: x [n,h,w,copies*C], a [n,1,1,copies*C]. out: y [n,h,w,C]. attributes: copies. */
  ES_COPIES_WEIGHTED_SUM = 18,
  /* in: dy, x, a. out: dx, da. attributes: copies, accumulate dx, accumulate da. */
  ES_COPIES_WEIGHTED_SUM_BACKWARD = 19,
  /* y = a + b. in: a, b. out: y. */
  ES_ADD = 20,
  /* dst (+)= src. in: src. out: dst. attributes: accumulate. */
  ES_COPY = 21,
  /* Mean cross-entropy of each position against the batch's labels for an output, with label smoothing; also counts
   * argmax hits. in: logits [n,h,w,classes]. attributes: output. scalars: smoothing. The loss in es_outcome is the sum
   * over outputs without smoothing, its hits are those of output 0; see ES_CROSS_ENTROPY_BACKWARD. Where the output has
   * targets (batch_write_targets) the loss is the cross-entropy against their shares; a teacher has no part in it. */
  ES_CROSS_ENTROPY = 22,
  /* dlogits = path weight * d(mean smoothed cross-entropy, or what batch_write_targets says)/dlogits. in: logits. out:
   * dlogits. attributes: output. scalars: smoothing. */
  ES_CROSS_ENTROPY_BACKWARD = 23,
  /* max (function 0) or average (function 1, padding not counted) over kernel x kernel. in: x. out: y.
   * attributes: function, kernel, stride. padding = kernel/2, of an even kernel 0. */
  ES_POOL = 24,
  /* in: dy, x. out: dx. attributes: function, kernel, stride, accumulate. */
  ES_POOL_BACKWARD = 25,
  /* A convolution in groups, dilated, or of unequal sides. padding = dilation * (side of the kernel / 2), along each
   * axis. in: x. out: y. slices: w [out, height, width, in / groups], b or -1. attributes: height, width, stride,
   * dilation, groups. */
  ES_GROUPED_CONVOLUTION = 26,
  /* in: dy, x. out: dx or -1. slices: w, b or -1. attributes: height, width, stride, dilation, groups, accumulate. */
  ES_GROUPED_CONVOLUTION_BACKWARD = 27,
  /* ES_DEPTHWISE whose taps lie `dilation` apart; padding = dilation * (kernel / 2). attributes: kernel, stride,
   * copies, dilation. */
  ES_DILATED_DEPTHWISE = 28,
  /* attributes: kernel, stride, copies, accumulate, dilation. */
  ES_DILATED_DEPTHWISE_BACKWARD = 29,
  /* y = a * b, element by element. in: a, b. out: y. */
  ES_MULTIPLY = 30,
  /* in: dy, a, b. out: da or -1, db or -1. attributes: accumulate da, accumulate db. */
  ES_MULTIPLY_BACKWARD = 31,
  /* dst[..., to ..< to + count] (+)= src[..., from ..< from + count]; the other channels of dst stay as they are. In
   * either pass. in: src. out: dst. attributes: from, to, count, accumulate. */
  ES_COPY_CHANNELS = 32,
  /* Channels [groups, rest] become [rest, groups]; in either pass, since with c / groups it is its own inverse. in: x.
   * out: y. attributes: groups, accumulate. */
  ES_SHUFFLE = 33,
  /* softmax over the parts of each position; channels [groups, parts, rest] become [parts, groups, rest]. in: x. out:
   * y. attributes: parts, groups. */
  ES_SOFTMAX = 34,
  /* in: dy, y. out: dx. attributes: parts, groups, accumulate. */
  ES_SOFTMAX_BACKWARD = 35,
  /* y = 0; in either pass. out: y. */
  ES_ZERO = 36,
  /* To other sides: nearest (method 0: the element at floor(place * from / to)), or bilinear (method 1) between the
   * centres of elements. in: x. out: y. attributes: method. */
  ES_RESIZE = 37,
  /* in: dy. out: dx. attributes: method, accumulate. In either pass: with method 0 and sides that are not larger than
   * those of dx it spreads dy over a larger grid, with zeros between. */
  ES_RESIZE_BACKWARD = 38,
  /* y = (x - mean) * rstd * scale + shift over the channels of each position. in: x. out: y, mean, rstd [n,h,w,1].
   * slices: scale, shift. scalars: epsilon. */
  ES_LAYER_NORM = 39,
  /* in: dy, x, mean, rstd. out: dx. slices: scale, shift. attributes: accumulate. */
  ES_LAYER_NORM_BACKWARD = 40,
  /* y = x + e. in: x. out: y. slices: e [h, w, c]. */
  ES_POSITION_EMBEDDING = 41,
  /* in: dy. out: dx or -1. slices: e. attributes: accumulate. */
  ES_POSITION_EMBEDDING_BACKWARD = 42,
  /* For each of `heads` equal parts of the channels, y = softmax(q k^T / sqrt(c / heads)) v over positions. in: q
   * [n,h,w,c], k and v [n,h',w',c]. out: y [n,h,w,c]. attributes: heads. */
  ES_ATTENTION = 43,
  /* The probabilities are computed anew. in: dy, q, k, v. out: dq, dk, dv. attributes: heads. */
  ES_ATTENTION_BACKWARD = 44,
  /* Rounds to 2^bits levels over the range of the whole of x. Mode 0, symmetric: step = max |x| / (2^(bits-1) - 1); 1,
   * asymmetric: step = (max(x, 0) - min(x, 0)) / (2^bits - 1), with zero on a level; 2, per channel: symmetric for each
   * channel by itself. Its gradient is taken to be that of y = x. in: x. out: y. attributes: bits >= 2, mode. */
  ES_QUANTIZE = 45,
  /* What ES_BATCH_NORM wrote, computed again from its statistics; in either pass. in: x, mean, rstd. out: y. slices:
   * scale, shift. attributes: the function or -1. */
  ES_NORMALISE = 46,
  /* y[..., 0 ..< k] (+)= x[..., 0 ..< k] * m, m broadcast over n, h and w; k, the elements of m, is at most the channels
   * of x and of y. The other channels of y become 0, or stay as they are when accumulating. in: x. out: y. slices: m [k].
   * attributes: accumulate. */
  ES_MASK = 47,
  /* in: dy, x or -1 where m is not trained. out: dx or -1. slices: m. attributes: accumulate. The channels of dx from k
   * on become 0, or stay as they are. */
  ES_MASK_BACKWARD = 48,
  /* In the place of the cross-entropy of output 0: InfoNCE (van den Oord et al. 2018, arXiv 1807.03748) of q = z / |z|
   * against unit vectors that are constants, mean over n of -log(exp(q.k / T) / (exp(q.k / T) + sum_j exp(q.n_j / T)));
   * without negatives the mean of 1 - q.k. Hits are the rows whose k is nearest. in: z [n,1,1,d], k [n,1,1,d]. slices:
   * the negatives n_j [K, d], or -1. scalars: T > 0. */
  ES_CONTRAST = 49,
  /* dz = path weight * factor * d(loss)/dz. in: z, k. out: dz. slices: the negatives or -1. scalars: T, factor. */
  ES_CONTRAST_BACKWARD = 50,
};

enum es_function {
  ES_RELU = 0,
  ES_SWISH = 1,        /* x * sigmoid(x) */
  ES_HARD_SWISH = 2,   /* x * relu6(x + 3) / 6 */
  ES_SIGMOID = 3,
  ES_HARD_SIGMOID = 4, /* relu6(x + 3) / 6 */
};

/* Further functions, of which there is the reference kernel only. */
enum es_smooth_function {
  ES_GELU = 5, /* x * Phi(x), Phi the distribution function of the normal distribution */
  ES_TANH = 6,
};

enum es_batch_norm_mode {
  ES_BATCH_STATISTICS = 0,  /* mean and variance of this batch; running statistics neither read nor written */
  ES_RECORD_STATISTICS = 1, /* as above, and running = (1 - factor) * running + factor * batch (variance unbiased) */
  ES_FIXED_STATISTICS = 2,  /* running mean and variance are used */
  ES_MEAN_STATISTICS = 3,   /* of evaluate: as ES_RECORD_STATISTICS, and for each further job of the call 1 / factor is one
                               more, so that with factor 1 / (k + 1) after k batches running is the mean over all */
};

enum es_weighting {
  ES_WEIGHT_IMPORTANCE = 0, /* w_k = softmax over jobs of -scale * n * loss_k + log(multiplicity_k)
                                  (FP-NAS, eq. 5, over draws) */
  ES_WEIGHT_UNIFORM = 1,    /* w_k = multiplicity_k / sum of multiplicities */
};

/* What is kept of a parameter. Reading and writing all planes but the gradient saves and restores a training run. */
enum es_plane {
  ES_VALUE = 0,
  ES_GRADIENT = 1, /* of the last accumulate; writing it marks the tensor as touched */
  ES_MOMENTUM = 2, /* SGD: v; Adam: first moment; RMSProp: momentum of the scaled gradient */
  ES_AVERAGE = 3,
  ES_SQUARE = 4,   /* Adam and RMSProp: mean of the squared gradient */
  ES_STEPS = 5,    /* one element: how often the tensor was updated (Adam's bias correction) */
};

typedef struct { char text[1024]; } es_message;

typedef struct {
  int32_t rank;
  int64_t shape[4];
  int32_t decayed;   /* 1: weight decay applies; 0: batch norm, bias */
  int32_t trained;   /* 0: running statistics, never touched by an update; see tensors_train */
} es_tensor;

/* A prefix-like box of a parameter: per axis `extent` elements from `offset`. */
typedef struct {
  int32_t tensor;
  int32_t rank;
  int64_t offset[4];
  int64_t extent[4];
} es_slice;

/* A value of a program. offset in bytes into the lane's arena (a multiple of the element size; of 64 for speed); -1: the
 * images of the job's batch; -2, -3, ...: its inputs 1, 2, ... A value is read through the buffer that it was written
 * through: what nothing reads need not be written. An instruction's outputs overlap neither each other nor
 * its inputs, except that an elementwise instruction (activation, add, copy, and their backwards) may have an output in the very place of an input
 * of the same shape. */
typedef struct {
  int64_t offset;
  int64_t shape[4]; /* n, h, w, c */
} es_buffer;

typedef struct {
  int32_t opcode;
  int32_t inputs[4];     /* buffer indices, -1 where absent */
  int32_t outputs[3];
  int32_t slices[4];     /* indices into the program's slices, -1 where absent */
  int32_t attributes[6];
  double scalars[2];
} es_instruction;

/* Forward instructions are 0 ..< forward_count, among them one ES_CROSS_ENTROPY for each output; the rest is the
 * backward pass. A program that is only evaluated may be without any. The program is borrowed for the call. */
typedef struct {
  const es_instruction *instructions;
  int32_t instruction_count;
  int32_t forward_count;
  const es_buffer *buffers;
  int32_t buffer_count;
  const es_slice *slices;
  int32_t slice_count;
  int32_t logits;        /* buffer that holds the logits */
  int64_t arena_bytes;
} es_program;

typedef struct {
  const es_program *program;
  int32_t batch;         /* slot given to batch_write */
  double *logits;        /* null, or all values of the program's logits are written here */
  double multiplicity;   /* >= 1: how often this path was drawn; it counts as that many equal jobs */
} es_job;

typedef struct {
  double loss;           /* mean cross-entropy, natural logarithm; the sum over outputs */
  int64_t correct;
  double weight;         /* w_k of the accumulate call, all draws of the path together; 0 for evaluate */
} es_outcome;

typedef struct {
  int32_t dtype;         /* es_dtype */
  int32_t lanes;         /* jobs k, k + lanes, ... run on lane k; part of the result's definition */
  int32_t threads;       /* how many lanes run at once; changes no result. With one job: threads inside operations
                            only when intra_op is 1 and lanes is 1 (which may change the last bits) */
  int32_t intra_op;
  int32_t device;        /* -1 CPU, else CUDA index */
  int32_t kernels;       /* es_kernels; ESPALIER_KERNELS=reference in the environment has the last word */
} es_options;

enum es_kernels {
  ES_BEST_KERNELS = 0,      /* where there are several: the fastest on this machine */
  ES_REFERENCE_KERNELS = 1, /* ATen's throughout; float64 and CUDA have no others */
};

enum es_optimiser { ES_SGD = 0, ES_ADAM = 1, ES_RMSPROP = 2 };

typedef struct {
  int32_t optimiser;
  double rate;
  double momentum;       /* SGD: v = momentum v + g; w -= rate v. Adam: beta1. RMSProp: v = momentum v + g / (sqrt
                            of mean square + epsilon); w -= rate v */
  double second;         /* Adam: beta2; RMSProp: decay */
  double epsilon;
  double weight_decay;   /* added to the gradient of decayed tensors */
  double clip_norm;      /* 0: none; else the L2 norm over all touched gradients is clipped to this */
  double average_decay;  /* 0: none; else ES_AVERAGE = decay * average + (1 - decay) * value for touched tensors; an
                            average starts as the value before the tensor's first averaged update */
} es_update;

typedef struct {
  int64_t parameter_bytes;
  int64_t gradient_bytes;
  int64_t optimiser_bytes;
  int64_t arena_bytes;   /* all lanes */
  int64_t peak_bytes;    /* most bytes of tensors alive at once since the last reset, temporaries included */
} es_memory;

typedef struct {
  int32_t abi_version;
  int32_t cuda;          /* 1: built with CUDA and a device answers */
  char torch_version[32];
  char capability[32];   /* CPU instruction sets in use: ATen's, and that of the engine's own loops */
} es_description;

typedef struct es_context es_context;

typedef struct {
  int32_t (*describe)(es_description *out, es_message *message);
  int32_t (*context_create)(const es_options *options, es_context **out, es_message *message);
  void (*context_destroy)(es_context *context);
  /* Once a context: allocates every parameter, zero-filled. */
  int32_t (*tensors_allocate)(es_context *context, const es_tensor *tensors, int32_t count, es_message *message);
  /* values: count elements of the context's dtype, row-major, the whole tensor. */
  int32_t (*tensor_write)(es_context *context, int32_t plane, int32_t tensor, const void *values, int64_t count,
                          es_message *message);
  /* A plane that was never written reads as zero. */
  int32_t (*tensor_read)(es_context *context, int32_t plane, int32_t tensor, void *values, int64_t count,
                         es_message *message);
  /* images: float32 [n, h, w, c]; labels: n class numbers. Copied. Slots are small numbers from 0. */
  int32_t (*batch_write)(es_context *context, int32_t slot, const float *images, const int64_t *labels, const int64_t shape[4],
                         es_message *message);
  /* Forward passes only. factor is used by ES_RECORD_STATISTICS: statistics are recorded in job order after the last
   * job, so that a job sees none of another's. A loss that is not finite is reported as it is, except when recording,
   * where it returns ES_NOT_FINITE and records nothing. */
  int32_t (*evaluate)(es_context *context, const es_job *jobs, int32_t count, int32_t batch_norm_mode, double factor,
                      es_outcome *outcomes, es_message *message);
  /* Forward and backward of every job; afterwards the gradient plane of the touched tensors is
   * sum_k w_k grad loss_k (online softmax, one gradient buffer a lane), and outcomes carry w_k. Batch statistics; they
   * are recorded into the running statistics when factor > 0. An earlier gradient is forgotten. */
  int32_t (*accumulate)(es_context *context, const es_job *jobs, int32_t count, int32_t weighting, double scale,
                        double factor, es_outcome *outcomes, es_message *message);
  /* One optimiser step on the tensors touched since the last update, then forgets the gradient. norm: before clipping.
   * A gradient that is not finite leaves all values as they were and returns ES_NOT_FINITE. */
  int32_t (*update)(es_context *context, const es_update *update, double *norm, es_message *message);
  /* Exchanges ES_VALUE and ES_AVERAGE of every trained tensor that has an average. */
  int32_t (*swap_average)(es_context *context, es_message *message);
  int32_t (*memory)(es_context *context, int32_t reset_peak, es_memory *out, es_message *message);
  /* Input 1, 2, ... of a slot that batch_write has written, which forgets them: float32 [n, h, w, c]. Copied. */
  int32_t (*batch_write_input)(es_context *context, int32_t slot, int32_t input, const float *values,
                               const int64_t shape[4], es_message *message);
  /* Class numbers of an output of a slot that batch_write has written, which writes those of output 0 and forgets the
   * others: one for each position of the output's logits [n, h, w, classes]. Copied. */
  int32_t (*batch_write_labels)(es_context *context, int32_t slot, int32_t output, const int64_t *labels, int64_t count,
                                es_message *message);
  /* From now on exactly these tensors are trained, instead of those that were so far: a backward pass computes no
   * gradient of another, which its kernels save, and an update leaves the others, their momentum and their steps alone.
   * An earlier gradient is forgotten. */
  int32_t (*tensors_train)(es_context *context, const int32_t *tensors, int32_t count, es_message *message);
  /* What an output of a slot is trained towards beside its labels, which still count hits; after batch_write, which
   * forgets it. float32 [count, classes] each, copied; count is that of the output's labels.
   * shares: rows that sum to 1, in place of one-hot labels; null: the labels. teacher: logits z_t; null: none. The loss
   * that is differentiated is (1 - share) CE(smoothed shares) + share T^2 KL(softmax(z_t / T) || softmax(z / T)), with
   * share in 0 ... 1 and T > 0 (Hinton, Vinyals and Dean 2015, arXiv 1503.02531, section 2). */
  int32_t (*batch_write_targets)(es_context *context, int32_t slot, int32_t output, const float *shares,
                                 const float *teacher, int64_t count, int64_t classes, double share, double temperature,
                                 es_message *message);
  /* A moving average of another context's values, of the same dtype and device: value = momentum * value + (1 - momentum)
   * * value of the other, for these tensors and no others. */
  int32_t (*tensors_follow)(es_context *context, es_context *followed, const int32_t *tensors, int32_t count,
                            double momentum, es_message *message);
} es_api;

/* The library's only export. Null when it cannot serve this ABI version. */
typedef const es_api *(*es_engine_function)(int32_t abi_version);

#ifdef __cplusplus
}
#endif
#endif
