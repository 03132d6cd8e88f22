// The float32 loops of the fast kernels, compiled once per instruction set and chosen when the library is used.
#pragma once

#include <cstdint>

namespace espalier {

/// One row of a window over a row of outputs. The inputs have margins of zeros, so that every tap has one.
struct TapRow {
  const float *inputs;   ///< of the first tap under output 0, at channel 0
  const float *weights;  ///< of the first tap, at channel 0
};

/// A row of outputs, each a weighted sum of inputs of the same channel: y[o, c] (+)= sum_it w[i, t, c] x[i, o, t, c].
struct FilterRow {
  float *outputs;
  int64_t output_step;  ///< elements between neighbouring outputs
  int64_t output_count;
  const TapRow *rows;
  int64_t row_count;
  int64_t taps;         ///< of each row
  int64_t tap_step;     ///< elements between the inputs of neighbouring taps
  int64_t weight_step;  ///< elements between the weights of neighbouring taps
  int64_t stride;       ///< taps between neighbouring outputs
  int64_t channels;
  bool accumulate;
};

/// Rows of a window against a row of outputs: sums[i, t, c] += sum_o dy[o, c] x[i, o, t, c]. Inputs as in `FilterRow`.
struct WeightRow {
  const float *gradients;
  int64_t gradient_step;
  int64_t gradient_count;
  const float *const *inputs;  ///< by row, of tap 0 under output 0
  int64_t row_count;
  int64_t taps;
  int64_t tap_step;
  int64_t stride;
  float *sums;  ///< [rows, taps, channels]
  int64_t channels;
};

/// result [rows, columns] (+)= start [columns] + a [rows, inner] b [inner, columns].
struct Product {
  const float *a;
  const float *b;      ///< rows of `width` elements, zero from `columns` on
  const float *start;  ///< `width` elements
  float *result;
  int64_t rows, inner, columns;
  int64_t width;       ///< `columns` rounded up to whole vectors
  bool accumulate;
};

/// sums [first, width] += a [rows, first]^T b [rows, second].
struct Correlation {
  const float *a;
  const float *b;
  float *sums;    ///< rows of `width` elements; what is added from `second` on means nothing
  int64_t rows, first, second;
  int64_t width;  ///< `second` rounded up to whole vectors
};

/// dx (+)= dy * s, ds (+)= sum over pixels of dy * x, for pixels of `channels` elements.
struct ScaleGradient {
  const float *dy;
  int64_t dy_step;  ///< elements between neighbouring pixels
  const float *x;
  float *dx;
  int64_t x_step;   ///< of x and dx
  const float *s;
  float *ds;
  int64_t pixels, channels;
  bool accumulate_dx, accumulate_ds;
};

/// A stochastic gradient step with momentum: g = clip * gradient + decay * value, v = momentum * v + g,
/// value -= rate * v.
struct DescentStep {
  float clip, decay, momentum, rate;
};

/// f((x - mean) * factor + shift), channel by channel.
struct Normal {
  int64_t channels;
  const float *mean, *factor, *shift;
  int32_t function;  ///< an es_function, or -1 for f(z) = z
};

/// All loops of one instruction set. Arrays are dense float32; none overlaps another except where an elementwise loop
/// works in place. Every loop runs on the calling thread.
struct Loops {
  const char *name;

  /// Mean and sum of squared deviations of each channel of x [rows, channels], rows > 0.
  /// Blocks of float32 sums around the mean so far, merged in float64 (Chan, Golub and LeVeque 1979).
  void (*moments)(const float *x, int64_t rows, int64_t channels, double *mean, double *deviation);
  /// y = the normal of x.
  void (*normalise)(const Normal &normal, const float *x, float *y, int64_t rows);
  /// With g = dy * f'(z), z what f is applied to: sum += sum g, product += sum g * (x - mean), for each channel.
  void (*normal_sums)(const Normal &normal, const float *dy, const float *x, int64_t rows, double *sum,
                      double *product);
  /// dx (+)= a * g - b * (x - mean) - c. Where dx is written, it may be dy.
  void (*normal_gradient)(const Normal &normal, const float *dy, const float *x, float *dx, int64_t rows,
                          const float *a, const float *b, const float *c, bool accumulate);

  /// y = f(x); `function` is an es_function.
  void (*activate)(int32_t function, const float *x, float *y, int64_t count);
  /// dx (+)= dy * f'(x).
  void (*activate_gradient)(int32_t function, const float *dy, const float *x, float *dx, int64_t count,
                            bool accumulate);

  void (*filter_row)(const FilterRow &row);
  void (*weight_row)(const WeightRow &row);

  /// Elements of a vector, of which `Product::width` and `Correlation::width` are multiples.
  int64_t width;
  void (*multiply)(const Product &product);
  void (*correlate)(const Correlation &correlation);

  /// y (+)= x * s, for x and y [pixels, channels] and s [channels]; neighbouring pixels are `x_step` and `y_step`
  /// elements apart.
  void (*scale)(const float *x, int64_t x_step, const float *s, float *y, int64_t y_step, int64_t pixels,
                int64_t channels, bool accumulate);
  void (*scale_gradient)(const ScaleGradient &gradient);
  /// y = mean of x [pixels, channels] over pixels.
  void (*pool)(const float *x, float *y, int64_t pixels, int64_t channels);
  /// dx [pixels, channels] (+)= dy [channels] * share.
  void (*spread)(const float *dy, float *dx, int64_t pixels, int64_t channels, float share, bool accumulate);

  /// y = a + b.
  void (*add)(const float *a, const float *b, float *y, int64_t count);

  /// Sum of squares: of blocks in float32, where one overflows from 1.8e19 on, and of those in float64.
  double (*squares)(const float *x, int64_t count);
  /// One step; `velocity` is null without momentum.
  void (*descend)(const DescentStep &step, const float *gradient, float *velocity, float *value, int64_t count);
};

/// The loops for this machine's best instruction set, or for that named by ESPALIER_KERNELS (baseline, AVX2, AVX512)
/// where the machine has it.
const Loops &best_loops();

// One per source file that includes loops.inc.
extern const Loops baseline_loops;
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define ESPALIER_X86_LOOPS 1
extern const Loops avx2_loops, avx512_loops;
#endif

}  // namespace espalier
