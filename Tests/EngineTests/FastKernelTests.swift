import Testing

@testable import Engine

/// The fast kernels against the reference in float64, on shapes that meet every vector width and every remainder.
@Suite(.enabled(if: TestEngine.device == .cpu, "CUDA has the reference kernels only"))
struct FastKernelTests {
  typealias Window = EngineInstruction.Window

  static let channels = [1, 3, 8, 12, 20, 33, 96]
  static let sides = [(h: 1, w: 1), (h: 2, w: 5), (h: 9, w: 14)]
  static let functions: [EngineInstruction.Function] = [.relu, .swish, .hardSwish, .sigmoid, .hardSigmoid]

  /// A network of `build` twice on a value of `channels` channels, so that its gradient is written and added to.
  ///
  /// The value comes from a 3x3 convolution, whose weight gradients see the value's gradient shifted to and fro.
  struct Case {
    var input: EngineBuffer.Shape
    var channels: Int
    var build: (inout TestNetwork, EngineBuffer.ID) -> EngineBuffer.ID

    struct Result {
      var value: [Double]
      var gradients: [[Double]]
    }

    func run(_ options: EngineOptions, statistics: EngineStatistics = .batch) throws -> Result {
      var network = TestNetwork(input: input, margin: .around, elementType: options.elementType)
      let x = network.convolution(network.images, out: channels, .init(kernel: 3))
      let first = build(&network, x)
      let logits = network.classify([first, build(&network, x)], classes: 3)
      // A gradient jumps where a value is within rounding of a kink; of this seed none is.
      let context = try network.context(options, seed: 12)
      let probe = EngineJob(program: network.program(logits: logits, reading: first), batch: 0)
      let value = try context.answers(of: [probe], statistics: statistics)[0].logits
      let job = EngineJob(program: network.program(logits: logits), batch: 0)
      _ = try context.accumulate([job], weighting: .uniform, recording: 0.5)
      var gradients = try network.tensors.indices.map { try context.read(.gradient, of: $0, as: Double.self) }
      // What batch norm recorded.
      for (index, tensor) in network.tensors.enumerated() where tensor.role == .statistic {
        gradients.append(try context.read(of: index, as: Double.self))
      }
      return Result(value: value, gradients: gradients)
    }

    /// `terms` is the longest sum: rounding errors grow like its root when they are independent, and the factor leaves
    /// room for a chain of layers.
    func expectAgreement(
      terms: Int, statistics: EngineStatistics = .batch, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let exact = try run(EngineOptions(elementType: .float64), statistics: statistics)
      let fast = try run(EngineOptions(), statistics: statistics)
      let tolerance = 32 * Double(Float.ulpOfOne) * Double(terms).squareRoot()
      for (found, wanted) in zip([fast.value] + fast.gradients, [exact.value] + exact.gradients) {
        let largest = max(wanted.map(abs).max() ?? 0, 0.05)
        let error = zip(found, wanted).map { abs($0 - $1) }.max() ?? 0
        #expect(error <= tolerance * largest, sourceLocation: sourceLocation)
      }
    }
  }

  private func cases(
    _ channels: Int, _ build: @escaping (inout TestNetwork, EngineBuffer.ID) -> EngineBuffer.ID
  ) -> [(Case, pixels: Int)] {
    Self.sides.map { side in
      (
        Case(input: .init(n: 3, h: side.h, w: side.w, c: 2), channels: channels, build: build),
        3 * side.h * side.w
      )
    }
  }

  @Test(arguments: channels, [1, 2, 3, 5, 7])
  func `depthwise convolutions agree with the reference`(channels: Int, kernel: Int) throws {
    for (stride, copies) in [(1, 1), (2, 1), (3, 2)] {
      let window = Window(kernel: kernel, stride: stride)
      for (network, pixels) in cases(channels, { $0.depthwise($1, copies: copies, window) })
      where window.output(side: network.input.h) > 0 && window.output(side: network.input.w) > 0 {
        try network.expectAgreement(terms: max(pixels, kernel * kernel))
      }
    }
  }

