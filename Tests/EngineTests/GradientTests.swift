import Testing

@testable import Engine

/// A network of one kind of operation, for the gradient and the forward tests alike.
struct OperationCase: Sendable, CustomTestStringConvertible {
  let name: String
  let input: EngineBuffer.Shape
  /// Adds the operation to a network, on a value that is no image, and gives its result.
  let build: @Sendable (inout TestNetwork, EngineBuffer.ID) -> EngineBuffer.ID

  var testDescription: String { name }

  static let sizes = [(h: 5, w: 6), (h: 4, w: 7)]

  static let all: [OperationCase] = {
    var cases: [OperationCase] = []
    func add(
      _ name: String, h: Int = 5, w: Int = 4,
      _ build: @escaping @Sendable (inout TestNetwork, EngineBuffer.ID) -> EngineBuffer.ID
    ) {
      cases.append(OperationCase(name: "\(name) on \(h)x\(w)", input: .init(n: 2, h: h, w: w, c: 3), build: build))
    }
    for (h, w) in sizes {
      for kernel in [1, 3, 5] {
        for stride in [1, 2] {
          let window = EngineInstruction.Window(kernel: kernel, stride: stride)
          add("convolution \(kernel) stride \(stride)", h: h, w: w) { $0.convolution($1, out: 5, window) }
          add("convolution \(kernel) stride \(stride) with bias", h: h, w: w) {
            $0.convolution($1, out: 2, window, bias: true)
          }
          for copies in [1, 2, 4] {
            add("depthwise \(kernel) stride \(stride) copies \(copies)", h: h, w: w) {
              $0.depthwise($1, copies: copies, window)
            }
          }
        }
      }
      for pooling in EngineInstruction.Pooling.allCases {
        for (kernel, stride) in [(2, 2), (3, 1), (3, 2), (5, 2)] {
          add("pool \(pooling) \(kernel) stride \(stride)", h: h, w: w) {
            $0.pool($1, pooling, .init(kernel: kernel, stride: stride))
          }
        }
      }
    }
    add("batch norm") { $0.batchNorm($1) }
    add("batch norm of copies") { network, x in
      let wide = network.depthwise(x, copies: 2, .init(kernel: 1))
      return network.batchNorm(wide, copies: 2)
    }
    for function in EngineInstruction.Function.allCases { add("\(function)") { $0.activation($1, function) } }
    // ATen's derivative of the hard sigmoid is 1 / 6 in float32 in float64 too: 3e-8 off, which these gradients would show.
    for function in EngineInstruction.Function.allCases where function != .hardSigmoid {
      add("batch norm with \(function)") { $0.batchNorm($1, function: function) }
      for again in [false, true] {
        add("depthwise of batch norm with \(function), again \(again)") { network, x in
          network.depthwise(network.batchNorm(x, function: function, again: again), copies: 1, .init(kernel: 3))
        }
      }
    }
    add("global pool") { $0.globalPool($1) }
    for copies in [1, 2, 4] {
      add("linear of copies \(copies)") { network, x in
        network.linear(network.globalPool(x), out: 3, copies: copies)
      }
    }
    add("linear without bias") { network, x in network.linear(network.globalPool(x), out: 3, bias: false) }
    add("squeeze and excite") { network, x in
      let squeezed = network.linear(network.globalPool(x), out: network.shape(x).c)
      return network.scale(x, by: network.activation(squeezed, .hardSigmoid))
    }
    for copies in [1, 2, 4] {
      add("copies sum \(copies)") { network, x in
        network.copiesSum(network.depthwise(x, copies: copies, .init(kernel: 3)), copies: copies)
      }
      add("split attention \(copies)") { network, x in
        let wide = network.depthwise(x, copies: copies, .init(kernel: 3))
        let pooled = network.globalPool(network.copiesSum(wide, copies: copies))
        let scores = network.linear(pooled, out: network.shape(x).c, copies: copies)
        let weights = network.copiesSoftmax(scores, copies: copies)
        return network.copiesWeightedSum(wide, weights: weights, copies: copies)
      }
    }
    add("add") { network, x in network.add(x, x) }
    addFurther { name, h, w, build in add(name, h: h, w: w, build) }
    add("residual inverted bottleneck") { network, x in
      let wide = network.activation(network.batchNorm(network.convolution(x, out: 6, .init(kernel: 1))), .swish)
      let middle = network.activation(
        network.batchNorm(network.depthwise(wide, copies: 1, .init(kernel: 3))), .hardSwish)
      return network.add(network.batchNorm(network.convolution(middle, out: 3, .init(kernel: 1))), x)
    }
    return cases
  }()

