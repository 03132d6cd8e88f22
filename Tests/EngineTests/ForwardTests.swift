import Testing

@testable import Engine

/// A network whose answers carry one operation's result, beside the values that the naive loop needs.
struct Probe {
  var network: TestNetwork
  let elementType: EngineElementType

  init(_ input: EngineBuffer.Shape, _ elementType: EngineElementType, margin: TestNetwork.Margin = .around) {
    network = TestNetwork(input: input, margin: margin, elementType: elementType)
    self.elementType = elementType
  }

  var images: Naive { Naive(network.input, network.batchImages().map(Double.init)) }

  /// Runs the program once, in `statistics`, and gives the value of `buffer`, and each slice's elements.
  func run(
    _ buffer: EngineBuffer.ID, statistics: EngineStatistics = .batch
  ) throws -> (value: Naive, slices: [[Double]], context: EngineContext) {
    var network = network
    let logits = network.classify([buffer], classes: 3)
    let context = try network.context(EngineOptions(elementType: elementType))
    let job = EngineJob(program: network.program(logits: logits, reading: buffer), batch: 0)
    let slices = try network.slices.map { try elements(of: $0, in: context) }
    let answer = try context.answers(of: [job], statistics: statistics)[0]
    return (Naive(network.shape(buffer), answer.logits), slices, context)
  }

  /// The elements of a box, row-major.
  func elements(of slice: EngineSlice, in context: EngineContext) throws -> [Double] {
    let shape = context.tensors[slice.tensor].shape
    var indices = [0]
    for axis in shape.indices {
      indices = indices.flatMap { base in
        (0..<slice.extent[axis]).map { base * shape[axis] + slice.offset[axis] + $0 }
      }
    }
    let values = try context.read(of: slice.tensor, as: Double.self)
    return indices.map { values[$0] }
  }
}

/// Sums here have at most 75 terms of size about 1.
func expect(
  _ found: Naive, equals wanted: Naive, _ type: EngineElementType,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.shape == wanted.shape, sourceLocation: sourceLocation)
  let error = zip(found.values, wanted.values).map { abs($0 - $1) }.max() ?? 0
  let tolerance = type == .float64 ? 1e-13 : 2e-5
  #expect(error <= tolerance, sourceLocation: sourceLocation)
}

let bothTypes: [EngineElementType] = [.float32, .float64]

@Suite struct ForwardTests {
  static let windows = [1, 2, 3, 5].flatMap { kernel in
    [1, 2, 3].map { EngineInstruction.Window(kernel: kernel, stride: $0) }
  }

  @Test(arguments: windows, [3, 6])
  func `a convolution is its loop`(window: EngineInstruction.Window, side: Int) throws {
    for type in bothTypes {
      for bias in [true, false] {
        var probe = Probe(.init(n: 2, h: side, w: 5, c: 3), type)
        let y = probe.network.convolution(probe.network.images, out: 4, window, bias: bias)
        let (value, slices, _) = try probe.run(y)
        let wanted = probe.images.convolution(slices[0], bias: bias ? slices[1] : nil, out: 4, window)
        expect(value, equals: wanted, type)
      }
    }
  }

  @Test(arguments: windows, [1, 2, 4])
  func `a depthwise convolution is its loop`(window: EngineInstruction.Window, copies: Int) throws {
    for type in bothTypes {
      for channels in [1, 3, 19] {
        var probe = Probe(.init(n: 2, h: 6, w: 5, c: channels), type)
        let y = probe.network.depthwise(probe.network.images, copies: copies, window)
        let (value, slices, _) = try probe.run(y)
        expect(value, equals: probe.images.depthwise(slices[0], copies: copies, window), type)
      }
    }
  }

  @Test(arguments: windows, EngineInstruction.Pooling.allCases)
  func `pooling is its loop`(window: EngineInstruction.Window, pooling: EngineInstruction.Pooling) throws {
    for type in bothTypes {
      var probe = Probe(.init(n: 2, h: 6, w: 5, c: 3), type)
      let y = probe.network.pool(probe.network.images, pooling, window)
      expect(try probe.run(y).value, equals: probe.images.pool(pooling, window), type)
    }
  }

  @Test(arguments: EngineInstruction.Function.allCases)
  func `an activation is its formula`(function: EngineInstruction.Function) throws {
    for type in bothTypes {
      var probe = Probe(.init(n: 2, h: 6, w: 5, c: 3), type)
      // Stretched so that the hard functions meet both of their kinks.
      let wide = probe.network.convolution(probe.network.images, out: 16, .init(kernel: 5))
      let y = probe.network.activation(wide, function)
      let (value, slices, _) = try probe.run(y)
      let stretched = probe.images.convolution(slices[0], bias: nil, out: 16, .init(kernel: 5))
      #expect(stretched.values.contains { $0 > 3 } && stretched.values.contains { $0 < -3 })
      expect(value, equals: stretched.activation(function), type)
    }
  }

