package import Datasets
package import Distributions
import Predictors
package import Search
package import SpaceAnalysis
package import SpacePlanner
package import Supernet

/// What a recipe file says, and nothing else: what it leaves out follows from the method and the space.
package struct Recipe: Hashable, Sendable {
  package enum Form: String, Hashable, Sendable, CaseIterable {
    case joint
    case factorised
    case mixed
  }

  package var method: SearchMethod?
  /// Which networks may be drawn, as lines of `require`.
  package var conditions: [String] = []
  package var source: String?
  package var limit: Int?
  package var folder = Folder()
  package var epochs: Double?
  package var batch: Int?
  package var warmUpEpochs: Double?
  package var warmUpDraws: Int?
  package var warmUpGradient: SearchRecipe.WeightGradient?
  package var lanes: Int?
  package var lambda: Double?
  package var fixedDraws: Int?
  package var form: Form?
  package var jointFrom: Double?
  package var jointRate: Double?
  package var factorisedRate: Double?
  package var likelihoodScale: Double?
  package var baseline: ShareBaseline?
  /// A run's folder or a file with a distribution, as seen from the recipe's file.
  package var start: String?
  package var softening: Double?
  package var measure: CostMeasure?
  package var target: Int?
  /// Whether it was written as a time, and so is in nanoseconds.
  package var targetIsTime = false
  package var band: ClosedRange<Double>?
  package var beta: Double?
  package var weightRate: Double?
  package var momentum: Double?
  package var weightDecay: Double?
  package var clipNorm: Double?
  package var weightGradient: SearchRecipe.WeightGradient?
  package var mixture = Mixture()
  package var oneShot = OneShot()
  package var pool = Pool()
  package var training = Training()
  package var randomNetworks: Int?
  package var seeds: [UInt64]?

  /// Of a search that runs all networks at once.
  package struct Mixture: Hashable, Sendable {
    package var temperature: Double?
    package var annealing: Double?
    package var rate: Double?
    package var decay: Double?
    package var share: Double?
    package var loss: MixtureRecipe.Loss?
    package var costWeight: Double?
    package var factor: Double?
    package var exponent: Double?
    package var cost: MixtureCost.Rule?

    package init() {}
  }

  /// Of an image folder.
  package struct Folder: Hashable, Sendable {
    package var train: String?
    package var validation: String?
    package var centre: Double?
    package var broken: BrokenImagePolicy?

    package init() {}

    package var options: ImageFolderOptions {
      var options = ImageFolderOptions()
      options.train = train ?? options.train
      options.validation = validation ?? options.validation
      options.centre = centre ?? options.centre
      return options
    }
  }

  /// Of a search that trains shared weights by drawn paths and then scores candidates.
  package struct OneShot: Hashable, Sendable {
    package var draws: OneShotRecipe.Draws?
    package var bins: Int?
    package var binShares: ClosedRange<Double>?
    package var paths: Int?
    package var weights: OneShotRecipe.Weights?
    package var trainsAffine: Bool?
    package var schedule: OneShotRecipe.Schedule?
    package var endRate: Double?
    package var labelSmoothing: Double?
    package var score: OneShotRecipe.Score?
    package var recalibrationImages: Int?
    package var validationImages: Int?
    package var bareScore: Double?
    package var moves: OneShotRecipe.Moves?
    package var population: Int?
    package var generations: Int?
    package var parents: Int?
    package var mutations: Int?
    package var crossovers: Int?
    package var mutationRate: Double?
    package var prediction = Prediction()
    package var contrast = Contrast()

    package init() {}
  }

  /// Of `oneshot.weights: contrast`.
  package struct Contrast: Hashable, Sendable {
    package var dimension: Int?
    package var hidden: Int?
    package var queue: Int?
    package var temperature: Double?
    package var momentum: Double?
    package var isCrossed: Bool?
    package var normalisesKeys: Bool?
    package var teacherGroups: Int?
    package var startsSilent: Bool?
    package var leastCrop: Double?
    package var flips: Bool?
    package var jitter: Double?
    package var blur: Double?
    package var probeEpochs: Double?
    package var probeRate: Double?

    package init() {}
  }

  /// Of `oneshot.moves: predicted`.
  package struct Prediction: Hashable, Sendable {
    package var samples: Int?
    package var terms: String?
    package var costTerms: String?
    package var blocks: String?
    package var optimum: PredictionRecipe.Optimum?
    package var walks: Int?
    package var winners: Int?

    package init() {}
  }

  /// Of a device's pool of operators, and of groups of layers.
  package struct Pool: Hashable, Sendable {
    package var device: String?
    /// Nanoseconds.
    package var limit: Int?
    package var operators: Int?
    package var bands: Int?
    package var macsWeight: Double?
    package var parametersWeight: Double?
    package var splits: [Int]?

    package init() {}
  }

  /// Of the networks that are trained from scratch.
  package struct Training: Hashable, Sendable {
    package enum Optimiser: String, Hashable, Sendable, CaseIterable {
      case sgd
      case rmsProp = "rmsprop"
    }

    package enum Schedule: String, Hashable, Sendable, CaseIterable {
      case cosine
      case linear
      case step
      case constant
    }

    package enum Flip: String, Hashable, Sendable, CaseIterable {
      case none
      case horizontal
    }

    package var epochs: Int?
    package var batch: Int?
    package var rate: Double?
    package var momentum: Double?
    package var weightDecay: Double?
    package var labelSmoothing: Double?
    package var warmUpSteps: Int?
    package var clipNorm: Double?
    package var averageDecay: Double?
    package var shift: Int?
    package var optimiser: Optimiser?
    package var squareDecay: Double?
    package var epsilon: Double?
    package var schedule: Schedule?
    package var stepEpochs: Double?
    package var stepFactor: Double?
    package var flip: Flip?
    package var cropShares: ClosedRange<Double>?
    package var changes: Int?
    package var strength: Double?
    package var cutout: Int?
    package var mixup: Double?
    package var branchDrop: Double?
    /// A run of `train`, or an architecture file; as seen from the recipe's file.
    package var teacher: String?
    package var teacherWeights: String?
    package var teacherShare: Double?
    package var teacherTemperature: Double?
    package var lanes: Int?
    package var recalibration: Int?
    package var testEvery: Int?

    package init() {}
  }

  package init() {}

  /// The settings of a search: those of the recipe, and the method's own where it says nothing.
  ///
  /// - Parameters:
  ///   - epochs: Where the recipe does not say.
  ///   - target: By the recipe's measure, where the recipe does not say; nil: cost plays no part.
  ///   - initialEntropy: Of the uniform start of the space, nats.
  ///   - asksForFactorised: Whether the space's hints do.
  package func settings(
    of method: SearchMethod, epochs: Double, target: Int?, initialEntropy: Double, asksForFactorised: Bool
  ) -> SearchRecipe {
    var settings = method.recipe(
      epochs: self.epochs ?? epochs, target: self.target ?? target, initialEntropy: initialEntropy)
    if asksForFactorised { settings.form = .factorised }
    if let lambda { settings.samples = .adaptive(lambda: lambda) }
    if let fixedDraws { settings.samples = .fixed(fixedDraws) }
    switch form {
    case .joint: settings.form = .joint
    case .factorised: settings.form = .factorised
    case .mixed: settings.form = .mixed(theta: jointFrom ?? settings.epochs * 5 / 6)
    case nil: if let jointFrom { settings.form = .mixed(theta: jointFrom) }
    }
    set(&settings.batch, batch)
    set(&settings.warmUpEpochs, warmUpEpochs)
    set(&settings.warmUpSamples, warmUpDraws)
    set(&settings.warmUpWeightGradient, warmUpGradient)
    set(&settings.lanes, lanes)
    set(&settings.jointRate, jointRate)
    set(&settings.factorisedRate, factorisedRate)
    set(&settings.likelihoodScale, likelihoodScale)
    set(&settings.baseline, baseline)
    set(&settings.measure, measure)
    settings.band = band
    set(&settings.beta, beta)
    set(&settings.weightRate, weightRate)
    set(&settings.momentum, momentum)
    set(&settings.weightDecay, weightDecay)
    set(&settings.clipNorm, clipNorm)
    set(&settings.weightGradient, weightGradient)
    if let own = settings.mixture { settings.mixture = self.settings(own) }
    if let own = settings.oneShot {
      settings.oneShot = oneShot.settings(own)
      if method == .hurricane || pool.isSaid { settings.oneShot?.groups = pool.settings }
    }
    return settings
  }

  private func settings(_ own: MixtureRecipe) -> MixtureRecipe {
    var settings = own
    set(&settings.temperature, mixture.temperature)
    set(&settings.annealing, mixture.annealing)
    set(&settings.rate, mixture.rate)
    set(&settings.decay, mixture.decay)
    set(&settings.share, mixture.share)
    set(&settings.loss, mixture.loss)
    set(&settings.costWeight, mixture.costWeight)
    set(&settings.factor, mixture.factor)
    set(&settings.exponent, mixture.exponent)
    set(&settings.cost, mixture.cost)
    return settings
  }

  /// How the networks are trained that the search compares.
  package var trainingRecipe: TrainingRecipe {
    var recipe = TrainingRecipe(epochs: training.epochs ?? 8)
    set(&recipe.batch, training.batch)
    set(&recipe.rate, training.rate)
    set(&recipe.momentum, training.momentum)
    set(&recipe.weightDecay, training.weightDecay)
    set(&recipe.labelSmoothing, training.labelSmoothing)
    set(&recipe.warmUpSteps, training.warmUpSteps)
    if let clipNorm = training.clipNorm { recipe.clipNorm = clipNorm == 0 ? nil : clipNorm }
    if let averageDecay = training.averageDecay { recipe.averageDecay = averageDecay == 0 ? nil : averageDecay }
    if let shift = training.shift { recipe.shift = shift == 0 ? nil : shift }
    return further(recipe)
  }

  /// What is off, or is as it is without being said, stays nil: equal trainings have equal recipes.
  private func further(_ plain: TrainingRecipe) -> TrainingRecipe {
    var recipe = plain
    if training.optimiser == .rmsProp {
      var rmsProp = TrainingRecipe.RMSProp()
      set(&rmsProp.decay, training.squareDecay)
      set(&rmsProp.epsilon, training.epsilon)
      recipe.rmsProp = rmsProp
    }
    switch training.schedule {
    case .cosine, nil: break
    case .linear: recipe.schedule = .linear
    case .constant: recipe.schedule = .constant
    case .step: recipe.schedule = .step(epochs: training.stepEpochs ?? 2.4, factor: training.stepFactor ?? 0.97)
    }
    if let flip = training.flip {
      let isFlipped = flip == .horizontal
      recipe.flips = isFlipped == (recipe.shift != nil) ? nil : isFlipped
    }
    recipe.cropShares = training.cropShares.map { [$0.lowerBound, $0.upperBound] }
    if let changes = training.changes, changes > 0 {
      recipe.randAugment = TrainingRecipe.RandAugmentRecipe(count: changes, strength: training.strength ?? 9)
    }
    if let cutout = training.cutout { recipe.cutout = cutout == 0 ? nil : cutout }
    if let mixup = training.mixup { recipe.mixup = mixup == 0 ? nil : mixup }
    if let branchDrop = training.branchDrop { recipe.branchDrop = branchDrop == 0 ? nil : branchDrop }
    if training.teacher != nil {
      recipe.teaching = TrainingRecipe.Teaching()
      set(&recipe.teaching!.share, training.teacherShare)
      set(&recipe.teaching!.temperature, training.teacherTemperature)
    }
    if let lanes = training.lanes { recipe.lanes = lanes == 1 ? nil : lanes }
    if let recalibration = training.recalibration { recipe.recalibration = recalibration == 30 ? nil : recalibration }
    return recipe
  }

  /// What of the recipe is about searching, as keys of the file; a training of one network reads none of it.
  package var searchKeys: [String] {
    var other = Recipe()
    other.source = source
    other.limit = limit
    other.folder = folder
    other.training = training
    other.seeds = seeds
    guard self != other else { return [] }
    let parts: [(String, Bool)] = [
      ("method", method != nil), ("where", !conditions.isEmpty), ("random-networks", randomNetworks != nil),
      ("cost", measure != nil || target != nil || band != nil || beta != nil),
      (
        "schedule",
        epochs != nil || batch != nil || warmUpEpochs != nil || lanes != nil || warmUpDraws != nil
          || warmUpGradient != nil
      ),
      ("draws", lambda != nil || fixedDraws != nil),
      (
        "distribution",
        form != nil || start != nil || jointFrom != nil || jointRate != nil || factorisedRate != nil
          || likelihoodScale != nil || baseline != nil || softening != nil
      ),
      ("mixture", mixture != Mixture()), ("oneshot", oneShot.isSaid), ("pool", pool.isSaid),
      (
        "weights",
        weightRate != nil || momentum != nil || weightDecay != nil || clipNorm != nil || weightGradient != nil
      ),
    ]
    return parts.filter(\.1).map(\.0)
  }
}

