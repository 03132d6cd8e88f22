import SpaceIR

/// A network in timm's words: a block string for each stage, with what stands around them.
///
/// timm's `decode_arch_def` and `EfficientNetBuilder` (huggingface/pytorch-image-models at 01419346) read the strings.
/// A layer is recognised by its operations, whatever the space calls them; layers of one stage that are equal but for the
/// stride of the first are one string.
package struct TimmExport: Hashable, Sendable {
  /// A list of strings for each stage.
  package let stages: [[String]]
  /// Channels of the stem that the first block reads.
  package let stem: Int
  /// The layers that the strings stand for: all but stem and head.
  package let layers: [String]
  /// What the stem and the head are, which the strings do not say.
  package let remarks: [String]

  /// The strings, one stage a line; strings of one stage are joined by `|`, which `espalier new --timm` reads too.
  package var text: String { stages.map { $0.joined(separator: "|") }.joined(separator: "\n") }

  /// - Throws: `TimmExportError` with the first layer that timm has no block for, and why.
  package init(of network: BoundNetwork) throws(TimmExportError) {
    var walk = TimmWalk(network)
    try walk.run()
    stages = walk.strings
    stem = walk.stemChannels
    layers = walk.bodyLayers
    remarks = walk.remarks
  }
}

/// What is not in timm's vocabulary.
package struct TimmExportError: Error, Hashable, CustomStringConvertible {
  package let layer: String
  package let reason: String
  package var description: String { "layer '\(layer)' is no block of timm's strings: \(reason)" }
}

/// A layer as a block, before equal ones are joined.
private struct RecognisedBlock: Hashable {
  var kind: TimmBlock.Kind
  let kernel: Int
  let stride: Int
  let entering: Int
  /// Nil for blocks that do not expand.
  var hidden: Int?
  let channels: Int
  /// The inner width of squeeze-excite.
  let inner: Int?
  let activation: ActivationFunction
  var skips: Bool

  /// The width that the depthwise convolution, and squeeze-excite, has.
  var width: Int { hidden ?? entering }

  /// Whether one string can say both but for their widths.
  func isLike(_ other: RecognisedBlock) -> Bool {
    kind == other.kind && kernel == other.kernel && channels == other.channels && activation == other.activation
      && skips == other.skips && (hidden == nil) == (other.hidden == nil) && (inner == nil) == (other.inner == nil)
  }
}

private struct TimmWalk {
  let network: BoundNetwork
  private(set) var strings: [[String]] = []
  private(set) var stemChannels = 0
  private(set) var bodyLayers: [String] = []
  private(set) var remarks: [String] = []
  /// Functions and gates of squeeze-excite, which the strings do not say.
  private var gates: Set<String> = []
  private let readers: [NodeID: Int]
  private var types: [NodeID: BoundExtents] = [:]

  init(_ network: BoundNetwork) {
    self.network = network
    readers = network.readers
    for node in network.nodes { types[node.id] = node.type.extents4 }
  }

  private struct Run {
    let layer: String
    let stage: String
    let nodes: [Node]
  }

  mutating func run() throws(TimmExportError) {
    let runs = layers()
    guard let stem = runs.first, runs.count > 2 else {
      throw TimmExportError(
        layer: runs.first?.layer ?? "", reason: "there is no stem, body and head; timm's networks have each")
    }
    try readStem(stem)
    // The head is what classifies; where pool and map are layers of their own, all of them.
    let head = runs.firstIndex { run in
      run.nodes.contains { if case .globalPool = $0.operation { true } else { false } }
    }
    let body = runs[1..<(head ?? runs.count - 1)]
    bodyLayers = body.map(\.layer)
    remarks.append("head: \(words(of: runs[(head ?? runs.count - 1)...].flatMap(\.nodes)))")
    var blocks: [(stage: String, block: RecognisedBlock)] = []
    for run in body { blocks.append((run.stage, try block(run))) }
    for gate in gates.sorted() { remarks.append("squeeze-excite: \(gate), a setting of timm's se_layer") }
    join(blocks)
  }

