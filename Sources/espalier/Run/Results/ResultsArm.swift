import Distributions
import Recipes
import Search

/// One way to find a network, of those that docs/results.md compares.
struct ResultsArm: Sendable {
  /// Names its runs' folders and what it is called in claims.
  let id: String
  let title: String
  let method: SearchMethod
  /// Whether random networks of the same MACs are trained beside its answer.
  var isComparedWithRandom = false
  /// What differs from the method's own settings.
  let adjust: @Sendable (inout Recipe) -> Void

  /// The arms in the order in which their runs begin: what the page needs most comes first.
  static let all = [
    ResultsArm(
      id: "band", title: "FP-NAS, draws within 90 to 100 % of the target", method: .fpNAS, isComparedWithRandom: true
    ) { $0.band = 0.9...1 },
    ResultsArm(id: "fp-nas", title: "FP-NAS: adaptive K, factorised then joint", method: .fpNAS) { _ in },
    ResultsArm(id: "parsec", title: "PARSEC: fixed K, joint", method: .parsec) { $0.fixed(.joint) },
    ResultsArm(id: "joint", title: "FP-NAS, joint throughout", method: .fpNAS) { $0.fixed(.joint) },
    ResultsArm(id: "factorised", title: "FP-NAS, factorised throughout", method: .fpNAS) { $0.fixed(.factorised) },
    ResultsArm(id: "baseline", title: "FP-NAS, 1/K taken from every share", method: .fpNAS) { $0.baseline = .uniform },
    ResultsArm(id: "random", title: "random search with shared weights", method: .random) { $0.fixed(.factorised) },
    ResultsArm(id: "evolution", title: "regularised evolution with shared weights", method: .evolution) {
      $0.fixed(.factorised)
    },
    ResultsArm(id: "splits-1", title: "as the first, 1 split everywhere", method: .fpNAS) { $0.splits(1) },
    ResultsArm(id: "splits-2", title: "as the first, 2 splits everywhere", method: .fpNAS) { $0.splits(2) },
    ResultsArm(id: "fbnetv2", title: "FBNetV2: all networks at once", method: .fbnetV2) { $0.masked() },
    ResultsArm(id: "splits-4", title: "as the first, 4 splits everywhere", method: .fpNAS) { $0.splits(4) },
  ]
}

extension Recipe {
  /// One form throughout.
  fileprivate mutating func fixed(_ form: Form) {
    self.form = form
    jointFrom = nil
  }

  /// As many steps as the others: an epoch of FBNetV2 is one of both halves. Its own warm-up.
  fileprivate mutating func masked() {
    fixed(.factorised)
    epochs = epochs.map { $0 / 2 }
    warmUpEpochs = nil
  }

  /// Draws within the band, of networks that have as many splits in every layer of Mini-F.
  fileprivate mutating func splits(_ count: Int) {
    band = 0.9...1
    conditions = (1...5).map { "s\($0).splits == \(count)" }
  }
}

/// A finished run of an arm.
struct ResultsRun {
  let arm: String
  let seed: Int
  let result: RunResult
  let definition: RunDefinition
  /// Processor time of the search, all threads together.
  let seconds: Double
}

extension ResultsRun {
  var network: RetrainedNetwork? { result.networks.first }

  /// Networks that were drawn once the distribution moved.
  var samplesAfterWarmUp: Int {
    let recipe = definition.recipe
    let warmUp = (Double(definition.totalSteps) * recipe.warmUpEpochs / recipe.epochs).rounded()
    return result.samples - Int(warmUp) * recipe.warmUpSamples
  }
}
