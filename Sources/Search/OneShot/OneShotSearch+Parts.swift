package import Datasets
import Distributions
package import Engine
import SpaceAnalysis
package import SpaceIR
package import SpacePlanner
import Supernet

/// A one-shot search from its recipe: the parts, and nothing else.
extension OneShotSearch {
  /// - Throws: `SearchError` for data or a recipe that do not fit; `OneShotError` for parts that the space does not allow;
  ///   `MemberSetError` where no network is within the limits; `PlanError`; `MoveError`; `EngineError`.
  package init(
    _ space: Space, splits: DatasetSplits, recipe: SearchRecipe, seed: UInt64, library: EngineLibrary, threads: Int
  ) throws {
    let oneShot = recipe.oneShot ?? OneShotRecipe()
    if let complaint = recipe.complaint { throw SearchError.badRecipe(complaint) }
    try requireBatch(of: recipe.batch, in: [("training", splits.train)])
    try requireFit(space, splits)
    let options = EngineOptions(lanes: recipe.lanes, parallelism: .lanes(threads: threads))
    if oneShot.weights == .contrast {
      try self.init(contrasting: space, splits, recipe, oneShot, seed: seed, library, options)
      return
    }
    let supernet = try Supernet(
      SupernetPlan(for: space, statistics: .recorded), library: library, options: options)
    try supernet.initialise(normals(seed: seed))
    let images = BatchSource(splits.train, batch: recipe.batch, seed: derivedSeed(.trainingOrder, seed: seed))
    let operators =
      oneShot.readsOperators || oneShot.groups != nil ? try LayerOperators(space, MemberSet(space)) : nil
    let table = try oneShot.readsOperators ? operators.map { try OperatorTable($0, supernet: supernet.plan) } : nil
    let training = try SharedWeightTraining(
      supernet, recipe: recipe, oneShot: oneShot, images: images,
      trained: try supernet.plan.trained(oneShot, table))
    let steps = max(1, Int((recipe.epochs * Double(images.batchesPerEpoch)).rounded()))
    let stages: any OneShotStages
    if let group = oneShot.groups, let operators {
      stages = try GroupedStages(
        operators, recipe: oneShot, group: group, trainingSteps: steps, extra: recipe.limit.map { [$0] } ?? [],
        seed: seed)
    } else {
      stages = try Self.stages(space, recipe, oneShot, seed: seed, trainingSteps: steps)
    }
    try self.init(
      space, seed: seed, tensors: (supernet.plan.tensors.count, supernet.plan.parameterCount),
      stages: stages, training: training,
      score: try Self.score(supernet, splits, recipe, oneShot, table, seed: seed), paths: oneShot.paths,
      measure: recipe.measure)
    if let table, oneShot.score == .indicator, oneShot.groups == nil {
      optimum = IndicatorOptimum(
        space: space, table: table,
        members: try LegalDraws.members(of: space, within: recipe.limit, bins: Self.costBins),
        seed: seed)
    }
  }

  static func stages(
    _ space: Space, _ recipe: SearchRecipe, _ oneShot: OneShotRecipe, seed: UInt64, trainingSteps: Int
  ) throws -> any OneShotStages {
    switch oneShot.moves {
    case .predicted: try PredictedStages(space, recipe, oneShot, seed: seed, trainingSteps: trainingSteps)
    case .evolution, .random, .ageing, .region:
      SingleStage(stage: try stage(space, recipe, oneShot, seed: seed, trainingSteps: trainingSteps))
    }
  }

  /// Weights without labels, then a classifier, whose supernet scores candidates.
  private init(
    contrasting space: Space, _ splits: DatasetSplits, _ recipe: SearchRecipe, _ oneShot: OneShotRecipe, seed: UInt64,
    _ library: EngineLibrary, _ options: EngineOptions
  ) throws {
    if let complaint = oneShot.contrast.complaint(batch: recipe.batch) { throw SearchError.badRecipe(complaint) }
    let classes = Set(splits.validation.classCounts.indices.filter { splits.validation.classCounts[$0] > 0 })
    guard classes.count > 1 else {
      throw SearchError.badRecipe(
        "all validation images are of one class, on which every classifier is right: candidates cannot be told apart")
    }
    let images = BatchSource(splits.train, batch: recipe.batch, seed: derivedSeed(.trainingOrder, seed: seed))
    func steps(_ epochs: Double) -> Int { max(1, Int((epochs * Double(images.batchesPerEpoch)).rounded())) }
    let contrastSteps = steps(recipe.epochs)
    let training = try ContrastiveTraining(
      space, recipe: recipe, oneShot: oneShot, images: images, contrastSteps: contrastSteps, seed: seed,
      library: library, options: options)
    let table =
      try oneShot.readsOperators
      ? OperatorTable(LayerOperators(space, MemberSet(space)), supernet: training.probe.plan) : nil
    try self.init(
      space, seed: seed, tensors: (training.student.plan.tensors.count, training.student.plan.parameterCount),
      stages: try Self.stages(
        space, recipe, oneShot, seed: seed, trainingSteps: contrastSteps + steps(oneShot.contrast.probeEpochs)),
      training: training, score: try Self.score(training.probe, splits, recipe, oneShot, table, seed: seed),
      paths: oneShot.paths, measure: recipe.measure)
  }

