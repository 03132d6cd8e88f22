import Foundation
import Testing

@testable import Engine

/// The operations beyond those of mobile networks against their loops.
@Suite struct FurtherForwardTests {
  typealias GroupedWindow = EngineInstruction.GroupedWindow

  static let windows = [
    GroupedWindow(height: 1, width: 1, groups: 2), .init(height: 3, width: 3, groups: 6),
    .init(height: 3, width: 3, dilation: 2), .init(height: 5, width: 5, stride: 2, dilation: 2, groups: 3),
    .init(height: 1, width: 7), .init(height: 7, width: 1, stride: 2), .init(height: 3, width: 5, dilation: 3),
  ]

  @Test(arguments: windows)
  func `a convolution in groups is its loop`(window: GroupedWindow) throws {
    for type in bothTypes {
      for bias in [true, false] {
        var probe = Probe(.init(n: 2, h: 6, w: 5, c: 6), type)
        let y = probe.network.groupedConvolution(probe.network.images, out: 12, window, bias: bias)
        let (value, slices, _) = try probe.run(y)
        let wanted = probe.images.groupedConvolution(slices[0], bias: bias ? slices[1] : nil, out: 12, window)
        expect(value, equals: wanted, type)
      }
    }
  }

  /// A depthwise convolution is one with a group for each channel; its copies lie one after another.
  @Test(arguments: [(3, 1), (3, 2), (5, 1), (5, 3)], [1, 2])
  func `a dilated depthwise convolution is its loop`(window: (kernel: Int, stride: Int), copies: Int) throws {
    for type in bothTypes {
      for dilation in [1, 2, 3] {
        var probe = Probe(.init(n: 2, h: 7, w: 6, c: 3), type)
        let y = probe.network.dilatedDepthwise(
          probe.network.images, copies: copies, .init(kernel: window.kernel, stride: window.stride),
          dilation: dilation)
        let (value, slices, _) = try probe.run(y)
        let grouped = GroupedWindow(
          height: window.kernel, width: window.kernel, stride: window.stride, dilation: dilation, groups: 3)
        for copy in 0..<copies {
          // [copies, kernel, kernel, channels] of a copy as [channels, kernel, kernel, 1].
          let area = window.kernel * window.kernel
          let weight = (0..<3 * area).map { slices[0][(copy * area + $0 % area) * 3 + $0 / area] }
          let wanted = probe.images.groupedConvolution(weight, bias: nil, out: 3, grouped)
          let found = Naive(wanted.shape) { n, h, w, c in value[n, h, w, copy * 3 + c] }
          expect(found, equals: wanted, type)
        }
      }
    }
  }

  @Test func `channels are copied and dealt out as their loops say`() throws {
    for type in bothTypes {
      var probe = Probe(.init(n: 2, h: 3, w: 2, c: 6), type)
      let images = probe.network.images
      let three = probe.network.shuffle(images, groups: 3)
      let two = probe.network.shuffle(three, groups: 2)
      let beside = probe.network.concat([three, images])
      let product = probe.network.multiply(images, three)
      let shuffled = probe.images.shuffled(3)
      expect(try probe.run(three).value, equals: shuffled, type)
      #expect(try probe.run(two).value.values == probe.images.values, "two shuffles undo each other")
      let wide = Naive(.init(n: 2, h: 3, w: 2, c: 12)) { n, h, w, c in
        c < 6 ? shuffled[n, h, w, c] : probe.images[n, h, w, c - 6]
      }
      expect(try probe.run(beside).value, equals: wide, type)
      let products = Naive(shuffled.shape, zip(shuffled.values, probe.images.values).map { $0 * $1 })
      expect(try probe.run(product).value, equals: products, type)
    }
  }

  @Test(arguments: [(1, 1), (2, 1), (2, 2), (4, 3), (3, 4)])
  func `softmax over parts is its loop`(parts: Int, groups: Int) throws {
    for type in bothTypes {
      var probe = Probe(.init(n: 2, h: 3, w: 2, c: 24), type)
      let y = probe.network.softmax(probe.network.images, parts: parts, groups: groups)
      expect(try probe.run(y).value, equals: probe.images.softmax(parts: parts, groups: groups), type)
    }
  }

