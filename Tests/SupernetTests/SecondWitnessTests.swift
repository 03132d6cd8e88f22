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
    let logits = NaiveNetwork(weights: try chosen.network.weightsByNode()).outputs(
      of: chosen.space, inputs: chosen.batch.naive)[0]
    let most = zip(answer.logits, logits.numbers).map { abs($0 - $1) }.max() ?? .infinity
    let loss = NaiveNetwork.loss(logits, labels: chosen.batch.labels[0])
    #expect(answer.logits.count == logits.numbers.count)
    #expect(most <= 1e-9)
    #expect(abs(answer.outcome.loss - loss) <= 1e-9)
    print("\(network.testDescription): logits differ by \(most), the loss by \(abs(answer.outcome.loss - loss))")
  }

  @Test(arguments: networks)
  func `gradients are finite differences of the loss`(network: Network) throws {
    let found = try chosen(network, images: 3).expectFiniteDifferences(places: 3)
    print("\(network.testDescription): \(found)")
  }
}

extension ChosenNetwork {
  /// Central differences with a step of 1e-5: rounding eps x loss / step is 5e-11 a unit of loss, truncation about
  /// step^2 times a third derivative. The tolerance leaves three digits for curvature.
  ///
  /// - Parameters:
  ///   - count: Weights of a tensor.
  ///   - every: Look at every so many tensors only.
  ///   - steps: The difference that comes nearest counts. In a deep network a long step meets a kink of some ReLU, and
  ///     a short one loses digits; a wrong rule is wrong at both.
  func expectFiniteDifferences(places count: Int, every: Int = 1, steps: [Double] = [1e-5]) throws -> String {
    let context = network.context
    let forward = EngineJob(program: try program(.forward), batch: 0)
    _ = try context.accumulate([EngineJob(program: program(.forwardAndBackward), batch: 0)], weighting: .uniform)
    let gradients = try network.plan.tensors.indices.map { try context.read(.gradient, of: $0, as: Double.self) }
    var random = SplitRandom(seed: 31, stream: 1)
    var most = 0.0
    var checked = 0
    for (index, tensor) in network.plan.tensors.enumerated() where index % every == 0 {
      let original = try context.read(.value, of: index, as: Double.self)
      for place in Set((0..<count).map { _ in random.next(below: tensor.count) }).sorted() {
        let slopes = try steps.map { step in
          let losses = try [step, -step].map { step in
            var changed = original
            changed[place] += step
            try context.write(changed, of: index)
            return try context.evaluate([forward], statistics: .batch)[0].loss
          }
          return (losses[0] - losses[1]) / (2 * step)
        }
        let found = gradients[index][place]
        let difference = slopes.map { abs($0 - found) / (1 + abs($0)) }.min() ?? .infinity
        #expect(difference < 1e-6, "\(tensor.name) [\(place)]: \(found) but \(slopes)")
        most = max(most, difference)
        checked += 1
      }
      try context.write(original, of: index)
    }
    return "\(checked) parameters of \(gradients.count) tensors, gradients differ by \(most)"
  }
}

extension TestBatch {
  /// Of every input.
  var naive: [NaiveNetwork.Value] {
    ([(pixels, shape)] + zip(further, furtherShapes)).map { numbers, shape in
      var value = NaiveNetwork.Value(shape.n, 1, shape.c, shape.h, shape.w)
      var next = numbers.makeIterator()
      for n in 0..<shape.n {
        for y in 0..<shape.h {
          for x in 0..<shape.w { for c in 0..<shape.c { value[n, 0, c, y, x] = Double(next.next() ?? 0) } }
        }
      }
      return value
    }
  }
}

extension Supernet {
  /// The tensors of each node of a network without decisions: the plan lays them out node after node, for the nodes
  /// that an output depends on.
  func weightsByNode() throws -> [NodeID: [[Double]]] {
    var next = 0
    var result: [NodeID: [[Double]]] = [:]
    let useful = NaiveNetwork.nodes(behind: plan.space)
    for node in plan.space.body.nodes where node.operation.bearsWeights && useful.contains(node.id) {
      let count =
        switch node.operation {
        case .squeezeExcite, .splitAttention: 4
        case .batchNorm, .layerNorm: 2
        case .linear(let linear, _): linear.bias ? 2 : 1
        case .convolution(let convolution, _): convolution.bias ? 2 : 1
        case .attention: 8
        case .positionEmbedding, .depthwise, .input, .activation, .pool, .globalPool, .add, .choice, .slice, .shuffle,
          .softmax, .resize, .quantize, .zero, .join:
          1
        }
      result[node.id] = try (next..<next + count).map { try context.read(.value, of: $0, as: Double.self) }
      next += count
    }
    #expect(next == plan.tensors.count)
    return result
  }
}
