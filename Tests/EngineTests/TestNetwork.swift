import Foundation

@testable import Engine

/// A network built by hand, its backward pass written down as the forward pass grows.
///
/// Every value has a buffer of its own, so that any of them can be read after a run. A value's gradient is written by
/// the last of its users and added to by the others, which exercises both deliveries.
struct TestNetwork {
  typealias Buffer = EngineBuffer.ID
  typealias Window = EngineInstruction.Window
  typealias Delivery = EngineInstruction.Delivery
  typealias Shape = EngineBuffer.Shape

  /// Slack around a slice in its tensor, per axis.
  enum Margin {
    case none
    case around
  }

  private(set) var tensors: [EngineTensor] = []
  private(set) var slices: [EngineSlice] = []
  private(set) var buffers: [EngineBuffer] = []
  private(set) var forward: [EngineInstruction] = []
  private var backward: [(inout TestNetwork) -> EngineInstruction] = []
  private var gradients: [Int: Buffer] = [:]
  private var arena = 0
  private var hasGradient: Set<Int> = []
  /// By value: the instruction that writes it again to another buffer.
  private var recomputed: [Int: (Buffer) -> EngineInstruction] = [:]

  let margin: Margin
  let smoothing: Double
  private let elementBytes: Int
  let input: Shape

  init(
    input: Shape, margin: Margin = .around, smoothing: Double = 0, elementType: EngineElementType = .float64
  ) {
    self.input = input
    self.margin = margin
    self.smoothing = smoothing
    elementBytes = elementType.byteCount
    buffers.append(EngineBuffer(.images, input))
  }

  var images: Buffer { 0 }
  func shape(_ buffer: Buffer) -> Shape { buffers[buffer.index].shape }

  mutating func buffer(_ shape: Shape) -> Buffer {
    buffers.append(EngineBuffer(.arena(offset: arena), shape))
    arena += (shape.count * elementBytes + 63) / 64 * 64
    return Buffer(buffers.count - 1)
  }

  /// A slice of `extent` in a new tensor, or in a larger one when the network has margins.
  mutating func parameter(_ extent: [Int], _ role: EngineTensor.Role = .weight) -> EngineSlice.ID {
    switch margin {
    case .none:
      tensors.append(EngineTensor(shape: extent, role: role))
      slices.append(EngineSlice(tensor: tensors.count - 1, offset: extent.map { _ in 0 }, extent: extent))
    case .around:
      tensors.append(EngineTensor(shape: extent.map { $0 + 3 }, role: role))
      let offset = extent.indices.map { 1 + $0 % 2 }
      slices.append(EngineSlice(tensor: tensors.count - 1, offset: offset, extent: extent))
    }
    return EngineSlice.ID(slices.count - 1)
  }

  // MARK: Backward bookkeeping

  /// The gradient buffer of a value.
  private mutating func gradient(_ buffer: Buffer) -> Buffer {
    if let known = gradients[buffer.index] { return known }
    let made = self.buffer(shape(buffer))
    gradients[buffer.index] = made
    return made
  }

  private mutating func delivery(to buffer: Buffer) -> Delivery {
    hasGradient.insert(buffer.index).inserted ? .write : .add
  }

  /// Where a gradient goes, or nil for the images.
  private mutating func target(_ buffer: Buffer) -> Buffer? {
    buffers[buffer.index].storage.isArena ? gradient(buffer) : nil
  }

  /// Appends an instruction with the gradient of its operand, which is nil for the images.
  mutating func append(
    _ instruction: EngineInstruction, of x: Buffer, _ y: Buffer,
    gradient rule: @escaping (_ dy: Buffer, _ dx: Buffer?, Delivery) -> EngineInstruction
  ) {
    forward.append(instruction)
    guard buffers[x.index].storage.isArena || instruction.hasWeights else { return }
    backward.append { network in
      let delivery = network.delivery(to: x)
      return rule(network.gradient(y), network.target(x), delivery)
    }
  }