  @Test(arguments: channels)
  func `batch norm agrees with the reference`(channels: Int) throws {
    // Statistics of few values amplify errors by 1 / √epsilon at most, so epsilon is large here.
    for copies in [1, 3] where channels % copies == 0 {
      for (network, pixels) in cases(channels, { $0.batchNorm($1, copies: copies, epsilon: 0.1) }) {
        try network.expectAgreement(terms: pixels * 8)
        try network.expectAgreement(terms: pixels * 8, statistics: .fixed)
      }
    }
  }

  /// What lies between the two is never written where they run as one.
  @Test(arguments: channels, [nil] + functions.map(Optional.some))
  func `depthwise convolutions of normalised values agree with the reference`(
    channels: Int, function: EngineInstruction.Function?
  ) throws {
    for (kernel, stride, copies) in [(3, 1, 1), (5, 2, 1), (3, 2, 2)] {
      for (network, pixels) in cases(
        channels,
        { network, x in
          let normal = network.batchNorm(x, epsilon: 0.1, function: function, again: true)
          return network.depthwise(normal, copies: copies, .init(kernel: kernel, stride: stride))
        })
      {
        try network.expectAgreement(terms: pixels * 8)
        try network.expectAgreement(terms: pixels * 8, statistics: .fixed)
      }
    }
  }

  /// An inverted bottleneck: every 1x1 and depthwise convolution stands between batch norms, which are computed piece by
  /// piece in both passes. Enough rows for several pieces and parts.
  @Test(arguments: [5, 24], functions)
  func `bottlenecks agree with the reference`(channels: Int, function: EngineInstruction.Function) throws {
    for (side, stride) in [(4, 1), (17, 2)] {
      let network = Case(input: .init(n: 6, h: side, w: side, c: 2), channels: channels) { network, x in
        let wide = network.batchNorm(
          network.convolution(x, out: 3 * channels, .init(kernel: 1)), epsilon: 0.1, function: function, again: true)
        let filtered = network.batchNorm(
          network.depthwise(wide, copies: 1, .init(kernel: 3, stride: stride)), epsilon: 0.1, function: function,
          again: true)
        let narrow = network.batchNorm(network.convolution(filtered, out: channels, .init(kernel: 1)), epsilon: 0.1)
        return network.convolution(narrow, out: 7, .init(kernel: 1))
      }
      try network.expectAgreement(terms: 6 * side * side * 8)
      try network.expectAgreement(terms: 6 * side * side * 8, statistics: .fixed)
    }
  }

  /// Products over more elements than are summed at a time, and sums of a gradient that are beyond the first cache.
  @Test(arguments: [(24, 603), (144, 520)])
  func `wide bottlenecks agree with the reference`(channels: Int, middle: Int) throws {
    let network = Case(input: .init(n: 3, h: 9, w: 9, c: 2), channels: channels) { network, x in
      let wide = network.batchNorm(
        network.convolution(x, out: middle, .init(kernel: 1)), epsilon: 0.1, function: .relu, again: true)
      let narrow = network.batchNorm(network.convolution(wide, out: channels, .init(kernel: 1)), epsilon: 0.1)
      return network.add(narrow, x)
    }
    try network.expectAgreement(terms: 3 * 81 * 8)
  }

  @Test(arguments: channels, functions)
  func `activations agree with the reference`(channels: Int, function: EngineInstruction.Function) throws {
    for (network, pixels) in cases(channels, { $0.activation($1, function) }) {
      try network.expectAgreement(terms: max(pixels, 18))
    }
  }

  @Test(arguments: channels)
  func `scales, pools and sums agree with the reference`(channels: Int) throws {
    for (network, pixels) in cases(
      channels,
      { network, x in
        let scaled = network.scale(x, by: network.activation(network.globalPool(x), .sigmoid))
        return network.add(scaled, x)
      })
    { try network.expectAgreement(terms: max(pixels, 18)) }
  }