  @Test(arguments: [1, 2])
  func `batch norm is its formula in every mode`(copies: Int) throws {
    for type in bothTypes {
      var probe = Probe(.init(n: 3, h: 4, w: 5, c: 4), type)
      let y = probe.network.batchNorm(probe.network.images, copies: copies, epsilon: 1e-2)
      let (mean, variance) = probe.images.statistics()
      let (value, slices, _) = try probe.run(y)
      func wanted(_ mean: [Double], _ variance: [Double]) -> Naive {
        probe.images.normalised(mean: mean, variance: variance, scale: slices[0], shift: slices[1], epsilon: 1e-2)
      }
      expect(value, equals: wanted(mean, variance), type)
      expect(try probe.run(y, statistics: .fixed).value, equals: wanted(slices[2], slices[3]), type)

      let recorded = try probe.run(y, statistics: .record(factor: 0.25))
      expect(recorded.value, equals: wanted(mean, variance), type)
      let unbiased = variance.map { $0 * 60 / 59 }
      for (slice, batch) in [(2, mean), (3, unbiased)] {
        let now = try probe.elements(of: probe.network.slices[slice], in: recorded.context)
        let before = slices[slice]
        let blended = zip(before, batch).map { 0.75 * $0 + 0.25 * $1 }
        let error = zip(now, blended).map { abs($0 - $1) }.max()!
        #expect(error < (type == .float64 ? 1e-14 : 1e-6))
      }
    }
  }

  @Test func `a single value has no unbiased variance`() throws {
    var probe = Probe(.init(n: 1, c: 3), .float64)
    let y = probe.network.batchNorm(probe.network.images)
    let (value, slices, context) = try probe.run(y, statistics: .record(factor: 1))
    // All deviations are zero, so the shift is what is left, up to the rounding of x * a + b.
    for (a, b) in zip(value.values, slices[1]) { #expect(abs(a - b) < 1e-13) }
    #expect(try probe.elements(of: probe.network.slices[3], in: context) == [0, 0, 0])
  }

  @Test func `global pool and linear layers are their loops`() throws {
    for type in bothTypes {
      for copies in [1, 3] {
        var probe = Probe(.init(n: 2, h: 4, w: 5, c: 6), type)
        let pooled = probe.network.globalPool(probe.network.images)
        let y = probe.network.linear(pooled, out: 4, copies: copies)
        let (value, slices, _) = try probe.run(y)
        expect(
          value, equals: probe.images.globalPool().linear(slices[0], bias: slices[1], out: 4 * copies), type)
        expect(try probe.run(pooled).value, equals: probe.images.globalPool(), type)
      }
    }
  }

  @Test(arguments: [1, 2, 3])
  func `the operations on copies are their loops`(copies: Int) throws {
    for type in bothTypes {
      var probe = Probe(.init(n: 2, h: 4, w: 5, c: 6), type)
      let images = probe.network.images
      let sum = probe.network.copiesSum(images, copies: copies)
      let weights = probe.network.copiesSoftmax(probe.network.globalPool(images), copies: copies)
      let mixed = probe.network.copiesWeightedSum(images, weights: weights, copies: copies)
      let softmax = probe.images.globalPool().copiesSoftmax(copies)
      expect(try probe.run(sum).value, equals: probe.images.copiesSum(copies), type)
      expect(try probe.run(weights).value, equals: softmax, type)
      expect(try probe.run(mixed).value, equals: probe.images.scaled(by: softmax).copiesSum(copies), type)
    }
  }

  @Test func `scale and add are their loops`() throws {
    for type in bothTypes {
      var probe = Probe(.init(n: 2, h: 4, w: 5, c: 6), type)
      let images = probe.network.images
      let y = probe.network.scale(images, by: probe.network.globalPool(images))
      let twice = probe.network.add(y, images)
      let wanted = probe.images.scaled(by: probe.images.globalPool())
      expect(try probe.run(y).value, equals: wanted, type)
      expect(
        try probe.run(twice).value,
        equals: Naive(wanted.shape, zip(wanted.values, probe.images.values).map { $0 + $1 }), type)
    }
  }

  /// ResNeSt's r-softmax on the numbers 0 ... 7 (timm/layers/split_attn.py), radix 2, one group.
  @Test func `split attention's weights are ResNeSt's`() throws {
    var network = TestNetwork(input: .init(n: 1, c: 8), margin: .none)
    let weights = network.copiesSoftmax(network.images, copies: 2)
    let logits = network.classify([weights], classes: 3)
    let context = try network.context()
    try context.writeBatch(0, images: (0..<8).map(Float.init), labels: [0], shape: network.input)
    let job = EngineJob(program: network.program(logits: logits, reading: weights), batch: 0)
    let found = try context.answers(of: [job], statistics: .batch)[0].logits
    for (index, weight) in found.enumerated() { #expect(abs(weight - (index < 4 ? 0.017986 : 0.982014)) < 1e-6) }
  }

  @Test func `loss and hits are those of the logits`() throws {
    var network = TestNetwork(input: .init(n: 7, h: 2, w: 2, c: 3), smoothing: 0.2)
    let logits = network.classify([network.images], classes: 4)
    let context = try network.context()
    let labels = [0, 1, 2, 3, 1, 0, 2]
    try context.writeBatch(0, images: network.batchImages(), labels: labels, shape: network.input)
    let answer = try context.answers(
      of: [EngineJob(program: network.program(logits: logits), batch: 0)], statistics: .batch)[0]
    #expect(abs(answer.outcome.loss - crossEntropy(answer.logits, labels: labels, smoothing: 0)) < 1e-14)
    let hits = labels.indices.filter { row in
      let line = answer.logits[row * 4..<row * 4 + 4]
      return line.firstIndex(of: line.max()!)! - row * 4 == labels[row]
    }
    #expect(answer.outcome.correct == hits.count)
    #expect(answer.outcome.weight == 0)
  }
}