  typealias Build = @Sendable (inout TestNetwork, EngineBuffer.ID) -> EngineBuffer.ID

  private static func addFurther(_ add: (_ name: String, _ h: Int, _ w: Int, _ build: @escaping Build) -> Void) {
    for window in [
      TestNetwork.GroupedWindow(height: 3, width: 3, groups: 3), .init(height: 3, width: 5, stride: 2),
      .init(height: 1, width: 7, groups: 3), .init(height: 3, width: 3, stride: 2, dilation: 2),
      .init(height: 1, width: 1, groups: 3),
    ] {
      for bias in [false, true] {
        let name = "convolution \(window.height)x\(window.width) stride \(window.stride) dilation \(window.dilation)"
        add("\(name) groups \(window.groups) bias \(bias)", 5, 4) {
          $0.groupedConvolution($1, out: 6, window, bias: bias)
        }
      }
    }
    for (kernel, stride) in [(3, 1), (3, 2), (5, 1), (5, 2)] {
      for copies in [1, 2] {
        add("depthwise \(kernel) stride \(stride) copies \(copies) dilation 2", 7, 6) {
          $0.dilatedDepthwise($1, copies: copies, .init(kernel: kernel, stride: stride), dilation: 2)
        }
      }
    }
    add("multiply", 5, 4) { network, x in network.multiply(x, network.convolution(x, out: 3, .init(kernel: 1))) }
    add("square", 5, 4) { network, x in network.multiply(x, x) }
    add("concat", 5, 4) { network, x in
      network.concat([x, network.convolution(x, out: 2, .init(kernel: 3)), x])
    }
    for groups in [2, 3] {
      add("shuffle \(groups)", 5, 4) { network, x in
        network.shuffle(network.convolution(x, out: 6, .init(kernel: 1)), groups: groups)
      }
    }
    for (parts, groups) in [(2, 1), (2, 3), (1, 3), (3, 2)] {
      add("softmax of \(parts) parts in \(groups) groups", 3, 2) { network, x in
        network.softmax(network.convolution(x, out: 12, .init(kernel: 1)), parts: parts, groups: groups)
      }
    }
    for resampling in EngineInstruction.Resampling.allCases {
      for (h, w) in [(10, 8), (3, 2), (7, 4)] {
        add("resize \(resampling) to \(h)x\(w)", 5, 4) { $0.resize($1, h: h, w: w, resampling) }
      }
    }
    for (first, second) in [(3, 2), (1, 6), (3, 6)] {
      add("mixture of \(first) and \(second) channels", 5, 4) { network, x in
        let wide = network.convolution(x, out: 6, .init(kernel: 1))
        return network.mixture([(x, first), (wide, second), (x, first)], channels: 6)
      }
    }
    add("spread to 10x7", 5, 4) { network, x in
      network.spread(network.convolution(x, out: 2, .init(kernel: 1)), h: 10, w: 7)
    }
    add("layer norm", 3, 2) { $0.layerNorm($1) }
    add("position embedding", 3, 2) { $0.positionEmbedding($1) }
    for heads in [1, 3] {
      add("attention with \(heads) heads", 3, 2) { $0.attention($1, memory: $1, width: 6, heads: heads) }
    }
    add("attention over a memory", 3, 2) { network, x in
      let memory = network.convolution(x, out: 2, .init(kernel: 3, stride: 2))
      return network.attention(x, memory: memory, width: 4, heads: 2)
    }
  }