  /// The same for two operands. The gradient of one value read twice is computed in two instructions.
  mutating func appendPair(
    _ instruction: EngineInstruction, _ a: Buffer, _ b: Buffer, _ y: Buffer,
    gradient rule: @escaping (_ dy: Buffer, _ da: Buffer?, _ db: Buffer?, Delivery, Delivery) -> EngineInstruction
  ) {
    forward.append(instruction)
    guard a != images || b != images else { return }
    if a == b {
      backward.append { network in rule(network.gradient(y), nil, network.target(b), .write, network.delivery(to: b)) }
      backward.append { network in rule(network.gradient(y), network.target(a), nil, network.delivery(to: a), .write) }
    } else {
      backward.append { network in
        let (first, second) = (network.delivery(to: a), network.delivery(to: b))
        return rule(network.gradient(y), network.target(a), network.target(b), first, second)
      }
    }
  }

  mutating func appendAttention(_ q: Buffer, _ k: Buffer, _ v: Buffer, _ y: Buffer, heads: Int) {
    forward.append(.attention(q: q, k: k, v: v, y: y, heads: heads))
    backward.append { network in
      for operand in [q, k, v] { _ = network.delivery(to: operand) }
      return .attentionBackward(
        dy: network.gradient(y), q: q, k: k, v: v, dq: network.gradient(q), dk: network.gradient(k),
        dv: network.gradient(v), heads: heads)
    }
  }

  // MARK: Operations

  mutating func convolution(_ x: Buffer, out: Int, _ window: Window, bias: Bool = false) -> Buffer {
    let from = shape(x)
    let weight = parameter([out, window.kernel, window.kernel, from.c])
    let shift = bias ? parameter([out], .undecayed) : nil
    let y = buffer(
      Shape(n: from.n, h: window.output(side: from.h), w: window.output(side: from.w), c: out))
    forward.append(.convolution(x: x, y: y, weight: weight, bias: shift, window))
    backward.append { network in
      let delivery = network.delivery(to: x)
      return .convolutionBackward(
        dy: network.gradient(y), x: x, dx: network.target(x), weight: weight, bias: shift, window, delivery)
    }
    return y
  }

  mutating func depthwise(_ x: Buffer, copies: Int, _ window: Window) -> Buffer {
    let from = shape(x)
    let weight = parameter([copies, window.kernel, window.kernel, from.c])
    let y = buffer(
      Shape(n: from.n, h: window.output(side: from.h), w: window.output(side: from.w), c: from.c * copies))
    forward.append(.depthwise(x: x, y: y, weight: weight, window, copies: copies))
    if let recompute = recomputed[x.index] {
      // Backward steps run in reverse: the value first, then what reads it.
      let made = buffer(from)
      backward.append { network in
        let delivery = network.delivery(to: x)
        return .depthwiseBackward(
          dy: network.gradient(y), x: made, dx: network.target(x), weight: weight, window, copies: copies, delivery)
      }
      backward.append { _ in recompute(made) }
      return y
    }
    backward.append { network in
      let delivery = network.delivery(to: x)
      return .depthwiseBackward(
        dy: network.gradient(y), x: x, dx: network.target(x), weight: weight, window, copies: copies, delivery)
    }
    return y
  }

  /// With `again`, the backward pass computes the result anew wherever it would read it, as the planner has it.
  mutating func batchNorm(
    _ x: Buffer, copies: Int = 1, epsilon: Double = 1e-3, function: EngineInstruction.Function? = nil,
    again: Bool = false
  ) -> Buffer {
    let from = shape(x)
    let extent = copies == 1 ? [from.c] : [copies, from.c / copies]
    let scale = parameter(extent, .undecayed)
    let shift = parameter(extent, .undecayed)
    let mean = parameter(extent, .statistic)
    let variance = parameter(extent, .statistic)
    let y = buffer(from)
    let batchMean = buffer(Shape(n: 1, c: from.c))
    let rstd = buffer(Shape(n: 1, c: from.c))
    let norm = EngineInstruction.Normalisation(
      scale: scale, shift: shift, running: .init(mean: mean, variance: variance), epsilon: epsilon)
    forward.append(.batchNorm(x: x, y: y, mean: batchMean, rstd: rstd, norm, function))
    if again {
      recomputed[y.index] = { made in
        .normalise(x: x, mean: batchMean, rstd: rstd, y: made, scale: scale, shift: shift, function)
      }
    }
    guard x != images else { return y }
    backward.append { network in
      let delivery = network.delivery(to: x)
      return .batchNormBackward(
        dy: network.gradient(y), x: x, mean: batchMean, rstd: rstd, dx: network.gradient(x), scale: scale,
        shift: shift, function: function, delivery)
    }
    return y
  }

