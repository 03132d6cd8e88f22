import Testing

@testable import Engine

/// Masked sums against their loops, on every set of kernels.
@Suite struct MaskTests {
  static let options = [
    EngineOptions(elementType: .float64), EngineOptions(), EngineOptions(kernels: .reference),
  ]

  @Test(arguments: options)
  func `a mixture is the masked sum of its values`(options: EngineOptions) throws {
    let input = EngineBuffer.Shape(n: 3, h: 4, w: 5, c: 6)
    var network = TestNetwork(input: input, elementType: options.elementType)
    let narrow = network.convolution(network.images, out: 2, .init(kernel: 1))
    let mixed = network.mixture([(narrow, 2), (network.images, 4)], channels: 5)
    let logits = network.classify([mixed], classes: 3)
    let context = try network.context(options, seed: 4)
    func values(_ buffer: EngineBuffer.ID) throws -> [Double] {
      let job = EngineJob(program: network.program(logits: logits, reading: buffer), batch: 0)
      return try context.answers(of: [job], statistics: .batch)[0].logits
    }
    let masks = try network.slices[1...2].map { slice in
      let whole = try context.read(of: slice.tensor, as: Double.self)
      return Array(whole[slice.offset[0]..<slice.offset[0] + slice.extent[0]])
    }
    let (from, images, found) = (try values(narrow), network.batchImages(seed: 4), try values(mixed))
    for row in 0..<60 {
      for channel in 0..<5 {
        let first = channel < 2 ? from[row * 2 + channel] * masks[0][channel] : 0
        let second = channel < 4 ? Double(images[row * 6 + channel]) * masks[1][channel] : 0
        #expect(abs(found[row * 5 + channel] - first - second) < 1e-6)
      }
    }
  }

  /// The mask is a parameter, so that it can change from one run of a program to the next, captured or not.
  @Test func `a program sees the masks of now`() throws {
    var network = TestNetwork(input: .init(n: 2, h: 3, w: 3, c: 3), margin: .none)
    let mixed = network.mixture([(network.images, 3)], channels: 3)
    let logits = network.classify([mixed], classes: 3)
    let job = EngineJob(program: network.program(logits: logits), batch: 0)
    let context = try network.context(seed: 8)
    var losses: Set<Double> = []
    for step in 0..<5 {
      try context.write([Double](repeating: Double(step) / 2, count: 3), of: 0)
      losses.insert(try context.accumulate([job], weighting: .uniform)[0].loss)
    }
    #expect(losses.count == 5)
  }

  @Test func `more elements than channels are refused`() throws {
    var network = TestNetwork(input: .init(n: 2, h: 3, w: 3, c: 3))
    let mixed = network.mixture([(network.images, 4)], channels: 5)
    let logits = network.classify([mixed], classes: 3)
    let job = EngineJob(program: network.program(logits: logits), batch: 0)
    let context = try network.context()
    #expect(throws: EngineError.self) { try context.evaluate([job], statistics: .batch) }
  }
}