  private func layers() -> [Run] {
    var runs: [Run] = []
    var rest = network.nodes[...]
    while let first = rest.first {
      let nodes = rest.prefix { $0.layer == first.layer }
      rest = rest.dropFirst(nodes.count)
      if case .input = first.operation { continue }
      let name = network.space.layers[first.layer.index].name
      runs.append(Run(layer: name, stage: String(name.prefix { $0 != "[" }), nodes: Array(nodes)))
    }
    return runs
  }

  private mutating func readStem(_ run: Run) throws(TimmExportError) {
    guard case .convolution(let it, _)? = run.nodes.first?.operation, run.nodes.count == 3,
      case .batchNorm = run.nodes[1].operation, case .activation(let function, _) = run.nodes[2].operation
    else {
      throw TimmExportError(
        layer: run.layer, reason: "the first layer is not a convolution with batch norm and activation")
    }
    stemChannels = it.channels.boundInteger
    remarks.append(
      "stem: a convolution \(it.kernel.boundInteger)x\(it.kernel.boundInteger) to \(stemChannels) channels, stride "
        + "\(it.stride.boundInteger), \(function.boundFunction.rawValue)")
  }

  private func words(of nodes: [Node]) -> String {
    nodes.compactMap { node in
      switch node.operation {
      case .convolution(let it, _): "a convolution 1x1 to \(it.channels.boundInteger) channels"
      case .activation(let function, _): function.boundFunction.rawValue
      case .globalPool: "global pool"
      case .linear(let it, _): "a linear map to \(it.features.boundInteger)\(it.bias ? "" : " without bias")"
      case .input, .depthwise, .batchNorm, .squeezeExcite, .splitAttention, .pool, .layerNorm, .slice, .shuffle,
        .softmax, .resize, .attention, .positionEmbedding, .quantize, .zero, .add, .join, .choice:
        nil
      }
    }.joined(separator: ", ")
  }

  // MARK: One layer

  /// The operations of a layer in a row, with the shortcut around them taken off.
  private mutating func block(_ run: Run) throws(TimmExportError) -> RecognisedBlock {
    func fail(_ reason: String) -> TimmExportError { TimmExportError(layer: run.layer, reason: reason) }
    var nodes = run.nodes
    guard let entry = nodes.first?.operation.operands.first else { throw fail("it reads nothing") }
    var skips = false
    if case .add(let a, let b)? = nodes.last?.operation {
      guard a == entry || b == entry else { throw fail("it adds something else than what it reads") }
      skips = true
      nodes.removeLast()
    }
    // Each operation reads the one before it.
    var before = entry
    for node in nodes {
      guard node.operation.operands == [before] else { throw fail("its operations branch") }
      before = node.id
    }
    let entering = types[entry]?.channels ?? 0
    let shape = Shape(nodes.map(\.operation))
    if let reason = shape.reason { throw fail(reason) }
    let functions = Set(shape.functions)
    guard functions.count == 1, let function = functions.first else {
      throw fail(functions.isEmpty ? "it has no activation" : "it has several activations")
    }
    guard TimmWalk.letters(function) != nil else { throw fail("timm's strings have no '\(function.rawValue)'") }
    let channels = nodes.last?.type.extents4.channels ?? 0
    if let gate = shape.gate, let inner = shape.squeezeFunction { gates.insert("\(inner.rawValue), \(gate.rawValue)") }
    var result = RecognisedBlock(
      kind: .convolution, kernel: shape.kernel, stride: shape.stride, entering: entering, hidden: nil,
      channels: channels, inner: shape.squeeze, activation: function, skips: skips)
    let canSkip = shape.stride == 1 && entering == channels
    switch shape.form {
    case "C!":
      result.kind = .convolution
    case "D!P", "D!SP": result.kind = .separable
    case "D!P!", "D!SP!": result.kind = .activeSeparable
    case "P!D!P", "P!D!SP":
      result.kind = .invertedResidual
      result.hidden = shape.hidden
    case "C!P", "C!SP":
      result.kind = .edgeResidual
      result.hidden = shape.hidden
    default: throw fail("its operations are \(shape.words)")
    }
    if result.kind == .activeSeparable, skips {
      throw fail("a separable convolution that ends in an activation has no shortcut")
    }
    if let hidden = result.hidden, TimmWalk.expansion(of: [result]) == nil {
      throw fail("its hidden width \(hidden) is no multiple of 8, to which timm rounds")
    }
    if skips, !canSkip { throw fail("its shortcut is not timm's") }
    // `noskip` is said where a shortcut could be and is not.
    result.skips = result.kind == .convolution ? skips : (skips || !canSkip)
    guard channels.isMultiple(of: 8) else {
      throw fail("\(channels) channels are no multiple of 8, to which timm rounds")
    }
    return result
  }

