package import SpaceIR

/// The text of a space around a network that is given as timm's block strings.
///
/// The network itself is a member: every choice has the value of the string among its options. Stem and head are not in
/// the strings; those of MobileNetV2 and EfficientNet-B0 stand in, 32 channels and 1280.
///
/// - Parameters:
///   - strings: A string for each stage, apart by blanks or commas; strings of one stage are joined by `|`.
///   - name: Of the space.
/// - Throws: `TimmError` with the field that is wrong and what is known.
package func timmSpace(_ strings: String, name: String) throws(TimmError) -> String {
  TimmSpace(stages: try TimmParser.stages(strings), name: name).text
}

extension ImportedNetwork {
  /// The network that timm's block strings are, alone: no choices around it.
  ///
  /// - Parameters:
  ///   - strings: As for `timmSpace`; lines that begin with `#` are no part of them.
  ///   - stem, head: Channels, which the strings do not say.
  /// - Throws: `TimmError`.
  package init(
    timm strings: String, name: String, stem: Int, head: Int, input: ImageShape, classes: Int
  ) throws(TimmError) {
    let lines = strings.split(whereSeparator: \.isNewline).filter { !$0.drop(while: \.isWhitespace).hasPrefix("#") }
    let stages = try TimmParser.stages(lines.joined(separator: " "))
    let space = TimmSpace(
      stages: stages, name: name, alone: TimmSpace.Alone(stem: stem, head: head, input: input, classes: classes))
    var remarks = ["the strings do not say what the stem and the head are: \(stem) and \(head) channels are assumed"]
    if stages.flatMap({ $0 }).contains(where: { $0.activation == .relu6 }) {
      remarks.append("relu6 is no operation here: relu stands in its place")
    }
    self.init(form: .alone(text: space.text), remarks: remarks)
  }
}

private struct TimmSpace {
  /// What is around the blocks of a network that is no member of a space.
  struct Alone {
    let stem: Int
    let head: Int
    let input: ImageShape
    let classes: Int
  }

  let stages: [[TimmBlock]]
  let name: String
  /// Nil: choices are around the network.
  var alone: Alone?

  private var blocks: [TimmBlock] { stages.flatMap { $0 } }

