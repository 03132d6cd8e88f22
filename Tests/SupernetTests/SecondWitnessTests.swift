import Distributions
import Engine
import SpaceIR
import SpacePlanner
import Supernet
import Testing

/// Whole networks against loops in Float64 and against finite differences.
@Suite struct SecondWitnessTests {
  typealias Choice = ChosenNetwork.Choice

  struct Network: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let space: String
    let input: ImageShape
    let choices: [Choice]
  }

  private static let digits = ImageShape(channels: 1, height: 8, width: 8)
  private static let small = ImageShape(channels: 3, height: 12, width: 12)

  static let networks = [
    Network(
      testDescription: "no attention, residual", space: "digits", input: digits,
      choices: [Choice(), Choice(kernel: 5, channels: 1), Choice(channels: 1, expansion: 2), Choice(kernel: 5)]),
    Network(
      testDescription: "squeeze-excite, both nonlinearities", space: "digits", input: digits,
      choices: [
        Choice(splits: 1, activation: "relu"), Choice(kernel: 5, splits: 1), Choice(splits: 1, expansion: 1),
        Choice(kernel: 5, splits: 1, activation: "relu", channels: 2),
      ]),
    Network(
      testDescription: "two splits, bypass with a projection", space: "digits", input: digits,
      choices: [
        Choice(kernel: 0, channels: 2), Choice(splits: 2), Choice(kernel: 0),
        Choice(kernel: 5, splits: 2, activation: "relu"),
      ]),
    Network(
      testDescription: "four splits, residuals, bypass with a stride", space: "mini-f", input: small,
      choices: [
        Choice(kernel: 5, splits: 4), Choice(kernel: 0, channels: 1), Choice(splits: 4, channels: 1),
        Choice(splits: 2, activation: "relu"), Choice(kernel: 5, splits: 4, expansion: 2),
      ]),
    Network(
      testDescription: "everything bypassed", space: "mini-f", input: small,
      choices: [Choice](repeating: Choice(kernel: 0, channels: 1), count: 5)),
  ]

  private func chosen(_ network: Network, images: Int = 2) throws -> ChosenNetwork {
    try ChosenNetwork(of: network.space, input: network.input, images: images, network.choices)
  }

  @Test(arguments: networks)
  func `logits and loss are those of the plain loops`(network: Network) throws {
    let chosen = try chosen(network)
    let answer = try chosen.network.context.answers(
      of: [EngineJob(program: chosen.program(.forward), batch: 0)], statistics: .batch)[0]
    let logits = NaiveNetwork(weights: try chosen.network.weightsByNode()).logits(
      of: chosen.space, images: chosen.batch.naive)
    let most = zip(answer.logits, logits.numbers).map { abs($0 - $1) }.max() ?? .infinity
    let loss = NaiveNetwork.loss(logits, labels: chosen.batch.labels)
    #expect(answer.logits.count == logits.numbers.count)
    #expect(most <= 1e-9)
    #expect(abs(answer.outcome.loss - loss) <= 1e-9)
    print("\(network.testDescription): logits differ by \(most), the loss by \(abs(answer.outcome.loss - loss))")
  }

  /// Central differences with a step of 1e-5: rounding eps x loss / step is 5e-11 a unit of loss, truncation about
  /// step^2 times a third derivative. The tolerance leaves three digits for curvature.
  @Test(arguments: networks)
  func `gradients are finite differences of the loss`(network: Network) throws {
    let chosen = try chosen(network, images: 3)
    let context = chosen.network.context
    let forward = EngineJob(program: try chosen.program(.forward), batch: 0)
    _ = try context.accumulate(
      [EngineJob(program: chosen.program(.forwardAndBackward), batch: 0)], weighting: .uniform)
    let gradients = try chosen.network.plan.tensors.indices.map { try context.read(.gradient, of: $0, as: Double.self) }
    var random = SplitRandom(seed: 31, stream: 1)
    var most = 0.0
    var checked = 0
    for (index, tensor) in chosen.network.plan.tensors.enumerated() {
      let original = try context.read(.value, of: index, as: Double.self)
      for place in Set((0..<3).map { _ in random.next(below: tensor.count) }).sorted() {
        let losses = try [1e-5, -1e-5].map { step in
          var changed = original
          changed[place] += step
          try context.write(changed, of: index)
          return try context.evaluate([forward], statistics: .batch)[0].loss
        }
        let slope = (losses[0] - losses[1]) / 2e-5
        let difference = abs(slope - gradients[index][place]) / (1 + abs(slope))
        #expect(difference < 1e-6, "\(tensor.name) [\(place)]: \(gradients[index][place]) but \(slope)")
        most = max(most, difference)
        checked += 1
      }
      try context.write(original, of: index)
    }
    print(
      "\(network.testDescription): \(checked) parameters of \(gradients.count) tensors, gradients differ by \(most)")
  }
}

extension TestBatch {
  var naive: NaiveNetwork.Value {
    var value = NaiveNetwork.Value(shape.n, 1, shape.c, shape.h, shape.w)
    var next = pixels.makeIterator()
    for n in 0..<shape.n {
      for y in 0..<shape.h {
        for x in 0..<shape.w { for c in 0..<shape.c { value[n, 0, c, y, x] = Double(next.next() ?? 0) } }
      }
    }
    return value
  }
}

extension Supernet {
  /// The tensors of each node of a network without decisions: the plan lays them out node after node.
  fileprivate func weightsByNode() throws -> [NodeID: [[Double]]] {
    var next = 0
    var result: [NodeID: [[Double]]] = [:]
    for node in plan.space.body.nodes where node.operation.bearsWeights {
      let count =
        switch node.operation {
        case .squeezeExcite, .splitAttention: 4
        case .batchNorm: 2
        case .linear(let linear, _): linear.bias ? 2 : 1
        case .layerNorm, .positionEmbedding, .attention:
          preconditionFailure("no shipped space leaves this in a bound network")
        case .convolution, .depthwise, .input, .activation, .pool, .globalPool, .add, .choice, .slice, .shuffle, .softmax,
          .resize,
          .quantize, .zero, .join:
          1
        }
      result[node.id] = try (next..<next + count).map { try context.read(.value, of: $0, as: Double.self) }
      next += count
    }
    #expect(next == plan.tensors.count)
    return result
  }
}