  @Test(arguments: EngineInstruction.Resampling.allCases, [(12, 10), (3, 2), (7, 9), (6, 5), (1, 1)])
  func `resizing is its loop`(resampling: EngineInstruction.Resampling, sides: (h: Int, w: Int)) throws {
    for type in bothTypes {
      var probe = Probe(.init(n: 2, h: 6, w: 5, c: 3), type)
      let y = probe.network.resize(probe.network.images, h: sides.h, w: sides.w, resampling)
      expect(try probe.run(y).value, equals: probe.images.resized(h: sides.h, w: sides.w, resampling), type)
    }
  }

  @Test func `layer norm and embeddings are their loops`() throws {
    for type in bothTypes {
      var probe = Probe(.init(n: 2, h: 3, w: 2, c: 5), type)
      let normal = probe.network.layerNorm(probe.network.images, epsilon: 1e-2)
      let placed = probe.network.positionEmbedding(probe.network.images)
      let (value, slices, _) = try probe.run(normal)
      let wanted = probe.images.layerNormalised(scale: slices[0], shift: slices[1], epsilon: 1e-2)
      expect(value, equals: wanted, type)
      let sum = Naive(probe.images.shape) { n, h, w, c in
        probe.images[n, h, w, c] + slices[2][(h * 2 + w) * 5 + c]
      }
      expect(try probe.run(placed).value, equals: sum, type)
    }
  }

  @Test(arguments: [1, 2, 4])
  func `attention is its loop`(heads: Int) throws {
    for type in bothTypes {
      var probe = Probe(.init(n: 2, h: 3, w: 2, c: 5), type)
      let images = probe.network.images
      let memory = probe.network.pool(images, .average, .init(kernel: 3, stride: 2))
      let y = probe.network.attention(images, memory: memory, width: 8, heads: heads)
      let (value, slices, _) = try probe.run(y)
      let one = EngineInstruction.Window(kernel: 1)
      let remembered = probe.images.pool(.average, .init(kernel: 3, stride: 2))
      let queries = probe.images.convolution(slices[0], bias: nil, out: 8, one)
      let keys = remembered.convolution(slices[1], bias: nil, out: 8, one)
      let values = remembered.convolution(slices[2], bias: nil, out: 8, one)
      expect(value, equals: queries.attending(keys, values, heads: heads), type)
    }
  }

  @Test(arguments: EngineInstruction.Rounding.allCases, [2, 4, 8])
  func `rounding is its loop and takes few values`(rounding: EngineInstruction.Rounding, bits: Int) throws {
    var probe = Probe(.init(n: 2, h: 6, w: 5, c: 3), .float64)
    let y = probe.network.quantize(probe.network.images, bits: bits, rounding)
    let value = try probe.run(y).value
    expect(value, equals: probe.images.quantized(bits: bits, rounding), .float64)
    let levels = Set(value.values.enumerated().filter { $0.offset % 3 == 0 }.map { ($0.element * 1e9).rounded() })
    #expect(levels.count <= 1 << bits && levels.count > 1)
  }

  /// The straight-through estimator: the gradient is that of the network without rounding, at the rounded values.
  @Test func `rounding passes the gradient`() throws {
    var network = TestNetwork(input: .init(n: 2, h: 3, w: 4, c: 3), margin: .none)
    let stem = network.convolution(network.images, out: 4, .init(kernel: 1))
    let logits = network.classify([network.quantize(stem, bits: 2, .symmetric)], classes: 3)
    let context = try network.context()
    _ = try context.accumulate([EngineJob(program: network.program(logits: logits), batch: 0)], weighting: .uniform)
    let labels = network.batchLabels(classes: 3)
    let job = EngineJob(program: network.program(logits: logits), batch: 0)
    let scores = try context.answers(of: [job], statistics: .batch)[0].logits
    let classifier = try context.read(of: 1, as: Double.self)
    let images = network.batchImages().map(Double.init)
    let found = try context.read(.gradient, of: 0, as: Double.self)
    for out in 0..<4 {
      for k in 0..<3 {
        var slope = 0.0
        for n in 0..<2 {
          let row = scores[n * 3..<n * 3 + 3].map { exp($0) }
          // d loss / d pooled value, then the mean of the images' channel.
          let error = (0..<3).reduce(0) {
            $0 + (row[$1] / row.reduce(0, +) - ($1 == labels[n] ? 1 : 0)) * classifier[$1 * 4 + out]
          }
          let mean = (0..<12).reduce(0) { $0 + images[(n * 12 + $1) * 3 + k] } / 12
          slope += error * mean / 2
        }
        #expect(abs(found[out * 3 + k] - slope) < 1e-12)
      }
    }
  }
}