  /// The operation twice on one value, with separate weights: that value's gradient is written and added to.
  func network(
    margin: TestNetwork.Margin, smoothing: Double = 0, elementType: EngineElementType = .float64
  ) -> (TestNetwork, logits: EngineBuffer.ID) {
    var network = TestNetwork(input: input, margin: margin, smoothing: smoothing, elementType: elementType)
    let stem = network.convolution(network.images, out: 3, .init(kernel: 1))
    let first = build(&network, stem)
    let second = build(&network, stem)
    let logits = network.classify([first, second], classes: 3)
    return (network, logits)
  }
}

/// Largest |gradient - central difference| over `samples` elements of every trained tensor.
func gradientError(
  _ network: TestNetwork, logits: EngineBuffer.ID, seed: UInt64, samples: Int
) throws -> (error: Double, largest: Double) {
  let context = try network.context(seed: seed)
  let job = EngineJob(program: network.program(logits: logits), batch: 0)
  _ = try context.accumulate([job], weighting: .uniform)
  let gradients = try network.tensors.indices.map { try context.read(.gradient, of: $0, as: Double.self) }
  let labels = network.batchLabels(classes: 3)
  func loss() throws -> Double {
    let answers = try context.answers(of: [job], statistics: .batch)
    return crossEntropy(answers[0].logits, labels: labels, smoothing: network.smoothing)
  }
  var random = SeededRandom(seed: seed)
  var error = 0.0
  var largest = 0.0
  let step = 1e-5
  for (tensor, declared) in network.tensors.enumerated() where declared.role != .statistic {
    let values = try context.read(of: tensor, as: Double.self)
    // Elements with a gradient first: most of a tensor with margins has none.
    let hit = gradients[tensor].indices.filter { gradients[tensor][$0] != 0 }.shuffled(using: &random)
    let rest = gradients[tensor].indices.filter { gradients[tensor][$0] == 0 }.shuffled(using: &random)
    for element in hit.prefix(samples) + rest.prefix(2) {
      var changed = values
      changed[element] += step
      try context.write(changed, of: tensor)
      let above = try loss()
      changed[element] = values[element] - step
      try context.write(changed, of: tensor)
      let below = try loss()
      error = max(error, abs((above - below) / (2 * step) - gradients[tensor][element]))
      largest = max(largest, abs(gradients[tensor][element]))
    }
    try context.write(values, of: tensor)
  }
  return (error, largest)
}

@Suite struct GradientTests {
  /// A central difference of step h has an error of h² f''' / 6 and ε / h: 1e-10 and 1e-11 here.
  static let tolerance = 2e-9

  @Test(arguments: OperationCase.all)
  func `the gradient is that of finite differences`(operation: OperationCase) throws {
    for margin in [TestNetwork.Margin.around, .none] {
      let (network, logits) = operation.network(margin: margin)
      let (error, largest) = try gradientError(network, logits: logits, seed: 7, samples: 4)
      #expect(error < Self.tolerance)
      #expect(largest > 1e-3)
    }
  }

  @Test func `the loss's gradient is smoothed`() throws {
    let (network, logits) = OperationCase.all[0].network(margin: .around, smoothing: 0.1)
    #expect(try gradientError(network, logits: logits, seed: 3, samples: 6).error < Self.tolerance)
  }

  /// The element types run different kernels, and so do the two kernel sets of float32.
  @Test(arguments: OperationCase.all, [EngineOptions.Kernels.best, .reference])
  func `float32 gradients are those of float64`(operation: OperationCase, kernels: EngineOptions.Kernels) throws {
    var planes: [[[Double]]] = []
    for type in [EngineElementType.float32, .float64] {
      let (network, logits) = operation.network(margin: .around, elementType: type)
      let context = try network.context(EngineOptions(elementType: type, kernels: kernels), seed: 5)
      _ = try context.accumulate([EngineJob(program: network.program(logits: logits), batch: 0)], weighting: .uniform)
      planes.append(try network.tensors.indices.map { try context.read(.gradient, of: $0, as: Double.self) })
    }
    for (single, double) in zip(planes[0], planes[1]) {
      let largest = double.map(abs).max()!
      let error = zip(single, double).map { abs($0 - $1) }.max()!
      #expect(error <= 2e-5 * max(largest, 0.1))
    }
  }
}
