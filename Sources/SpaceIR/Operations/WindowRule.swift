/// The windows of a convolution or a pool, of which an even kernel needs more than an odd one.
///
/// An odd kernel k has a middle: both ends of a side are padded by (k - 1) / 2. An even kernel has none, so its windows
/// lie side by side: the kernel is the stride, which divides the height and the width, and nothing is padded (the patches
/// of a vision transformer, Dosovitskiy et al. 2021, arXiv 2010.11929, section 3.1). Both are what TensorFlow calls
/// "same".
package struct WindowRule: Sendable {
  /// One for both sides, or the kernel's height and its width.
  package let kernels: [Expression]
  private let stride: Expression
  private let dilation: Expression

  /// Nil for an operation without windows.
  package init?(of operation: Operation) {
    switch operation {
    case .convolution(let it, _):
      kernels = it.kernelWidth == it.kernel ? [it.kernel] : [it.kernel, it.kernelWidth]
      (stride, dilation) = (it.stride, it.dilation)
    case .depthwise(let it, _): (kernels, stride, dilation) = ([it.kernel], it.stride, it.dilation)
    case .pool(let it, _): (kernels, stride, dilation) = ([it.kernel], it.stride, .integer(1))
    case .input, .batchNorm, .activation, .squeezeExcite, .splitAttention, .globalPool, .linear, .layerNorm, .slice,
      .shuffle, .softmax, .resize, .attention, .positionEmbedding, .quantize, .zero, .add, .join, .choice:
      return nil
    }
  }

  /// The expressions whose values `fits` judges.
  package func parts(_ kernel: Expression, on operand: TensorType) -> [Expression] {
    [kernel, stride, dilation, operand.height, operand.width]
  }

  /// Whether the kernel has a middle, or its windows lie side by side and cover both sides exactly.
  ///
  /// - Parameter values: Of `parts`.
  package static func fits(_ values: [Value]) -> Bool {
    let numbers = values.compactMap(\.integer)
    guard numbers.count == 5 else { return false }
    let (kernel, stride, dilation) = (numbers[0], numbers[1], numbers[2])
    if kernel % 2 != 0 { return true }
    guard kernel > 0, kernel == stride, dilation == 1 else { return false }
    return numbers[3] % stride == 0 && numbers[4] % stride == 0
  }
}