/// Inputs after the first, labels of positions, and several outputs.
@Suite struct InputsAndOutputsTests {
  /// Two inputs side by side; the scores of each pixel are the first output, those of the image the second.
  private struct TwoEnded {
    var network = TestNetwork(input: .init(n: 2, h: 3, w: 4, c: 3), margin: .none)
    let pixels: EngineBuffer.ID
    let image: EngineBuffer.ID
    let other: [Float]

    init() {
      let second = network.input(1, .init(n: 2, h: 3, w: 4, c: 2))
      let both = network.concat([network.images, second])
      pixels = network.convolution(both, out: 4, .init(kernel: 3))
      image = network.linear(network.globalPool(pixels), out: 3)
      var random = SeededRandom(seed: 77)
      other = (0..<48).map { _ in Float(random.uniform(-1...1)) }
    }

    func context() throws -> EngineContext {
      let context = try network.context()
      try context.writeInput(1, of: 0, values: other, shape: .init(n: 2, h: 3, w: 4, c: 2))
      try context.writeLabels((0..<24).map { $0 % 4 }, of: 0, to: 0)
      try context.writeLabels([2, 0], of: 1, to: 0)
      return context
    }
  }

  @Test func `the loss is the sum over outputs, each the mean over its positions`() throws {
    let ends = TwoEnded()
    let context = try ends.context()
    let program = ends.network.program(outputs: [ends.pixels, ends.image])
    let answer = try context.answers(of: [EngineJob(program: program, batch: 0)], statistics: .batch)[0]
    #expect(answer.logits.count == 96)
    let second = ends.network.program(outputs: [ends.pixels, ends.image], reading: ends.image)
    let scores = try context.answers(of: [EngineJob(program: second, batch: 0)], statistics: .batch)[0].logits
    let wanted =
      crossEntropy(answer.logits, labels: (0..<24).map { $0 % 4 }, smoothing: 0)
      + crossEntropy(scores, labels: [2, 0], smoothing: 0)
    #expect(abs(answer.outcome.loss - wanted) < 1e-14)
    let hits = (0..<24).filter { row in
      let line = Array(answer.logits[row * 4..<row * 4 + 4])
      return line.firstIndex(of: line.max()!) == row % 4
    }
    #expect(answer.outcome.correct == hits.count, "the hits are those of the first output")
  }

  @Test func `the gradient is that of the sum`() throws {
    let ends = TwoEnded()
    let context = try ends.context()
    let job = EngineJob(program: ends.network.program(outputs: [ends.pixels, ends.image]), batch: 0)
    _ = try context.accumulate([job], weighting: .uniform)
    for tensor in ends.network.tensors.indices {
      let found = try context.read(.gradient, of: tensor, as: Double.self)
      let values = try context.read(of: tensor, as: Double.self)
      for element in stride(from: 0, to: values.count, by: 7) {
        let losses = try [1e-5, -1e-5].map { step in
          var changed = values
          changed[element] += step
          try context.write(changed, of: tensor)
          return try context.evaluate([job], statistics: .batch)[0].loss
        }
        #expect(abs((losses[0] - losses[1]) / 2e-5 - found[element]) < GradientTests.tolerance)
      }
      try context.write(values, of: tensor)
    }
  }

  @Test func `inputs and labels that do not fit are refused`() throws {
    let context = try TwoEnded().network.context()
    func expectRefusal(_ message: String, _ body: () throws -> Void) {
      let error = #expect(throws: EngineError.self) { try body() }
      #expect(error?.message == message)
    }
    expectRefusal("a further input has another number of images than the first") {
      try context.writeInput(1, of: 0, values: [1, 2, 3], shape: .init(n: 3, c: 1))
    }
    expectRefusal("a further input is a number from 1 to 64") {
      try context.writeInput(0, of: 0, values: [1, 2], shape: .init(n: 2, c: 1))
    }
    expectRefusal("2 numbers for an input of \(EngineBuffer.Shape(n: 2, c: 2))") {
      try context.writeInput(1, of: 0, values: [1, 2], shape: .init(n: 2, c: 2))
    }
    expectRefusal("the labels are no multiple of the images") { try context.writeLabels([1, 2, 3], of: 0, to: 0) }
    expectRefusal("an output is a number from 0 to 64") { try context.writeLabels([1, 2], of: 99, to: 0) }
    expectRefusal("nothing was written to batch slot 5") { try context.writeLabels([1, 2], of: 0, to: 5) }
  }
}
