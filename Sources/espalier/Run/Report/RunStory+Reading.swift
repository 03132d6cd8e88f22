import Diagnostics
import Reports
import Search
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import Supernet

extension RunStory {
  /// What is told of a run.
  ///
  /// - Parameter space: That of the run, for the shape it was searched for.
  /// - Throws: What costs and bindings throw for a network that is not of the space.
  init(_ run: RunReading, of space: Space) throws {
    let definition = run.definition
    self.init(
      space: definition.space, method: definition.method.rawValue, data: definition.data, seed: definition.seed,
      state: run.state, totalSteps: definition.totalSteps)
    steps = run.steps.map { step in
      Step(
        number: step.step, entropy: step.entropy, isWarmUp: step.isWarmUp,
        draws: step.draws.map {
          Draw(cost: $0.cost, trainingLoss: $0.trainingLoss, validationLoss: $0.validationLoss)
        }, temperature: definition.recipe.mixture?.temperature(epoch: step.epoch),
        candidate: step.candidate.map {
          Candidate(stage: $0.stage, generation: $0.generation, origin: .init($0.origin), score: $0.score)
        })
    }
    warmUpSteps = plannedWarmUp(run)
    validation =
      switch definition.method {
      case .fpNAS, .parsec: .oneBatch
      case .random, .evolution: .sameBatches(SampledSearch.scoringBatches)
      case .fbnetV2: .mixture
      case .spos, .bnNAS, .hurricane, .foxNAS, .piNAS:
        .candidates(definition.recipe.oneShot?.score == .indicator ? .indicator : .accuracy)
      }
    learnsDistribution = definition.method.learnsDistribution
    training = run.training
    if learnsDistribution, !run.startsJoint, case .mixed(let theta) = definition.recipe.form,
      definition.recipe.epochs > 0
    {
      let share = theta / definition.recipe.epochs
      turns = [Turn(step: Int((share * Double(totalSteps)).rounded()), label: "joint from here")]
    }
    target = definition.recipe.target
    let measure = definition.recipe.measure
    costUnit = measure.unit
    searchSeconds = run.progress?.searchSeconds
    trainingSeconds = run.progress.flatMap { $0.retrainingSeconds > 0 ? $0.retrainingSeconds : nil }
    let chosen = try run.chosen(of: space)
    distribution = DistributionHistory(run.shares(of: space), of: space, chosen: chosen)
    distribution.isJoint = run.isJoint
    if let chosen {
      let cost = try definition.recipe.cost(of: chosen, in: space)
      answer = Answer(
        choices: space.options(of: chosen).map { SettingGroup.Row($0.owner, $0.text) }, cost: cost[measure],
        parameters: cost.parameters,
        rank: run.learnt == nil ? nil : run.result?.rank)
      graph = NetworkGraph(drawing: try space.bound(to: chosen))
    }
    networks = try run.networks.map { number, network in
      let cost =
        measure == .macs ? network.macs : try space.cost(of: Architecture(choices: network.choices), by: measure)
      return TrainedNetwork(
        label: network.label, isAnswer: number == 0, cost: cost, parameters: network.parameters,
        accuracy: network.result.accuracy, loss: network.result.testLoss)
    }
    settings = settingGroups(run)
    files = try attachments(run)
  }
}

extension RunStory.Candidate.Origin {
  fileprivate init(_ origin: Proposal.Origin) {
    self =
      switch origin {
      case .random: .random
      case .mutation: .mutation
      case .crossover: .crossover
      case .neighbour: .neighbour
      case .predicted: .predicted
      case .region: .region
      }
  }
}

/// Steps of the warm-up: those that were, and those that the recipe foresees where the run did not come to its end.
private func plannedWarmUp(_ run: RunReading) -> Int {
  let done = run.steps.count { $0.isWarmUp }
  guard done == run.steps.count, run.definition.recipe.epochs > 0 else { return done }
  if let oneShot = run.definition.recipe.oneShot, oneShot.groups == nil {
    return max(done, run.definition.totalSteps - oneShot.budget)
  }
  let share = run.definition.recipe.warmUpEpochs / run.definition.recipe.epochs
  return max(done, Int((share * Double(run.definition.totalSteps)).rounded()))
}

private func settingGroups(_ run: RunReading) -> [RunStory.SettingGroup] {
  let inner = ["recipe", "retraining"]
  func group(_ title: String, _ rows: [(name: String, value: String)]?) -> RunStory.SettingGroup? {
    guard let rows, !rows.isEmpty else { return nil }
    return RunStory.SettingGroup(title: title, rows: rows.map { RunStory.SettingGroup.Row($0.name, $0.value) })
  }
  let outer = run.recorded.rows().filter { row in !inner.contains { row.name.hasPrefix($0 + ".") } }
  return [
    group("Run", outer + [("page written by", "espalier \(Espalier.version)")]),
    group("Search recipe", run.recorded["recipe"]?.rows()),
    group("Training from scratch", run.recorded["retraining"]?.rows()),
  ].compactMap(\.self)
}

private func attachments(_ run: RunReading) throws -> [RunStory.Attachment] {
  var files: [RunStory.Attachment] = []
  if let architecture = run.architecture {
    files.append(RunStory.Attachment(name: "architecture.yaml", text: shortened(architecture)))
  }
  let compilation = compileSpace(at: "\(run.folder)/\(run.definition.spaceFile)")
  var number = 0
  while let file = compilation.sources.file(SourceID(index: number)) {
    let name = file.path.hasPrefix(run.folder + "/") ? String(file.path.dropFirst(run.folder.count + 1)) : file.path
    files.append(RunStory.Attachment(name: name, text: shortened(String(decoding: file.bytes, as: UTF8.self))))
    number += 1
  }
  return files
}

/// A page is for reading: a file of more than 100,000 characters is cut.
private func shortened(_ text: String) -> String {
  let limit = 100_000
  return text.count > limit ? text.prefix(limit) + "\n... \(counted(text.count - limit, "character")) more\n" : text
}

extension RunReading {
  /// The network that the run chose; nil while there is none.
  fileprivate func chosen(of space: Space) throws -> Architecture? {
    guard architecture != nil else { return nil }
    let compilation = compileSpace(at: "\(folder)/\(RunDirectory.File.architecture.rawValue)", input: space.input)
    guard let found = compilation.result?.architecture, space.contains(found) else {
      throw RunError.damaged(path: "\(folder)/architecture.yaml", reason: "it is no network of the run's space")
    }
    return found
  }
}

extension DistributionHistory {
  fileprivate init(_ records: [(step: Int, shares: [[Double]])], of space: Space, chosen: Architecture?) {
    self.init(
      steps: records.map(\.step),
      decisions: records.isEmpty
        ? []
        : space.decisionIDs.map { id in
          Decision(
            owner: space[id].owner.isEmpty ? "network" : space[id].owner, parameter: space[id].parameter,
            options: space[id].options.map(\.description), chosen: chosen?[id],
            shares: records.map { $0.shares[id.index] })
        })
  }
}

extension Space {
  /// Each owner with its options on one line.
  func options(of architecture: Architecture) -> [(owner: String, text: String)] {
    var rows: [(owner: String, text: String)] = []
    for id in decisionIDs {
      guard let value = value(of: id, in: architecture) else { continue }
      let owner = self[id].owner.isEmpty ? "network" : self[id].owner
      let text = "\(self[id].parameter) \(value)"
      if let last = rows.indices.last, rows[last].owner == owner {
        rows[last].text += ", " + text
      } else {
        rows.append((owner, text))
      }
    }
    return rows
  }
}