  /// The operations of a block as letters: P convolution 1x1, C a larger one, D depthwise, S squeeze-excite, ! activation.
  private struct Shape {
    var form = ""
    var kernel = 1
    var stride = 1
    var hidden = 0
    var functions: [ActivationFunction] = []
    var squeeze: Int?
    var gate: ActivationFunction?
    var squeezeFunction: ActivationFunction?
    var reason: String?
    var words = ""

    init(_ operations: [Operation]) {
      var names: [String] = []
      var needsNorm = false
      for operation in operations {
        if needsNorm {
          guard case .batchNorm = operation else {
            reason = "a convolution has no batch norm behind it"
            return
          }
          needsNorm = false
          continue
        }
        switch operation {
        case .convolution(let it, _):
          guard it.groups == .integer(1), it.dilation == .integer(1), it.kernel == it.kernelWidth, !it.bias else {
            reason = "it has a convolution in groups, dilated, of unequal sides or with a bias"
            return
          }
          let isPoint = it.kernel == .integer(1) && it.stride == .integer(1)
          form += isPoint ? "P" : "C"
          if !isPoint { (kernel, stride) = (it.kernel.boundInteger, it.stride.boundInteger) }
          if hidden == 0 { hidden = it.channels.boundInteger }
          names.append("a convolution")
          needsNorm = true
        case .depthwise(let it, _):
          guard it.copies == .integer(1), it.dilation == .integer(1) else {
            reason = "it has a depthwise convolution with copies or dilation"
            return
          }
          form += "D"
          (kernel, stride) = (it.kernel.boundInteger, it.stride.boundInteger)
          names.append("a depthwise convolution")
          needsNorm = true
        case .activation(let function, _):
          form += "!"
          functions.append(function.boundFunction)
        case .squeezeExcite(let it, _):
          form += "S"
          squeeze = it.inner.boundInteger
          gate = it.gate.boundFunction
          squeezeFunction = it.function.boundFunction
          names.append("squeeze-excite")
        case .splitAttention:
          reason = "it has Split-Attention"
          return
        case .input, .batchNorm, .pool, .globalPool, .linear, .layerNorm, .slice, .shuffle, .softmax, .resize,
          .attention, .positionEmbedding, .quantize, .zero, .add, .join, .choice:
          reason = "it has operations beside convolutions, norms, activations and squeeze-excite"
          return
        }
      }
      if form == "P!" { form = "C!" }
      words = names.joined(separator: ", ")
    }
  }

  // MARK: Numbers

  private static func letters(_ function: ActivationFunction) -> String? {
    switch function {
    case .relu: "nre"
    case .swish: "nsw"
    case .hardSwish: "nhs"
    case .sigmoid, .hardSigmoid, .gelu, .tanh: nil
    }
  }

  /// The shortest decimal that timm's rounding brings to the hidden widths of all: `make_divisible(entering * e, 8)`.
  static func expansion(of blocks: [RecognisedBlock]) -> String? {
    let bounds = blocks.map { block in
      let (hidden, entering) = (Double(block.hidden ?? 0), Double(block.entering))
      return (low: (hidden - 4) / entering, high: max(hidden + 4, hidden / 0.9) / entering)
    }
    return decimal(bounds) { expansion in
      blocks.allSatisfy { timmDivisible(Double($0.entering) * expansion) == $0.hidden }
    }
  }