  @Test(arguments: channels, [1, 2, 3])
  func `sums over copies agree with the reference`(channels: Int, copies: Int) throws {
    for (network, pixels) in cases(
      channels,
      { network, x in
        let wide = network.depthwise(x, copies: copies, .init(kernel: 1))
        let pooled = network.globalPool(network.copiesSum(wide, copies: copies))
        let scores = network.linear(pooled, out: channels, copies: copies)
        let weights = network.copiesSoftmax(scores, copies: copies)
        return network.copiesWeightedSum(wide, weights: weights, copies: copies)
      })
    { try network.expectAgreement(terms: max(pixels, channels, 18)) }
  }

  /// A few steps of every kind, in three ways.
  @Test(arguments: [0.0, 0.9], [nil, 0.05])
  func `descent agrees with the reference`(momentum: Double, clipNorm: Double?) throws {
    func values(_ elementType: EngineElementType, _ kernels: EngineOptions.Kernels) throws -> [[Double]] {
      var network = TestNetwork(input: .init(n: 4, h: 5, w: 5, c: 3), margin: .around, elementType: elementType)
      let x = network.convolution(network.images, out: 7, .init(kernel: 3))
      let logits = network.classify([network.activation(network.batchNorm(x), .swish)], classes: 3)
      let context = try network.context(EngineOptions(elementType: elementType, kernels: kernels))
      let job = EngineJob(program: network.program(logits: logits), batch: 0)
      for _ in 0..<4 {
        _ = try context.accumulate([job], weighting: .uniform)
        _ = try context.update(
          EngineUpdate(
            .sgd(momentum: momentum), rate: 0.1, weightDecay: 0.01, clipNorm: clipNorm, averageDecay: 0.5))
      }
      return try network.tensors.indices.flatMap { tensor in
        try [EnginePlane.value, .momentum, .average].map { try context.read($0, of: tensor, as: Double.self) }
      }
    }
    let exact = try values(.float64, .reference)
    for found in [try values(.float32, .best), try values(.float32, .reference)] {
      for (a, b) in zip(found.joined(), exact.joined()) { #expect(abs(a - b) < 2e-5) }
    }
  }

  @Test(arguments: channels)
  func `pointwise products agree with the reference`(channels: Int) throws {
    for out in [1, 16, 40, 100] {
      for bias in [false, true] {
        for (network, pixels) in cases(
          channels, { $0.convolution($1, out: out, .init(kernel: 1), bias: bias) })
        { try network.expectAgreement(terms: max(pixels, channels)) }
      }
    }
  }

  @Test func `long sums lose nothing`() throws {
    // 64 images of 28x28 make several parts and blocks.
    let network = Case(input: .init(n: 64, h: 28, w: 28, c: 1), channels: 24) { network, x in
      let normal = network.activation(network.batchNorm(x), .swish)
      return network.batchNorm(network.convolution(normal, out: 20, .init(kernel: 1)))
    }
    try network.expectAgreement(terms: 64)
  }

  /// The mean is a thousand deviations from zero: a sum of squares in float32 would have no correct digit.
  @Test func `variance survives a large mean`() throws {
    var network = TestNetwork(input: .init(n: 8, h: 9, w: 9, c: 5), margin: .none, elementType: .float32)
    let y = network.batchNorm(network.images)
    let logits = network.classify([y], classes: 3)
    let context = try network.context(EngineOptions())
    let images = network.batchImages().map { 1000 + $0 }
    try context.writeBatch(0, images: images, labels: network.batchLabels(classes: 3), shape: network.input)
    _ = try context.evaluate(
      [EngineJob(program: network.program(logits: logits), batch: 0)], statistics: .record(factor: 1))
    let (mean, variance) = Naive(network.input, images.map(Double.init)).statistics()
    let count = Double(8 * 9 * 9)
    let found = try network.tensors.indices.filter { network.tensors[$0].role == .statistic }
      .map { try context.read(of: $0, as: Double.self) }
    for channel in 0..<5 {
      #expect(abs(found[0][channel] - mean[channel]) < 1e-4)
      #expect(abs(found[1][channel] - variance[channel] * count / (count - 1)) < 1e-5)
    }
  }

  /// Far outside the range where e^x is a float32, at the kinks, and beside them. Results below 1e-32 count as zero.
  @Test(arguments: functions)
  func `activations agree at their ends and kinks`(function: EngineInstruction.Function) throws {
    let magnitudes: [Float] = [0, 1e-30, 1e-4, 0.5, 2.999, 3, 3.001, 10, 20, 60, 87, 88, 89, 104, 200, 1e4]
    let points = magnitudes + magnitudes.map { -$0 }
    let shape = EngineBuffer.Shape(n: 1, h: 1, w: points.count, c: 1)
    func run(_ options: EngineOptions) throws -> (y: [Double], dx: [Double]) {
      var network = TestNetwork(input: shape, margin: .none, elementType: options.elementType)
      // A filter of one weight 1 passes the images on; with one point unlike zero, its gradient is that point's times it.
      var gradients: [Double] = []
      let x = network.depthwise(network.images, copies: 1, .init(kernel: 1))
      let y = network.activation(x, function)
      let logits = network.classify([y], classes: 3)
      let context = try network.context(options, seed: 2)
      try context.write([1.0], of: 0)
      try context.writeBatch(0, images: points, labels: [0], shape: shape)
      let probe = EngineJob(program: network.program(logits: logits, reading: y), batch: 0)
      let value = try context.answers(of: [probe], statistics: .batch)[0].logits
      for index in points.indices {
        var images = [Float](repeating: 0, count: points.count)
        images[index] = points[index]
        try context.writeBatch(0, images: images, labels: [0], shape: shape)
        _ = try context.accumulate([EngineJob(program: network.program(logits: logits), batch: 0)], weighting: .uniform)
        gradients.append(try context.read(.gradient, of: 0, as: Double.self)[0])
      }
      return (value, gradients)
    }
    let exact = try run(EngineOptions(elementType: .float64))
    let fast = try run(EngineOptions())
    for index in points.indices {
      #expect(abs(fast.y[index] - exact.y[index]) <= 4e-7 * max(abs(exact.y[index]), 1e-26))
      #expect(abs(fast.dx[index] - exact.dx[index]) <= 2e-5 * max(abs(exact.dx[index]), 1e-3))
    }
  }

  @Test func `threads inside operations change no fast kernel`() throws {
    func run(_ parallelism: EngineOptions.Parallelism) throws -> Case.Result {
      let network = Case(input: .init(n: 16, h: 21, w: 20, c: 2), channels: 12) { network, x in
        let normal = network.batchNorm(
          network.depthwise(x, copies: 1, .init(kernel: 3)), function: .swish, again: true)
        return network.depthwise(normal, copies: 1, .init(kernel: 5))
      }
      return try network.run(EngineOptions(parallelism: parallelism))
    }
    let one = try run(.lanes(threads: 1))
    let two = try run(.operations(threads: 2))
    // The values and batch norm's and the filter's gradients; the stem and the classifier are libtorch's.
    #expect(zip(one.value, two.value).allSatisfy { abs($0 - $1) <= 1e-6 })
    for (a, b) in zip(one.gradients, two.gradients) {
      let largest = max(a.map(abs).max() ?? 0, 0.05)
      #expect(zip(a, b).allSatisfy { abs($0 - $1) <= 1e-5 * largest })
    }
  }

  @Test func `the library says which loops it uses`() throws {
    let capability = try TestEngine.library().description.capability
    #expect(["loops baseline", "loops AVX2", "loops AVX512"].contains { capability.hasSuffix($0) })
  }
}
