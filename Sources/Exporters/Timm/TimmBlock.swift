/// A run of equal blocks, as one of timm's block strings says it: `ir_r2_k3_s2_e6_c24_se0.25_nsw`.
///
/// The strings are those of timm's `_decode_block_str` (huggingface/pytorch-image-models at 01419346,
/// `timm/models/_efficientnet_builder.py`).
struct TimmBlock: Hashable, Sendable {
  enum Kind: String, CaseIterable, Sendable {
    /// Convolution, batch norm, activation.
    case convolution = "cn"
    /// Depthwise convolution and projection.
    case separable = "ds"
    /// The same with an activation at the end and no shortcut.
    case activeSeparable = "dsa"
    /// Expansion by a full convolution and projection, "fused".
    case edgeResidual = "er"
    /// Expansion, depthwise convolution, projection.
    case invertedResidual = "ir"
  }

  /// Words of our language for what `n` names.
  enum Activation: String, CaseIterable, Sendable {
    case relu = "re"
    case relu6 = "r6"
    case hardSwish = "hs"
    case swish = "sw"
  }

  /// A number as it was written, with at most a few decimals: `0.25`.
  struct Number: Hashable, Sendable {
    let text: String
    /// In thousandths.
    let thousandths: Int
  }

  /// The string itself.
  let text: String
  let kind: Kind
  let repeats: Int
  let kernel: Int
  /// Of the first block; the others have 1.
  var stride: Int
  let channels: Int
  /// Nil for blocks that do not expand.
  let expansion: Number?
  /// Squeeze and excitation: its width as a share of the width that enters the block.
  let squeeze: Number?
  let activation: Activation?
  let hasShortcut: Bool
  /// Of the convolutions around the depthwise one.
  let firstKernel: Int
  let lastKernel: Int

  /// The width that timm makes of `channels`: a multiple of 8 near it.
  var roundedChannels: Int {
    let rounded = max(8, (channels + 4) / 8 * 8)
    return rounded * 10 < channels * 9 ? rounded + 8 : rounded
  }
}

/// What is wrong with block strings: one sentence in the style of a diagnostic.
package struct TimmError: Error, Hashable, CustomStringConvertible {
  package let description: String
}
