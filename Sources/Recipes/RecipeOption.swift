import Datasets
import Distributions
import Search
import SpaceAnalysis
import SpacePlanner

/// One key of a recipe: what it takes, what it means and where that comes from. docs/recipes.md lists the same, which a
/// test sees to.
package struct RecipeOption: Sendable {
  /// What a value may be, and where it goes.
  enum Kind: Sendable {
    /// A number in a range, which words say.
    case number(@Sendable (Double) -> Bool, String, @Sendable (inout Recipe, Double) -> Void)
    /// A whole number of at least so much.
    case count(least: Int, @Sendable (inout Recipe, Int) -> Void)
    /// A whole number of at least 1, with `k`, `M` or `G` behind it or not; or a time, which is in nanoseconds.
    case amount(@Sendable (inout Recipe, _ amount: Int, _ isTime: Bool) -> Void)
    /// What costs are measured by.
    case measure(@Sendable (inout Recipe, CostMeasure) -> Void)
    case word([String], @Sendable (inout Recipe, String) -> Void)
    case text(@Sendable (inout Recipe, String) -> Void)
    /// A text or a list of texts.
    case texts(@Sendable (inout Recipe, [String]) -> Void)
    /// `0.9..1`; the end that is left out is 0 below and 1 above.
    case shares(@Sendable (inout Recipe, ClosedRange<Double>) -> Void)
    /// A time with its unit, `5 ms`, in nanoseconds.
    case time(@Sendable (inout Recipe, Int) -> Void)
    /// Numbers from 1 on, ascending; one by itself, or a list.
    case places(@Sendable (inout Recipe, [Int]) -> Void)
    /// `1..5`, a list, or one number.
    case seeds(@Sendable (inout Recipe, [UInt64]) -> Void)
  }

  /// The section, and the key in it; nil: a key of the recipe itself.
  package let section: String?
  package let key: String
  let kind: Kind
  /// One sentence.
  package let meaning: String
  /// What holds where the recipe says nothing.
  package let standard: String
  /// Paper and section, or `ours`.
  package let source: String

  /// `weights.rate`.
  package var path: String { section.map { "\($0).\(key)" } ?? key }

  init(
    _ path: String, _ kind: Kind, _ meaning: String, standard: String, source: String
  ) {
    let parts = path.split(separator: ".").map(String.init)
    section = parts.count == 2 ? parts[0] : nil
    key = parts[parts.count - 1]
    self.kind = kind
    self.meaning = meaning
    self.standard = standard
    self.source = source
  }

  /// In the order of docs/recipes.md.
  package static let all =
    general + schedule + draws + distribution + mixture + oneShot + pool + weights + training + trainingAugmentation
    + trainingTeacher

  static let sections = [
    "data", "schedule", "draws", "distribution", "mixture", "oneshot", "pool", "cost", "weights", "training",
  ]

  private static let general = [
    RecipeOption(
      "method", .word(SearchMethod.allCases.map(\.rawValue)) { $0.method = SearchMethod(rawValue: $1) },
      "The search method, which decides the rest of the defaults", standard: "fp-nas",
      source: "FP-NAS: arXiv 2011.10949; PARSEC: arXiv 1902.05116; FBNetV2: arXiv 2004.05565; SPOS: arXiv 1904.00420; "
        + "BN-NAS: arXiv 2108.07375; HURRICANE: arXiv 1910.11609; FOX-NAS: arXiv 2108.08189; "
        + "Pi-NAS: arXiv 2108.09671"),
    RecipeOption(
      "data.source", .text { $0.source = $1 },
      "The images: `fashion-mini`, `digits`, `fashion-mnist:FOLDER`, `cifar10:FOLDER`; of `train` also `folder:FOLDER`",
      standard: "fashion-mini",
      source: "ours"),
    RecipeOption(
      "data.limit", .count(least: 1) { $0.limit = $1 }, "At most so many images in each part", standard: "all",
      source: "ours"),
    RecipeOption(
      "data.train", .text { $0.folder.train = $1 }, "Of an image folder: the folder of the classes to train on",
      standard: "train", source: "ImageNet's archives"),
    RecipeOption(
      "data.val", .text { $0.folder.validation = $1 }, "Of an image folder: the folder of the classes to test on",
      standard: "val", source: "ImageNet's archives"),
    RecipeOption(
      "data.centre", .number({ $0 > 0 && $0 <= 1 }, "above 0 and at most 1") { $0.folder.centre = $1 },
      "Of an image folder: the share of the shorter side that is tested, from the middle", standard: "0.875",
      source: "torchvision: 224 of 256"),
    RecipeOption(
      "data.broken", .word(BrokenImagePolicy.allCases.map(\.rawValue)) { $0.folder.broken = .init(rawValue: $1) },
      "Of an image folder: stop at an image that cannot be read (`refuse`), or go on without it (`skip`)",
      standard: "refuse", source: "ours"),
    RecipeOption(
      "where", .texts { $0.conditions = $1 },
      "Only networks that meet these conditions too are drawn; written as lines of `require` in a space",
      standard: "what the space requires", source: "ours (decisions/0013)"),
    RecipeOption(
      "cost.measure", .measure { $0.measure = $1 },
      "What target and penalty are about: `macs`, `parameters` or `latency(DEVICE)` by that device's table",
      standard: "macs", source: "ours"),
    RecipeOption(
      "cost.target", .amount { ($0.target, $0.targetIsTime) = ($1, $2) },
      "Cost above which the hinge pulls, with `k`, `M` or `G`; of a latency a time, such as `5 ms`",
      standard: "the median of the space", source: "FP-NAS, eq. 2; the median is ours"),
    RecipeOption(
      "cost.band", .shares { $0.band = $1 },
      "Only networks with costs between these shares of the target are drawn: `0.9..1`, `..1` for a hard limit",
      standard: "every network is drawn", source: "ours (decisions/0013)"),
    RecipeOption(
      "cost.beta", .number({ $0 >= 0 && $0 < 1 }, "from 0 to below 1") { $0.beta = $1 },
      "How strongly cost counts against likelihood", standard: "0.6", source: "FP-NAS, eq. 4; the value is ours"),
    RecipeOption(
      "seeds", .seeds { $0.seeds = $1 },
      "Everything random follows from one; several are several runs: `1..5`, `[1, 7]`", standard: "1", source: "ours"),
    RecipeOption(
      "random-networks", .count(least: 0) { $0.randomNetworks = $1 },
      "Random networks of the same cost that are trained beside the one that was found", standard: "3",
      source: "ours"),
  ]

  private static let schedule = [
    RecipeOption(
      "schedule.epochs", .number({ $0 > 0 && $0 < 1e6 }, "above 0 and below 1,000,000") { $0.epochs = $1 },
      "Passes over the training half; a fraction is allowed", standard: "30, 3 (bn-nas), 21 (hurricane)", source: "ours"
    ),
    RecipeOption(
      "schedule.batch", .count(least: 2) { $0.batch = $1 }, "Images of either half in a step", standard: "64",
      source: "ours"),
    RecipeOption(
      "schedule.warm-up", .number({ $0 >= 0 && $0 < 1e6 }, "at least 0 and below 1,000,000") { $0.warmUpEpochs = $1 },
      "First epochs, in which the distribution stays uniform", standard: "2/3 of the epochs, 1/9 (fbnetv2)",
      source: "ours (decisions/0004); FBNet's code: 10 of 90"),
    RecipeOption(
      "schedule.warm-up-draws", .count(least: 1) { $0.warmUpDraws = $1 }, "Draws of a step of the warm-up",
      standard: "2", source: "ours"),
    RecipeOption(
      "schedule.warm-up-gradient",
      .word(SearchRecipe.WeightGradient.allCases.map(\.rawValue)) {
        $0.warmUpGradient = SearchRecipe.WeightGradient(rawValue: $1)
      }, "As `weights.gradient`, in the warm-up", standard: "uniform", source: "ours (decisions/0004)"),
    RecipeOption(
      "schedule.lanes", .count(least: 1) { $0.lanes = $1 },
      "Lanes over which the draws of a step, or the images of one (fbnetv2), are spread; sums are rounded lane by lane",
      standard: "2", source: "ours"),
  ]

  private static let draws = [
    RecipeOption(
      "draws.lambda", .number({ $0 > 0 && $0 < 100 }, "above 0 and below 100") { $0.lambda = $1 },
      "Draws of a step for each nat of entropy, at least 2", standard: "0.25 (fp-nas)",
      source: "FP-NAS, section 3.2, eq. 6"),
    RecipeOption(
      "draws.fixed", .count(least: 2) { $0.fixedDraws = $1 }, "Draws of a step, always as many",
      standard: "a quarter of the first entropy (parsec)",
      source: "PARSEC, section 3; FP-NAS compares with 14 on FBNetV2-F"),
  ]

  private static let distribution = [
    RecipeOption(
      "distribution.form", .word(Recipe.Form.allCases.map(\.rawValue)) { $0.form = Recipe.Form(rawValue: $1) },
      "One categorical a layer (`joint`), a decision (`factorised`), or the second and then the first (`mixed`)",
      standard: "mixed (fp-nas), joint (parsec), as the space's hints ask; factorised (fbnetv2)",
      source: "FP-NAS, section 3.3"),
    RecipeOption(
      "distribution.joint-from",
      .number({ $0 >= 0 && $0 < 1e6 }, "at least 0 and below 1,000,000") { $0.jointFrom = $1 },
      "The epoch from which `mixed` is joint: the paper's theta", standard: "5/6 of the epochs",
      source: "FP-NAS, section 3.3, eq. 7"),
    RecipeOption(
      "distribution.joint-rate", .number(positive, "above 0") { $0.jointRate = $1 },
      "Adam's step for joint logits", standard: "0.03", source: "ours (decisions/0004)"),
    RecipeOption(
      "distribution.factorised-rate", .number(positive, "above 0") { $0.factorisedRate = $1 },
      "Adam's step for factorised logits", standard: "0.03", source: "ours (decisions/0004)"),
    RecipeOption(
      "distribution.scale", .number(positive, "above 0") { $0.likelihoodScale = $1 },
      "Factor on the log-likelihood; 1 is the papers'", standard: "1", source: "ours"),
    RecipeOption(
      "distribution.baseline",
      .word(ShareBaseline.allCases.map(\.rawValue)) { $0.baseline = ShareBaseline(rawValue: $1) },
      "`uniform` takes 1/K from every share, which lowers the variance", standard: "none", source: "ours"),
    RecipeOption(
      "distribution.from", .text { $0.start = $1 },
      "A run, or its `distribution.json`, whose learnt distribution the search starts from; seen from the recipe",
      standard: "the uniform distribution", source: "PARSEC, abstract"),
    RecipeOption(
      "distribution.softening", .number({ $0 > 0 && $0 <= 1 }, "above 0 and at most 1") { $0.softening = $1 },
      "Factor on the logits of `distribution.from`; below 1 the start is less certain", standard: "1", source: "ours"),
  ]

  private static let mixture = [
    RecipeOption(
      "mixture.temperature", .number(positive, "above 0") { $0.mixture.temperature = $1 },
      "Of the Gumbel-softmax before the first epoch", standard: "5 (fbnetv2)", source: "FBNet's code"),
    RecipeOption(
      "mixture.annealing", .number({ $0 >= 0 && $0 < 1e3 }, "at least 0") { $0.mixture.annealing = $1 },
      "a: every epoch multiplies the temperature by exp(-a)", standard: "4.05 over the epochs, to 0.087 in the end",
      source: "FBNet's code: 0.045 in each of 90 epochs"),
    RecipeOption(
      "mixture.rate", .number(positive, "above 0") { $0.mixture.rate = $1 }, "Adam's step for the logits",
      standard: "0.9 over the epochs, at most 0.1", source: "FBNet's code: 0.01 in each of 90 epochs"),
    RecipeOption(
      "mixture.decay", .number({ $0 >= 0 && $0 < 1e3 }, "at least 0") { $0.mixture.decay = $1 },
      "Weight decay of the logits", standard: "0.0005", source: "FBNet's code"),
    RecipeOption(
      "mixture.share", .number({ $0 > 0 && $0 < 1 }, "between 0 and 1") { $0.mixture.share = $1 },
      "Share of the images that the weights are trained on; the logits are trained on the others", standard: "0.8",
      source: "FBNetV2"),
    RecipeOption(
      "mixture.loss", .word(MixtureRecipe.Loss.allCases.map(\.rawValue)) { $0.mixture.loss = .init(rawValue: $1) },
      "CE + mu cost / target (`additive`), CE alpha (log cost)^exponent (`fbnet`), or CE + mu (cost / target - 1) above "
        + "the target (`hinge`)", standard: "additive", source: "ours; FBNet, arXiv 1812.03443; FP-NAS, eq. 2"),
    RecipeOption(
      "mixture.mu", .number({ $0 >= 0 && $0 < 1e6 }, "at least 0") { $0.mixture.costWeight = $1 },
      "How strongly cost counts in `additive` and `hinge`", standard: "0.2", source: "ours (decisions/0012)"),
    RecipeOption(
      "mixture.alpha", .number(positive, "above 0") { $0.mixture.factor = $1 }, "Of `fbnet`", standard: "0.2",
      source: "FBNet's code"),
    RecipeOption(
      "mixture.exponent", .number({ $0 >= 0 && $0 < 100 }, "at least 0") { $0.mixture.exponent = $1 }, "Of `fbnet`",
      standard: "0.6", source: "FBNet's code"),
    RecipeOption(
      "mixture.cost", .word(MixtureCost.Rule.allCases.map(\.rawValue)) { $0.mixture.cost = .init(rawValue: $1) },
      "Costs of effective shapes (`effective`), or the mean over networks (`expected`), as a latency always is",
      standard: "effective", source: "FBNetV2; the mean is ours"),
  ]

  private static let weights = [
    RecipeOption(
      "weights.rate", .number(positive, "above 0") { $0.weightRate = $1 },
      "First step of the cosine schedule of the shared weights", standard: "0.1", source: "arXiv 1608.03983, eq. 5"),
    RecipeOption(
      "weights.momentum", .number(notNegative, "at least 0 and below 1") { $0.momentum = $1 }, "Of SGD",
      standard: "0.9", source: "ours"),
    RecipeOption(
      "weights.decay", .number({ $0 >= 0 && $0 < 1e3 }, "at least 0") { $0.weightDecay = $1 },
      "Weight decay; not on norms and biases", standard: "0.0001", source: "ours"),
    RecipeOption(
      "weights.clip", .number({ $0 >= 0 && $0 < 1e9 }, "at least 0") { $0.clipNorm = $1 },
      "Bound on the norm of the gradient; 0: none", standard: "5", source: "ours"),
    RecipeOption(
      "weights.gradient",
      .word(SearchRecipe.WeightGradient.allCases.map(\.rawValue)) {
        $0.weightGradient = SearchRecipe.WeightGradient(rawValue: $1)
      }, "How draws count in the gradient: by likelihood share (`importance`), or all alike (`uniform`)",
      standard: "importance", source: "FP-NAS, eq. 5"),
  ]

  private static let training = [
    RecipeOption(
      "training.epochs", .count(least: 0) { $0.training.epochs = $1 },
      "Epochs of training from scratch; 0: nothing is trained", standard: "8", source: "ours"),
    RecipeOption(
      "training.batch", .count(least: 2) { $0.training.batch = $1 }, "Images of a step", standard: "64", source: "ours"),
    RecipeOption(
      "training.rate", .number(positive, "above 0") { $0.training.rate = $1 }, "First step of the schedule",
      standard: "0.1", source: "arXiv 1608.03983, eq. 5"),
    RecipeOption(
      "training.momentum", .number(notNegative, "at least 0 and below 1") { $0.training.momentum = $1 },
      "Of SGD, or of the scaled gradient (rmsprop)", standard: "0.9", source: "ours"),
    RecipeOption(
      "training.optimiser",
      .word(Recipe.Training.Optimiser.allCases.map(\.rawValue)) { $0.training.optimiser = .init(rawValue: $1) },
      "`sgd`, or `rmsprop` as MnasNet and EfficientNet are trained", standard: "sgd",
      source: "arXiv 1905.11946, section 5.2"),
    RecipeOption(
      "training.rms-decay",
      .number(notNegative, "at least 0 and below 1") { $0.training.squareDecay = $1 },
      "Of the mean of squared gradients (rmsprop)", standard: "0.9", source: "arXiv 1905.11946, section 5.2"),
    RecipeOption(
      "training.rms-epsilon", .number(positive, "above 0") { $0.training.epsilon = $1 },
      "Added to the root of that mean (rmsprop)", standard: "0.001", source: "EfficientNet's code"),
    RecipeOption(
      "training.schedule",
      .word(Recipe.Training.Schedule.allCases.map(\.rawValue)) { $0.training.schedule = .init(rawValue: $1) },
      "How the rate falls: along half a `cosine`, a line (`linear`), in `step`s, or not (`constant`)",
      standard: "cosine", source: "arXiv 1608.03983, eq. 5"),
    RecipeOption(
      "training.step-epochs",
      .number({ $0 > 0 && $0 < 1e6 }, "above 0 and below 1,000,000") { $0.training.stepEpochs = $1 },
      "Epochs between steps of the rate (step)", standard: "2.4", source: "arXiv 1905.11946, section 5.2"),
    RecipeOption(
      "training.step-factor", .number({ $0 > 0 && $0 <= 1 }, "above 0 and at most 1") { $0.training.stepFactor = $1 },
      "What a step multiplies the rate with (step)", standard: "0.97", source: "arXiv 1905.11946, section 5.2"),
    RecipeOption(
      "training.decay", .number({ $0 >= 0 && $0 < 1e3 }, "at least 0") { $0.training.weightDecay = $1 },
      "Weight decay", standard: "0.0001", source: "ours"),
    RecipeOption(
      "training.smoothing", .number(notNegative, "at least 0 and below 1") { $0.training.labelSmoothing = $1 },
      "Label smoothing", standard: "0.1", source: "arXiv 1512.00567, section 7"),
    RecipeOption(
      "training.warm-up-steps", .count(least: 0) { $0.training.warmUpSteps = $1 },
      "Steps over which the rate rises from 0", standard: "30", source: "ours"),
    RecipeOption(
      "training.clip", .number({ $0 >= 0 && $0 < 1e9 }, "at least 0") { $0.training.clipNorm = $1 },
      "Bound on the norm of the gradient; 0: none", standard: "5", source: "ours"),
    RecipeOption(
      "training.average", .number(notNegative, "at least 0 and below 1") { $0.training.averageDecay = $1 },
      "Decay of the weight average that is tested, by `train` beside the last weights; 0: there is none", standard: "0",
      source: "EfficientNet's code: 0.9999"),
    RecipeOption(
      "training.shift", .count(least: 0) { $0.training.shift = $1 },
      "Left-right flips, and shifts by up to so many pixels; 0: none of either", standard: "0", source: "ours"),
    RecipeOption(
      "training.lanes", .count(least: 1) { $0.training.lanes = $1 },
      "Parts of a batch that run side by side, each with batch statistics of its own; 1 for each core is fastest",
      standard: "1", source: "ours"),
    RecipeOption(
      "training.recalibration", .count(least: 1) { $0.training.recalibration = $1 },
      "Batches that batch norm's statistics are measured on before a test", standard: "30", source: "ours"),
    RecipeOption(
      "training.test-every", .count(least: 1) { $0.training.testEvery = $1 },
      "Epochs between the tests of `train`; the last is always tested", standard: "a tenth of the epochs",
      source: "ours"),
  ]

  private static let trainingAugmentation = [
    RecipeOption(
      "training.flip",
      .word(Recipe.Training.Flip.allCases.map(\.rawValue)) { $0.training.flip = .init(rawValue: $1) },
      "Every second image mirrored by chance (`horizontal`), whatever `shift` says, or `none`",
      standard: "horizontal with `shift` and for image folders", source: "ours"),
    RecipeOption(
      "training.crop-area", .shares { $0.training.cropShares = $1 },
      "Parts of the image with an area of such a share of it are resized to the input; instead of `shift`",
      standard: "0.08..1 for image folders, else none", source: "arXiv 1409.4842, section 6"),
    RecipeOption(
      "training.randaugment", .count(least: 0) { $0.training.changes = $1 },
      "Random changes of each image; 0: none", standard: "0", source: "arXiv 1909.13719: 2 on ImageNet"),
    RecipeOption(
      "training.randaugment-strength",
      .number({ $0 >= 0 && $0 <= 30 }, "from 0 to 30") { $0.training.strength = $1 },
      "How strong these changes are", standard: "9", source: "arXiv 1909.13719: 9 on ImageNet"),
    RecipeOption(
      "training.cutout", .count(least: 0) { $0.training.cutout = $1 },
      "Side of a square that is replaced by the mean, in pixels; 0: none", standard: "0", source: "arXiv 1708.04552"),
    RecipeOption(
      "training.mixup", .number({ $0 >= 0 && $0 <= 1 }, "from 0 to 1") { $0.training.mixup = $1 },
      "Alpha of Beta(alpha, alpha), by which images and classes are mixed; 0: they are not", standard: "0",
      source: "arXiv 1710.09412: 0.2 on ImageNet"),
    RecipeOption(
      "training.stochastic-depth", .number(notNegative, "at least 0 and below 1") { $0.training.branchDrop = $1 },
      "How often the last residual branch is left out, earlier ones less; 0: never", standard: "0",
      source: "arXiv 1603.09382; arXiv 1905.11946: 0.2"),
  ]

  private static let trainingTeacher = [
    RecipeOption(
      "training.teacher", .text { $0.training.teacher = $1 },
      "Of `train`: a run of `train`, or an architecture file, to learn from; seen from the recipe", standard: "none",
      source: "FP-NAS, table 8; arXiv 1503.02531"),
    RecipeOption(
      "training.teacher-weights", .text { $0.training.teacherWeights = $1 },
      "The teacher's weights; seen from the recipe",
      standard: "of a run the averaged ones, or the last where there are none", source: "ours"),
    RecipeOption(
      "training.teacher-share", .number({ $0 >= 0 && $0 <= 1 }, "from 0 to 1") { $0.training.teacherShare = $1 },
      "a in (1 - a) CE + a T^2 KL", standard: "0.5", source: "ours (FP-NAS does not say)"),
    RecipeOption(
      "training.teacher-temperature", .number(positive, "above 0") { $0.training.teacherTemperature = $1 },
      "T, of both networks' answers", standard: "1", source: "ours (FP-NAS does not say)"),
  ]

  static let positive: @Sendable (Double) -> Bool = { $0 > 0 && $0 < 1e39 }
  static let notNegative: @Sendable (Double) -> Bool = { $0 >= 0 && $0 < 1 }
}
