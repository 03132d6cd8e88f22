/// The chain of 22 inverted residuals that the peers' scripts are measured on: 1, 3, 3, 4, 5 and 6 layers in six stages.
///
/// A layer decides kernel, expansion, squeeze-excite and activation, a stage the width of its layers; every layer but the
/// first of its stage may be skipped. The scripts count multiply-adds of the three convolutions alone, so squeeze-excite is
/// a second activation here: a decision that costs nothing.
struct AnalysisChain: BenchmarkChain {
  /// Whether widths never shrink from stage to stage.
  var isTied = false
  /// Most multiply-adds.
  var budget: Int?

  private static let layers = [1, 3, 3, 4, 5, 6]
  private static let strides = [1, 2, 2, 2, 1, 2]
  private static let widths = [
    "[12, 16]", "[16, 20, 24, 28]", "[16, 24, 32, 40]", "{from: 48, to: 96, step: 8}", "{from: 72, to: 128, step: 8}",
    "{from: 112, to: 216, step: 8}",
  ]

  var text: String {
    var text = """
      espalier: 1
      space: peers
      input: {channels: 16, height: 112, width: 112}
      output: {channels: 112, height: 1, width: 1}
      \(inverted)
      decisions:

      """
    for (stage, widths) in Self.widths.enumerated() { text += "  w\(stage): {choose: \(widths)}\n" }
    text += "network:\n"
    for (stage, count) in Self.layers.enumerated() {
      text += "  - {name: f\(stage), op: inverted, channels: w\(stage), \(choices), stride: \(Self.strides[stage])}\n"
      guard count > 1 else { continue }
      text += "  - stage: s\(stage)\n    layers: \(count - 1)\n    decide: each\n"
      text += "    layer: {op: inverted, channels: w\(stage), \(choices), stride: 1, or: bypass}\n"
    }
    text += "  - {name: pool, op: global_pool}\n  - {name: cut, op: slice, channels: 112}\n"
    guard isTied || budget != nil else { return text }
    text += "require:\n"
    if isTied { text += "  - nondecreasing(w0, w1, w2, w3, w4, w5)\n" }
    if let budget { text += "  - macs <= \(budget)\n" }
    return text
  }
}

private let choices =
  "kernel: {choose: [3, 5]}, expansion: {choose: {from: 0.75, to: 6, step: 0.75}}, "
  + "excite: {choose: [relu, swish]}, activation: {choose: [relu, hard_swish]}"

private let inverted = """
  blocks:
    inverted:
      parameters: {channels: int, kernel: int, expansion: rational, excite: word, activation: word, stride: int}
      body:
        - {op: conv, channels: floor(in.channels * expansion), kernel: 1}
        - {op: activation, function: activation}
        - {op: depthwise, kernel: kernel, stride: stride}
        - {op: activation, function: excite}
        - {op: conv, channels: channels, kernel: 1}
  """

/// A chain of any length, of which each layer decides its own width, kernel and expansion, under a budget of two thirds of
/// its dearest member.
struct AnalysisGrowth: BenchmarkChain {
  let layers: Int

  var text: String {
    """
    espalier: 1
    space: growth
    input: {channels: 16, height: 28, width: 28}
    output: {channels: 16, height: 1, width: 1}
    \(inverted)
    network:
      - stage: s
        layers: \(layers)
        decide: each
        layer:
          op: inverted
          channels: {choose: [16, 24, 32, 40]}
          kernel: {choose: [3, 5]}
          expansion: {choose: {from: 0.75, to: 6, step: 0.75}}
          excite: {choose: [relu, swish]}
          activation: {choose: [relu, hard_swish]}
          stride: 1
      - {name: pool, op: global_pool}
      - {name: cut, op: slice, channels: 16}
    require:
      - macs <= \(layers * 4_000_000)
    """
  }
}
