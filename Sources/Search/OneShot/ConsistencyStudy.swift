package import Datasets
import Distributions
package import Engine
package import SpaceIR
import SpacePlanner
import Supernet

/// What a way to train shared weights does to features and parameters, and how it ranks networks (pi-nas.md, sections 3.1 and
/// 10).
package struct ConsistencyOutcome: Sendable {
  /// Of shared weights: a supernet's, or a student's and a teacher's.
  package struct Shift: Sendable {
    package let name: String
    /// 1 - cos of the inputs of a layer in the middle, mean over images and pairs of random paths.
    package let features: Double
    /// Mean over steps and tensors of |change| / |value|, of the tensors that changed.
    package let parameters: Double
    /// Cosine of a tensor's successive changes; below 0 they contradict each other.
    package let cosine: Double
  }

  package let shifts: [Shift]
  /// Of the networks that were asked for.
  package let scores: [Double]
  /// Of contrastive training: the last spread of vectors; nil: other weights.
  package let spread: Double?
}

/// Trains a recipe's weights, measures the shifts on the way, and scores networks.
///
/// - Parameter pairs: Pairs of paths whose features are compared, on one batch of validation images.
/// - Throws: As `OneShotSearch`.
package func consistency(
  of recipe: SearchRecipe, _ space: Space, _ splits: DatasetSplits, networks: [Architecture], pairs: Int, seed: UInt64,
  library: EngineLibrary, threads: Int
) throws -> ConsistencyOutcome {
  var search = try OneShotSearch(
    space, splits: splits, recipe: recipe, seed: seed, library: library, threads: threads)
  let supernets = search.sharedWeights
  var meters = try supernets.map { try ChangeMeter($0.supernet) }
  let steps = search.contrastSteps ?? .max
  while search.isWarmingUp {
    _ = try search.advance()
    guard search.step <= steps else { continue }
    for place in meters.indices { try meters[place].look() }
  }
  let shifts = try supernets.indices.map { place in
    ConsistencyOutcome.Shift(
      name: supernets[place].name,
      features: try featureShift(supernets[place].supernet, splits.validation, recipe.batch, pairs: pairs, seed: seed),
      parameters: meters[place].meanChange, cosine: meters[place].meanCosine)
  }
  return ConsistencyOutcome(
    shifts: shifts, scores: try networks.map { try search.score.value(of: $0).score },
    spread: (search.training as? ContrastiveTraining)?.spread)
}

extension OneShotSearch {
  fileprivate var sharedWeights: [(name: String, supernet: Supernet)] {
    switch training {
    case let contrast as ContrastiveTraining: [("student", contrast.student), ("teacher", contrast.teacher)]
    case let shared as SharedWeightTraining: [("weights", shared.supernet)]
    default: []
    }
  }

  /// Steps before a classifier learns on frozen weights; nil: there is none.
  fileprivate var contrastSteps: Int? { (training as? ContrastiveTraining)?.contrastSteps }
}

/// Follows the maps of a supernet from step to step.
private struct ChangeMeter {
  private let supernet: Supernet
  private let tensors: [Int]
  private var values: [[Float]]
  private var changes: [[Float]?]
  private var (sum, cosines) = (0.0, 0.0)
  private var (count, pairs) = (0, 0)

  init(_ supernet: Supernet) throws {
    self.supernet = supernet
    let found = supernet.plan.tensors.indices.filter {
      switch supernet.plan.tensors[$0].role {
      case .convolution, .depthwise, .linear, .splitLinear, .projection: true
      case .bias, .scale, .shift, .runningMean, .runningVariance, .position, .mask, .queue: false
      }
    }
    tensors = found
    values = try found.map { try supernet.context.read(.value, of: $0, as: Float.self) }
    changes = found.map { _ in nil }
  }

  mutating func look() throws {
    for place in tensors.indices {
      let now = try supernet.context.read(.value, of: tensors[place], as: Float.self)
      guard now != values[place] else { continue }
      let change = zip(now, values[place]).map { $0 - $1 }
      let (length, whole) = (Self.length(change), Self.length(values[place]))
      if whole > 0 {
        sum += length / whole
        count += 1
      }
      if let before = changes[place] {
        let product = zip(change, before).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        let lengths = length * Self.length(before)
        if lengths > 0 {
          cosines += product / lengths
          pairs += 1
        }
      }
      (values[place], changes[place]) = (now, change)
    }
  }

  private static func length(_ values: [Float]) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  var meanChange: Double { count > 0 ? sum / Double(count) : 0 }
  var meanCosine: Double { pairs > 0 ? cosines / Double(pairs) : 0 }
}

private func featureShift(
  _ supernet: Supernet, _ images: ImageSet, _ batch: Int, pairs: Int, seed: UInt64
) throws -> Double {
  let plan = supernet.plan
  let decided = plan.space.layers.indices.filter { !plan.space.layers[$0].decisions.isEmpty }
  guard !decided.isEmpty else { return 0 }
  let name = plan.space.layers[decided[decided.count / 2]].name
  let isOfLayer = plan.tensors.map { $0.name.hasPrefix("\(name).") }
  let size = min(batch, images.count)
  // A slot that no training uses.
  let slot = 900
  try supernet.write(images, 0..<size, to: slot)
  var random = SplitRandom(.calibration, seed: seed, 2)
  var (sum, count) = (0.0, 0)
  for _ in 0..<pairs {
    let features = try (0..<2).map { _ -> [Double] in
      var network = Architecture(choices: [Int?](repeating: nil, count: plan.space.decisions.count))
      for id in plan.space.decisionIDs where plan.space.exists(id, in: network) {
        network[id] = random.next(below: plan.space[id].options.count)
      }
      let program = try plan.bind(network, BindingOptions(batch: size, pass: .forward))
      guard let part = program.before({ isOfLayer[$0.index] }) else { return [] }
      let job = EngineJob(program: EngineProgram(part), batch: slot)
      return try supernet.context.answers(of: [job], statistics: .batch)[0].logits
    }
    guard features[0].count == features[1].count, !features[0].isEmpty else { continue }
    let length = features[0].count / size
    for image in 0..<size {
      let rows = features.map { $0[image * length..<(image + 1) * length] }
      let product = zip(rows[0], rows[1]).reduce(0) { $0 + $1.0 * $1.1 }
      let lengths = rows.map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
      guard lengths[0] > 0, lengths[1] > 0 else { continue }
      sum += 1 - product / (lengths[0] * lengths[1])
      count += 1
    }
  }
  return count > 0 ? sum / Double(count) : 0
}
