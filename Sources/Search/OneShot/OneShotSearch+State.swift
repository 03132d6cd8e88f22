import SpaceIR
package import Supernet

/// What a checkpoint holds: the state of the training, and every candidate with its score in order. Which candidates are
/// next, and which stage, follows from these; random numbers follow from seed, stage and place.
extension OneShotSearch {
  package func state() throws -> TensorFile {
    var file = try training.state()
    let candidates = histories.flatMap(\.candidates)
    file.append(contentsOf: [
      TensorFile.Tensor(
        "scored.choices", [candidates.count, space.decisions.count],
        .float64(candidates.flatMap { $0.architecture.choices.map { Double($0 ?? -1) } })),
      TensorFile.Tensor("scored.scores", [candidates.count], .float64(candidates.map(\.value.score))),
      // No loss has no number.
      TensorFile.Tensor("scored.losses", [candidates.count], .float64(candidates.map { $0.value.loss ?? .nan })),
      TensorFile.Tensor(
        "scored.origins", [candidates.count],
        .float64(candidates.map { Double(Proposal.Origin.allCases.firstIndex(of: $0.origin) ?? 0) })),
      TensorFile.Tensor("scored.counts", [histories.count], .float64(histories.map { Double($0.count) })),
    ])
    file.texts["trained"] = String(trained)
    file.texts["seed"] = String(seed)
    return file
  }

  package mutating func restore(_ file: TensorFile) throws {
    guard let trained = file.texts["trained"].flatMap(Int.init), trained >= 0, file.texts["seed"] == String(seed),
      case .float64(let choices)? = file["scored.choices"], case .float64(let scores)? = file["scored.scores"],
      case .float64(let losses)? = file["scored.losses"], case .float64(let origins)? = file["scored.origins"],
      case .float64(let counts)? = file["scored.counts"], choices.count == scores.count * space.decisions.count,
      losses.count == scores.count, origins.count == scores.count, !counts.isEmpty,
      counts.allSatisfy({ $0 >= 0 && $0 <= Double(scores.count) }), counts.reduce(0, +) == Double(scores.count)
    else { throw TensorFileError.unexpected("the scores of candidates") }
    let width = space.decisions.count
    let options = choices.map { $0 < 0 ? nil : Int(exactly: $0) }
    var histories: [ScoredHistory] = []
    var place = 0
    for count in counts {
      var history = ScoredHistory()
      for _ in 0..<Int(count) {
        let network = Architecture(choices: Array(options[place * width..<(place + 1) * width]))
        let origin = Int(exactly: origins[place]).flatMap { number in
          Proposal.Origin.allCases.indices.contains(number) ? Proposal.Origin.allCases[number] : nil
        }
        guard space.contains(network), !history.contains(network), let origin else {
          throw TensorFileError.unexpected("the scored candidates")
        }
        let value = CandidateValue(score: scores[place], loss: losses[place].isNaN ? nil : losses[place])
        history.add(ScoredCandidate(network, value, origin: origin))
        place += 1
      }
      histories.append(history)
    }
    try training.restore(file)
    score.weightsMoved()
    try resume(histories, trained: trained)
  }
}