  mutating func activation(_ x: Buffer, _ function: EngineInstruction.Function) -> Buffer {
    let y = buffer(shape(x))
    forward.append(.activation(x: x, y: y, function))
    guard x != images else { return y }
    backward.append { network in
      let delivery = network.delivery(to: x)
      return .activationBackward(dy: network.gradient(y), x: x, dx: network.gradient(x), function, delivery)
    }
    return y
  }

  mutating func globalPool(_ x: Buffer) -> Buffer {
    let y = buffer(Shape(n: shape(x).n, c: shape(x).c))
    forward.append(.globalPool(x: x, y: y))
    guard x != images else { return y }
    backward.append { network in
      let delivery = network.delivery(to: x)
      return .globalPoolBackward(dy: network.gradient(y), dx: network.gradient(x), delivery)
    }
    return y
  }

  mutating func linear(_ x: Buffer, out: Int, copies: Int = 1, bias: Bool = true) -> Buffer {
    let inputs = shape(x).c
    let weight = parameter(copies == 1 ? [out, inputs] : [copies, out, inputs])
    let shift = bias ? parameter(copies == 1 ? [out] : [copies, out], .undecayed) : nil
    let y = buffer(Shape(n: shape(x).n, c: out * copies))
    forward.append(.linear(x: x, y: y, weight: weight, bias: shift))
    backward.append { network in
      let delivery = network.delivery(to: x)
      return .linearBackward(
        dy: network.gradient(y), x: x, dx: network.target(x), weight: weight, bias: shift, delivery)
    }
    return y
  }

  mutating func scale(_ x: Buffer, by factor: Buffer) -> Buffer {
    let y = buffer(shape(x))
    forward.append(.scale(x: x, by: factor, y: y))
    guard x != images else { return y }
    backward.append { network in
      let delivery = network.delivery(to: x)
      let factorDelivery = network.delivery(to: factor)
      return .scaleBackward(
        dy: network.gradient(y), x: x, by: factor, dx: network.gradient(x), dby: network.gradient(factor),
        deliverDx: delivery, deliverDby: factorDelivery)
    }
    return y
  }

  mutating func copiesSum(_ x: Buffer, copies: Int) -> Buffer {
    var narrow = shape(x)
    narrow.c /= copies
    let y = buffer(narrow)
    forward.append(.copiesSum(x: x, y: y, copies: copies))
    guard x != images else { return y }
    backward.append { network in
      let delivery = network.delivery(to: x)
      return .copiesSumBackward(dy: network.gradient(y), dx: network.gradient(x), copies: copies, delivery)
    }
    return y
  }

  mutating func copiesSoftmax(_ x: Buffer, copies: Int) -> Buffer {
    let y = buffer(shape(x))
    forward.append(.copiesSoftmax(x: x, y: y, copies: copies))
    guard x != images else { return y }
    backward.append { network in
      let delivery = network.delivery(to: x)
      return .copiesSoftmaxBackward(dy: network.gradient(y), y: y, dx: network.gradient(x), copies: copies, delivery)
    }
    return y
  }

  mutating func copiesWeightedSum(_ x: Buffer, weights: Buffer, copies: Int) -> Buffer {
    var narrow = shape(x)
    narrow.c /= copies
    let y = buffer(narrow)
    forward.append(.copiesWeightedSum(x: x, weights: weights, y: y, copies: copies))
    guard x != images else { return y }
    backward.append { network in
      let delivery = network.delivery(to: x)
      let weightDelivery = network.delivery(to: weights)
      return .copiesWeightedSumBackward(
        dy: network.gradient(y), x: x, weights: weights, dx: network.gradient(x), dweights: network.gradient(weights),
        copies: copies, deliverDx: delivery, deliverDweights: weightDelivery)
    }
    return y
  }

  mutating func add(_ a: Buffer, _ b: Buffer) -> Buffer {
    let y = buffer(shape(a))
    forward.append(.add(a, b, y: y))
    for operand in [a, b] {
      backward.append { network in
        let delivery = network.delivery(to: operand)
        return .copy(from: network.gradient(y), to: network.gradient(operand), delivery)
      }
    }
    return y
  }