  var text: String {
    let sections = alone == nil ? [head, blockSection, network, hints] : [head, blockSection, network]
    return sections.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  private var head: [String] {
    if let alone {
      return [
        "# A network of timm, made from its block strings, which stand beside every stage.",
        "#",
        "#   Stem, head, input and classes are not in the block strings; change them to those of your network.",
        "espalier: 1",
        "space: \(name)",
        "input: {channels: \(alone.input.channels), height: \(alone.input.height), width: \(alone.input.width)}",
        "output: {classes: \(alone.classes)}",
      ]
    }
    return [
      "# A space around a network of timm. The network is a member: its value is among the options of every choice,",
      "# and its block string stands beside every stage.",
      "#",
      "#   `kernel: 3` is fixed, `kernel: {choose: [3, 5]}` is searched: any argument of a stage can be either.",
      "#   Stem, head, input and classes are not in the block strings; change them to those of your network.",
      "espalier: 1",
      "space: \(name)",
      "input: {channels: 3, height: 224, width: 224}",
      "output: {classes: 1000}",
    ]
  }

  // MARK: Blocks

  private var blockSection: [String] {
    let kinds = TimmBlock.Kind.allCases.filter { kind in blocks.contains { $0.kind == kind } }
    let isSeparable = kinds.contains(.separable) || kinds.contains(.activeSeparable)
    var parts = [TimmBlocks.convolution]
    if isSeparable || kinds.contains(.invertedResidual) { parts.append(TimmBlocks.depthwise) }
    if kinds != [.convolution] { parts += [TimmBlocks.projection, TimmBlocks.squeeze] }
    if isSeparable { parts.append(TimmBlocks.separable) }
    if kinds.contains(.edgeResidual) { parts.append(TimmBlocks.edgeResidual) }
    if kinds.contains(.invertedResidual) { parts.append(TimmBlocks.invertedResidual) }
    parts.append(TimmBlocks.classifier)
    return ["blocks:", parts.joined(separator: "\n\n")]
  }

  // MARK: Network

  private var network: [String] {
    var lines = [
      "network:",
      "  - {name: stem, op: conv_bn_act, channels: \(alone?.stem ?? 32), kernel: 3, stride: 2, activation: \(commonActivation)}",
    ]
    for (index, stage) in stages.enumerated() {
      for (place, block) in stage.enumerated() {
        lines += self.stage(block, named: stageName(index, place, of: stage.count), isFirst: index + place == 0)
      }
    }
    lines.append("  - {name: head, op: classifier, width: \(alone?.head ?? 1280), activation: \(commonActivation)}")
    return lines
  }

  /// `s2`, or `s2a`, `s2b` where a stage has several strings.
  private func stageName(_ index: Int, _ place: Int, of count: Int) -> String {
    guard count > 1 else { return "s\(index + 1)" }
    let letter = UnicodeScalar(UInt8(ascii: "a") + UInt8(min(place, 25)))
    return place < 26 ? "s\(index + 1)\(letter)" : "s\(index + 1)-\(place + 1)"
  }

  /// Of the first block that names one; timm's own default is relu.
  private var commonActivation: String { word(for: blocks.compactMap(\.activation).first ?? .relu) }

  private func stage(_ block: TimmBlock, named name: String, isFirst: Bool) -> [String] {
    var lines = ["  - stage: \(name) # \(block.text)"]
    let isFirst = isFirst && alone == nil
    lines.append("    layers: \(block.repeats)\(isFirst ? depthComment(block.repeats) : "")")
    if block.repeats > 1, alone == nil {
      lines.append("    decide: each\(isFirst ? " # once: all layers of the stage choose alike" : "")")
    }
    lines.append("    layer:")
    var arguments = ["op: \(operation(of: block.kind))"]
    arguments.append(channels(block, isFirst: isFirst))
    if alone != nil {
      if let expansion = block.expansion { arguments.append("expansion: \(expansion.text)") }
      arguments.append("kernel: \(block.kernel)")
    } else {
      if let expansion = block.expansion { arguments.append("expansion: {choose: [\(expansions(around: expansion))]}") }
      arguments.append("kernel: {choose: [\(kernels(around: block.kernel))]}")
    }
    if block.stride > 1 {
      arguments.append("stride: \(block.repeats > 1 ? "{first: \(block.stride), rest: 1}" : "\(block.stride)")")
    }
    arguments.append(activation(block, isFirst: isFirst))
    if let squeeze = block.squeeze { arguments.append("squeeze: \(squeeze.text)") }
    if block.firstKernel > 1 { arguments.append("first_kernel: \(block.firstKernel)") }
    if block.lastKernel > 1 { arguments.append("last_kernel: \(block.lastKernel)") }
    if block.kind == .activeSeparable { arguments.append("active: true") }
    let isUsual = block.kind != .convolution
    if block.hasShortcut != isUsual { arguments.append("shortcut: \(block.hasShortcut)") }
    return lines + arguments.map { "      " + $0 }
  }

  private func operation(of kind: TimmBlock.Kind) -> String {
    switch kind {
    case .convolution: "conv_bn_act"
    case .separable, .activeSeparable: "depthwise_separable"
    case .edgeResidual: "edge_residual"
    case .invertedResidual: "inverted_residual"
    }
  }

  private func channels(_ block: TimmBlock, isFirst: Bool) -> String {
    let width = block.roundedChannels
    if width != block.channels { return "channels: \(width) # timm rounds \(block.channels) to a multiple of 8" }
    let least = max(8, width - 8)
    return "channels: \(width)" + (isFirst ? " # or {choose: {from: \(least), to: \(width + 8), step: 8}}" : "")
  }

  private func activation(_ block: TimmBlock, isFirst: Bool) -> String {
    let function = block.activation.map(word) ?? commonActivation
    let argument = "activation: \(function)"
    if block.activation == .relu6 { return argument + " # relu6 in timm, which is no operation here" }
    return argument + (isFirst ? " # or {choose: [\(function), \(function == "swish" ? "relu" : "swish")]}" : "")
  }

  private func word(for activation: TimmBlock.Activation) -> String {
    switch activation {
    case .relu, .relu6: "relu"
    case .hardSwish: "hard_swish"
    case .swish: "swish"
    }
  }

  private var hints: [String] {
    [
      "hints:",
      "  distribution: factorised # one distribution a decision; joint: one over all decisions of a layer",
    ]
  }

  // MARK: Choices

  private func depthComment(_ repeats: Int) -> String {
    let depths = (max(1, repeats - 1)...repeats + 1).map(String.init).joined(separator: ", ")
    return " # or search the depth, {choose: [\(depths)]}" + (repeats == 1 ? ", and say who decides, decide: each" : "")
  }

  /// The kernel, and the ones next to it; none below 3 is offered.
  private func kernels(around kernel: Int) -> String {
    [kernel - 2, kernel, kernel + 2].filter { $0 >= 3 || $0 == kernel }.map(String.init).joined(separator: ", ")
  }

  /// Half of it, three quarters and all; twice as much for a small one.
  private func expansions(around number: TimmBlock.Number) -> String {
    let all = number.thousandths
    let options = all < 2000 ? [all, all * 2] : [all / 2, all * 3 / 4, all]
    return options.map(plain).joined(separator: ", ")
  }

  /// Thousandths as a decimal without zeros at its end.
  private func plain(_ thousandths: Int) -> String {
    guard !thousandths.isMultiple(of: 1000) else { return String(thousandths / 1000) }
    var digits = String(1000 + thousandths % 1000).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return "\(thousandths / 1000).\(digits)"
  }
}