  /// The one stage of a search that trains all of a space and scores what is within the limits.
  static func stage(
    _ space: Space, _ recipe: SearchRecipe, _ oneShot: OneShotRecipe, seed: UInt64, trainingSteps: Int
  ) throws -> OneShotStage {
    let members = try LegalDraws.members(of: space, within: recipe.limit, bins: costBins)
    let legal = LegalCandidates(space, members, genes: genes(of: space))
    let moves = try moves(legal, oneShot, seed: seed, stage: 0)
    let draws = try draws(space, recipe, oneShot, seed: seed)
    let entropy = NetworkCount(members.count).naturalLogarithm ?? 0
    var remarks: [String] = []
    if moves.isExhaustive { remarks.append(exhaustion(moves.count, oneShot.budget)) }
    if let bins = draws as? BinnedPaths {
      remarks.append(
        "paths are drawn from \(bins.ranges.count) of \(oneShot.bins) bins of \(recipe.measure == .macs ? "multiply-adds" : recipe.measure.name)"
      )
    }
    if draws is CrossedPaths, let budget = space.requirements.first {
      remarks.append("paths that train differ in every decision, whatever they cost; candidates keep '\(budget.text)'")
    }
    return OneShotStage(
      trainingSteps: trainingSteps, draws: draws, moves: moves, entropy: entropy, remarks: remarks)
  }

  static func exhaustion(_ count: Int, _ budget: Int) -> String {
    "\(count == 1 ? "only one network is" : "only \(count) networks are") legal, no more than the budget of \(budget): "
      + (count == 1 ? "it is scored" : "all of them are scored")
  }

  /// As the space groups its decisions; one by one where their tuples are too many.
  static func genes(of space: Space) -> [Gene] {
    let plan = (try? DistributionPlan.hinted(by: space)) ?? DistributionPlan.factorised(for: space)
    return plan.factors.map { Gene(decisions: $0.decisions, combinations: $0.combinations.count) }
  }

  static func draws(
    _ space: Space, _ recipe: SearchRecipe, _ oneShot: OneShotRecipe, seed: UInt64
  ) throws -> any PathDraws {
    switch oneShot.draws {
    case .uniform: return UniformPaths(members: try MemberSet(space), seed: seed)
    case .crossed: return try CrossedPaths(space, seed: seed)
    case .bins:
      guard let target = recipe.target else {
        throw SearchError.badRecipe("'oneshot.draws: bins' are bins of costs around a target, and there is none")
      }
      let shares = oneShot.binShares
      return try BinnedPaths(
        space, by: recipe.measure, from: Int((shares.lowerBound * Double(target)).rounded()),
        to: Int((shares.upperBound * Double(target)).rounded()), count: oneShot.bins, seed: seed)
    }
  }

  static func moves(
    _ legal: LegalCandidates, _ oneShot: OneShotRecipe, seed: UInt64, stage: Int
  ) throws -> any CandidateMoves {
    switch oneShot.moves {
    case .evolution: try EvolutionMoves(legal, recipe: oneShot, seed: seed, stage: stage)
    case .random, .predicted: RandomMoves(legal, budget: oneShot.budget, seed: seed, stage: stage)
    case .ageing: try AgeingMoves(legal, recipe: oneShot, seed: seed, stage: stage)
    case .region: RegionMoves(legal, recipe: oneShot, seed: seed, stage: stage)
    }
  }

  static func score(
    _ supernet: Supernet, _ splits: DatasetSplits, _ recipe: SearchRecipe, _ oneShot: OneShotRecipe,
    _ table: OperatorTable?, seed: UInt64
  ) throws -> any CandidateScore {
    switch oneShot.score {
    case .recalibrated:
      return RecalibratedAccuracy(
        supernet, splits: splits, recipe: recipe, oneShot: oneShot, firstSlot: 1, seed: seed)
    case .indicator:
      guard let table else { preconditionFailure("an indicator reads operators") }
      return try NormIndicator(supernet, table, bareScore: oneShot.bareScore)
    }
  }
}

extension OneShotRecipe {
  /// Whether some part looks at the operators of the layers one by one.
  var readsOperators: Bool { score == .indicator || weights == .lastNorms }
}

extension SupernetPlan {
  /// The tensors that a way of training trains, batch norms' scales and shifts among them.
  ///
  /// - Throws: `OneShotError.nothingTrained`.
  package func tensorsTrained(
    by weights: OneShotRecipe.Weights, _ table: OperatorTable
  ) throws(OneShotError) -> [TensorID] {
    var recipe = OneShotRecipe()
    recipe.weights = weights
    recipe.trainsAffine = true
    let all = tensors.indices.map(TensorID.init(index:)).filter { tensors[$0.index].isTrained }
    return try trained(recipe, table) ?? all
  }

  /// The tensors that a recipe trains; nil: all.
  ///
  /// - Throws: `OneShotError.nothingTrained`.
  func trained(_ oneShot: OneShotRecipe, _ table: OperatorTable?) throws(OneShotError) -> [TensorID]? {
    let norms = batchNormTensors
    switch oneShot.weights {
    case .contrast: return nil
    case .all:
      guard !oneShot.trainsAffine else { return nil }
      let untrained = Set(norms)
      return tensors.indices.map(TensorID.init(index:)).filter {
        tensors[$0.index].isTrained && !untrained.contains($0)
      }
    case .lastNorms:
      let ends = (table?.ends ?? []).flatMap { $0 }.compactMap(\.self).flatMap(\.self)
      let last = Set(ends.flatMap { $0.scales + $0.shifts }.map(\.tensor)).sorted()
      guard !last.isEmpty else { throw .nothingTrained(weights: oneShot.weights.rawValue) }
      return last
    case .norms, .normsAndClassifier:
      guard !norms.isEmpty else { throw .nothingTrained(weights: oneShot.weights.rawValue) }
      return (norms + (oneShot.weights == .norms ? [] : classifierTensors)).sorted()
    }
  }
}