  mutating func pool(_ x: Buffer, _ pooling: EngineInstruction.Pooling, _ window: Window) -> Buffer {
    let from = shape(x)
    let y = buffer(
      Shape(n: from.n, h: window.output(side: from.h), w: window.output(side: from.w), c: from.c))
    forward.append(.pool(x: x, y: y, pooling, window))
    guard x != images else { return y }
    backward.append { network in
      let delivery = network.delivery(to: x)
      return .poolBackward(dy: network.gradient(y), x: x, dx: network.gradient(x), pooling, window, delivery)
    }
    return y
  }

  /// A classifier on the pooled sum of each value's own linear layer.
  mutating func classify(_ values: [Buffer], classes: Int) -> Buffer {
    var logits: Buffer?
    for value in values {
      let layer = linear(globalPool(value), out: classes)
      logits = logits.map { add($0, layer) } ?? layer
    }
    return logits!
  }

  /// Input 1, 2, ... of the batch.
  mutating func input(_ number: Int, _ shape: Shape) -> Buffer {
    buffers.append(EngineBuffer(.input(number), shape))
    return Buffer(buffers.count - 1)
  }

  func program(logits: Buffer, reading: Buffer? = nil) -> EngineProgram {
    program(outputs: [logits], reading: reading)
  }

  /// The program with a loss for each output. `reading` is the value that answers carry instead of the first output.
  func program(outputs: [Buffer], reading: Buffer? = nil) -> EngineProgram {
    var network = self
    var instructions: [EngineInstruction] = []
    for (number, logits) in outputs.enumerated() {
      network.forward.append(.crossEntropy(logits: logits, smoothing: smoothing, output: number))
      let dlogits = network.gradient(logits)
      network.hasGradient.insert(logits.index)
      instructions.append(
        .crossEntropyBackward(logits: logits, dlogits: dlogits, smoothing: smoothing, output: number))
    }
    for step in backward.reversed() { instructions.append(step(&network)) }
    return EngineProgram(
      forward: network.forward, backward: instructions, buffers: network.buffers, slices: network.slices,
      logits: reading ?? outputs[0], arenaBytes: network.arena)
  }

  // MARK: Running

  /// A context with every tensor drawn from the seed; running variances are positive.
  func context(
    _ options: EngineOptions = EngineOptions(elementType: .float64), seed: UInt64 = 1
  ) throws -> EngineContext {
    let context = try EngineContext(library: TestEngine.library(), options: options, tensors: tensors)
    var random = SeededRandom(seed: seed)
    for (index, tensor) in tensors.enumerated() {
      let range: ClosedRange<Double> = tensor.role == .statistic ? 0.5...1.5 : -0.8...0.8
      try context.write((0..<tensor.count).map { _ in random.uniform(range) }, of: index)
    }
    try context.writeBatch(0, images: batchImages(seed: seed), labels: batchLabels(classes: 3), shape: input)
    return context
  }

  func batchImages(seed: UInt64 = 1) -> [Float] {
    var random = SeededRandom(seed: seed &+ 1000)
    return (0..<input.count).map { _ in Float(random.uniform(-1...1)) }
  }

  func batchLabels(classes: Int) -> [Int] { (0..<input.n).map { ($0 * 2 + 1) % classes } }
}

extension EngineBuffer.Storage {
  fileprivate var isArena: Bool {
    switch self {
    case .arena: true
    case .images, .input: false
    }
  }
}

extension EngineInstruction {
  /// Of those that `append` takes: whether there are gradients to compute even where the operand is the images.
  fileprivate var hasWeights: Bool {
    switch self {
    case .groupedConvolution, .dilatedDepthwise, .layerNorm, .positionEmbedding, .mask: true
    default: false
    }
  }
}

/// What finite differences are taken of: the mean cross-entropy with label smoothing, from logits [n, classes].
func crossEntropy(_ logits: [Double], labels: [Int], smoothing: Double) -> Double {
  let classes = logits.count / labels.count
  var total = 0.0
  for (row, label) in labels.enumerated() {
    let line = Array(logits[row * classes..<(row + 1) * classes])
    let peak = line.max()!
    let normaliser = peak + log(line.map { exp($0 - peak) }.reduce(0, +))
    for (index, logit) in line.enumerated() {
      let target = smoothing / Double(classes) + (index == label ? 1 - smoothing : 0)
      total -= target * (logit - normaliser)
    }
  }
  return total / Double(labels.count)
}