extension Recipe.Pool {
  /// Whether the recipe says something of it.
  package var isSaid: Bool { self != Recipe.Pool() }

  /// What is not said about device and limit is empty and 0 here; who knows the space fills it in or refuses it.
  var settings: GroupRecipe {
    var settings = GroupRecipe(device: device ?? "", limit: limit ?? 0)
    set(&settings.operators, operators)
    set(&settings.bands, bands)
    set(&settings.macsWeight, macsWeight)
    set(&settings.parametersWeight, parametersWeight)
    if let splits { settings.splits = splits }
    return settings
  }
}

extension Recipe.OneShot {
  /// Whether the recipe says something of it.
  package var isSaid: Bool { self != Recipe.OneShot() }

  /// What a method has of its own, with what the recipe says.
  func settings(_ own: OneShotRecipe) -> OneShotRecipe {
    var settings = own
    set(&settings.draws, draws)
    set(&settings.bins, bins)
    set(&settings.binShares, binShares)
    set(&settings.paths, paths)
    set(&settings.weights, weights)
    set(&settings.schedule, schedule)
    set(&settings.endRate, endRate)
    set(&settings.labelSmoothing, labelSmoothing)
    set(&settings.score, score)
    set(&settings.recalibrationImages, recalibrationImages)
    set(&settings.validationImages, validationImages)
    if let bareScore { settings.bareScore = bareScore }
    set(&settings.moves, moves)
    // Parts that are about the scales of batch norms train them, unless the recipe says otherwise.
    if settings.weights != .all || settings.score == .indicator { settings.trainsAffine = true }
    set(&settings.trainsAffine, trainsAffine)
    set(&settings.population, population)
    set(&settings.generations, generations)
    // Of another population the same shares.
    if population != nil {
      settings.parents = max(1, min(settings.parents, settings.population))
      settings.mutations = settings.population / 2
      settings.crossovers = settings.population / 2
    }
    set(&settings.parents, parents)
    set(&settings.mutations, mutations)
    set(&settings.crossovers, crossovers)
    set(&settings.mutationRate, mutationRate)
    set(&settings.prediction.samples, prediction.samples)
    set(&settings.prediction.terms, prediction.terms)
    set(&settings.prediction.costTerms, prediction.costTerms)
    set(&settings.prediction.blocks, prediction.blocks.flatMap(BlockTie.init(rawValue:)))
    set(&settings.prediction.optimum, prediction.optimum)
    set(&settings.prediction.walks, prediction.walks)
    set(&settings.prediction.winners, prediction.winners)
    settings.contrast = contrast.settings(settings.contrast)
    return settings
  }
}

extension Recipe.Contrast {
  fileprivate func settings(_ own: ContrastRecipe) -> ContrastRecipe {
    var settings = own
    set(&settings.dimension, dimension)
    set(&settings.hidden, hidden)
    set(&settings.queue, queue)
    set(&settings.temperature, temperature)
    set(&settings.momentum, momentum)
    set(&settings.isCrossed, isCrossed)
    set(&settings.normalisesKeys, normalisesKeys)
    set(&settings.teacherGroups, teacherGroups)
    set(&settings.startsSilent, startsSilent)
    set(&settings.views.leastCrop, leastCrop)
    set(&settings.views.flips, flips)
    set(&settings.views.jitter, jitter)
    set(&settings.views.blur, blur)
    set(&settings.probeEpochs, probeEpochs)
    set(&settings.probeRate, probeRate)
    return settings
  }
}

/// Sets what is said.
private func set<Value>(_ place: inout Value, _ value: Value?) {
  if let value { place = value }
}
