import SpaceIR

/// What the settings of the parts of a space add to both predictions, each worked out once.
///
/// Predictions are summed part after part everywhere, so that equal networks have equal bits however they were found.
struct PartScores {
  /// Of one setting of one part.
  struct Score: Hashable {
    let accuracy: Double
    let latency: Double
    let isLegal: Bool
  }

  let space: PredictedSpace
  /// Terms without a decision.
  let constant: (accuracy: Double, latency: Double)
  /// By part: its terms, accuracy's and latency's.
  private let terms: [(accuracy: [Int], latency: [Int])]
  /// Of parts with few settings, by part and number of the setting; empty for the others.
  private var known: [[Score?]]
  /// Of the others, by part and options: a setting may have a number that no integer holds.
  private var further: [[[Int]: Score]]
  private static let table = 1 << 12

  init(_ space: PredictedSpace) {
    self.space = space
    var parts: [Int: Int] = [:]
    for (part, component) in space.components.enumerated() {
      for id in component.flatMap({ space.positions[$0].decisions }) { parts[id.index] = part }
    }
    func owner(_ predictor: BoundPredictor, _ term: Int) -> Int? {
      predictor.factors[term].lazy.flatMap { predictor.readers[$0].decisions }.first.flatMap { parts[$0.index] }
    }
    func constant(_ predictor: BoundPredictor) -> Double {
      let network = Architecture(choices: [Int?](repeating: nil, count: space.space.decisions.count))
      let values = predictor.terms(of: network)
      return values.indices.filter { owner(predictor, $0) == nil }
        .reduce(0) { $0 + values[$1] * predictor.predictor.coefficients[$1] }
    }
    self.constant = (constant(space.accuracy), constant(space.latency))
    terms = space.components.indices.map { part in
      (
        space.accuracy.factors.indices.filter { owner(space.accuracy, $0) == part },
        space.latency.factors.indices.filter { owner(space.latency, $0) == part }
      )
    }
    further = Array(repeating: [:], count: space.components.count)
    known = space.components.map { places in
      let size = places.reduce(1) { min(Self.table + 1, $0 * space.positions[$1].optionCount) }
      return size <= Self.table ? Array(repeating: nil, count: size) : []
    }
  }

  /// Of the options that a part's positions have in a state.
  mutating func score(of part: Int, _ state: [Int]) -> Score {
    let places = space.components[part]
    if known[part].isEmpty {
      let options = places.map { state[$0] }
      if let score = further[part][options] { return score }
      let score = computed(part, state)
      further[part][options] = score
      return score
    }
    let number = places.reduce(0) { $0 * space.positions[$1].optionCount + state[$1] }
    if let score = known[part][number] { return score }
    let score = computed(part, state)
    known[part][number] = score
    return score
  }

  func computed(_ part: Int, _ state: [Int]) -> Score {
    var network = Architecture(choices: [Int?](repeating: nil, count: space.space.decisions.count))
    for place in space.components[part] {
      for id in space.positions[place].decisions where space.space.exists(id, in: network) {
        network[id] = state[place]
      }
    }
    return Score(
      accuracy: Self.sum(space.accuracy, terms[part].accuracy, network),
      latency: Self.sum(space.latency, terms[part].latency, network),
      isLegal: space.conditions[part].allSatisfy { space.meets($0, network) })
  }

  private static func sum(_ predictor: BoundPredictor, _ terms: [Int], _ network: Architecture) -> Double {
    terms.reduce(0) { sum, term in
      let value = predictor.factors[term].reduce(1) { $0 * predictor.readers[$1].value(in: network) }
      return sum + value * predictor.predictor.coefficients[term]
    }
  }

  /// Both predictions of a state, and whether it meets what is asked of decisions.
  mutating func total(_ state: [Int]) -> Score {
    var (accuracy, latency, isLegal) = (constant.accuracy, constant.latency, true)
    for part in space.components.indices {
      let score = score(of: part, state)
      accuracy += score.accuracy
      latency += score.latency
      isLegal = isLegal && score.isLegal
    }
    return Score(accuracy: accuracy, latency: latency, isLegal: isLegal)
  }
}
