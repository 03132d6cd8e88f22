import SpaceIR
package import Supernet

/// What a checkpoint holds beside the shared weights: every score, the population in order, and the best of all. Mutations
/// of a parent follow from it, and random numbers from seed and step.
extension SampledSearch {
  package func state() throws -> TensorFile {
    var file = try weights.state()
    let known = scores.keys.sorted { $0.choices.lexicographicallyPrecedes($1.choices) { ($0 ?? -1) < ($1 ?? -1) } }
    let places = Dictionary(uniqueKeysWithValues: known.enumerated().map { ($0.element, Double($0.offset)) })
    let members = population.members.map { places[$0.architecture] ?? -1 }
    file.append(contentsOf: [
      TensorFile.Tensor(
        "scored.choices", [known.count, space.decisions.count],
        .float64(known.flatMap { $0.choices.map { Double($0 ?? -1) } })),
      TensorFile.Tensor("scored.losses", [known.count], .float64(known.map { scores[$0] ?? .infinity })),
      TensorFile.Tensor("population", [members.count], .float64(members)),
    ])
    file.texts["proposed"] = String(samples)
    file.texts["scoring"] = String(scoringSteps)
    file.texts["best"] = best.flatMap { places[$0.architecture] }.map { String(Int($0)) }
    return file
  }

  package mutating func restore(_ file: TensorFile) throws {
    guard let samples = file.texts["proposed"].flatMap(Int.init),
      let scoring = file.texts["scoring"].flatMap(Int.init), scoring >= 0,
      case .float64(let choices)? = file["scored.choices"], case .float64(let losses)? = file["scored.losses"],
      case .float64(let members)? = file["population"], choices.count == losses.count * space.decisions.count
    else { throw TensorFileError.unexpected("the scores of networks") }
    let width = space.decisions.count
    let options = choices.map { $0 < 0 ? nil : Int(exactly: $0) }
    let known = losses.indices.map { Architecture(choices: Array(options[$0 * width..<($0 + 1) * width])) }
    let places = members.compactMap { Int(exactly: $0) }.filter(known.indices.contains)
    guard known.allSatisfy(space.contains), Set(known).count == known.count, places.count == members.count else {
      throw TensorFileError.unexpected("the scored networks")
    }
    func member(_ place: Int) -> AgeingPopulation.Member {
      AgeingPopulation.Member(architecture: known[place], loss: losses[place])
    }
    try weights.restore(file)
    self.samples = samples
    scoringSteps = scoring
    scores = Dictionary(uniqueKeysWithValues: zip(known, losses))
    for place in places { population.add(member(place)) }
    best = file.texts["best"].flatMap(Int.init).flatMap { known.indices.contains($0) ? member($0) : nil }
  }
}