  /// The shortest decimal whose share timm rounds to the inner widths of all, which are `round(width * (share / e))`;
  /// Python rounds halves to even.
  static func share(of blocks: [RecognisedBlock], expansion: String?) -> String? {
    let expansion = expansion.flatMap(Double.init) ?? 1
    let bounds = blocks.map { block in
      let (inner, width) = (Double(block.inner ?? 0), Double(block.width))
      return (low: (inner - 0.5) * expansion / width, high: (inner + 0.5) * expansion / width)
    }
    return decimal(bounds) { share in
      blocks.allSatisfy { block in
        Int((Double(block.width) * (share / expansion)).rounded(.toNearestOrEven)) == block.inner
      }
    }
  }

  /// The decimal with fewest digits within all bounds that fits, of those the one nearest the middle.
  private static func decimal(_ bounds: [(low: Double, high: Double)], _ fits: (Double) -> Bool) -> String? {
    let low = max(0, bounds.map(\.low).max() ?? 0)
    let high = bounds.map(\.high).min() ?? 0
    for places in 0...6 {
      let scale = [1.0, 10, 100, 1e3, 1e4, 1e5, 1e6][places]
      let (first, last) = (Int((low * scale).rounded(.up)), Int((high * scale).rounded(.down)))
      guard first <= last else { continue }
      let middle = (first + last) / 2
      let order = (0...(last - first + 1)).flatMap { [middle - $0, middle + $0] }
      guard let digits = order.first(where: { $0 > 0 && fits(Double($0) / scale) }) else { continue }
      return written(digits, places: places)
    }
    return nil
  }

  private static func written(_ digits: Int, places: Int) -> String {
    guard places > 0 else { return String(digits) }
    let text = String(digits)
    let padded = String(repeating: "0", count: max(0, places + 1 - text.count)) + text
    return "\(padded.dropLast(places)).\(padded.suffix(places))"
  }

  /// timm's `make_divisible(v, 8)`, with its limit of 0.9.
  private static func timmDivisible(_ value: Double) -> Int {
    let rounded = max(8, Int(value + 4) / 8 * 8)
    return Double(rounded) < 0.9 * value ? rounded + 8 : rounded
  }

  // MARK: Strings

  private mutating func join(_ blocks: [(stage: String, block: RecognisedBlock)]) {
    var index = 0
    var stage = ""
    while index < blocks.count {
      let first = blocks[index]
      var run = [first.block]
      while index + run.count < blocks.count {
        let next = blocks[index + run.count]
        guard next.stage == first.stage, next.block.stride == 1, next.block.isLike(first.block),
          string(run + [next.block]) != nil
        else { break }
        run.append(next.block)
      }
      let text = string(run) ?? ""
      // timm lets only the first string of a stage stride.
      if first.stage == stage, first.block.stride == 1 {
        strings[strings.count - 1].append(text)
      } else {
        strings.append([text])
      }
      stage = first.stage
      index += run.count
    }
  }

  /// Nil where no numbers fit all of the blocks.
  private func string(_ blocks: [RecognisedBlock]) -> String? {
    let block = blocks[0]
    var fields = [block.kind.rawValue, "r\(blocks.count)", "k\(block.kernel)", "s\(block.stride)"]
    var expansion: String?
    if block.hidden != nil {
      expansion = TimmWalk.expansion(of: blocks)
      guard let expansion else { return nil }
      fields.append("e\(expansion)")
    }
    fields.append("c\(block.channels)")
    if block.inner != nil {
      guard let share = TimmWalk.share(of: blocks, expansion: expansion) else { return nil }
      fields.append("se\(share)")
    }
    fields.append(TimmWalk.letters(block.activation) ?? "")
    if block.kind == .convolution {
      if block.skips { fields.append("skip") }
    } else if !block.skips {
      fields.append("noskip")
    }
    return fields.joined(separator: "_")
  }
}
