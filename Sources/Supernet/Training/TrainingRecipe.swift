package import Datasets

/// How a single network is trained from scratch.
///
/// Without more than the first ten it is the small-scale recipe of fp-nas.md, section 9: SGD with momentum, cosine
/// schedule, label smoothing and an average of the weights. What is nil is not done, or as said.
package struct TrainingRecipe: Hashable, Sendable, Codable {
  package var epochs: Int
  package var batch: Int
  /// First value of the schedule.
  package var rate: Double
  package var momentum: Double
  package var weightDecay: Double
  package var labelSmoothing: Double
  /// Steps over which the rate rises from 0.
  package var warmUpSteps: Int
  /// Bound on the L2 norm of the gradient; nil: none.
  package var clipNorm: Double?
  /// Decay of the weight average that is tested; nil: the last weights are tested.
  package var averageDecay: Double?
  /// Left-right flips and shifts by up to this many pixels; nil: none.
  package var shift: Int?
  /// Nil: SGD.
  package var rmsProp: RMSProp?
  /// Nil: cosine.
  package var schedule: RateSchedule?
  /// Nil: as `shift` says.
  package var flips: Bool?
  /// Shares of the area of a part that is cut out at random and resized, lowest and highest; instead of shifts.
  package var cropShares: [Double]?
  /// Changes of each image by RandAugment.
  package var randAugment: RandAugmentRecipe?
  /// Side of the square that is cut out, in pixels.
  package var cutout: Int?
  /// Of Beta(alpha, alpha).
  package var mixup: Double?
  /// How often the last residual branch is left out.
  package var branchDrop: Double?
  package var teaching: Teaching?
  /// Parts of a batch, each with its own batch statistics, that run side by side; nil: 1.
  package var lanes: Int?
  /// Batches that batch norm's statistics are measured on after training; nil: 30.
  package var recalibration: Int?

  /// s = decay s + (1 - decay) g²; v = momentum v + g / (√s + epsilon): Tieleman and Hinton 2012, lecture 6.5.
  package struct RMSProp: Hashable, Sendable, Codable {
    package var decay: Double
    package var epsilon: Double

    package init(decay: Double = 0.9, epsilon: Double = 0.001) {
      self.decay = decay
      self.epsilon = epsilon
    }
  }

  package struct RandAugmentRecipe: Hashable, Sendable, Codable {
    package var count: Int
    package var strength: Double

    package init(count: Int = 2, strength: Double = 9) {
      self.count = count
      self.strength = strength
    }
  }

  /// How much a teacher counts; who it is, is said elsewhere.
  package struct Teaching: Hashable, Sendable, Codable {
    /// a in (1 - a) CE + a T² KL.
    package var share: Double
    package var temperature: Double

    package init(share: Double = 0.5, temperature: Double = 1) {
      self.share = share
      self.temperature = temperature
    }
  }

  package init(
    epochs: Int, batch: Int = 64, rate: Double = 0.1, momentum: Double = 0.9, weightDecay: Double = 1e-4,
    labelSmoothing: Double = 0.1, warmUpSteps: Int = 30, clipNorm: Double? = 5, averageDecay: Double? = nil,
    shift: Int? = nil
  ) {
    self.epochs = epochs
    self.batch = batch
    self.rate = rate
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.labelSmoothing = labelSmoothing
    self.warmUpSteps = warmUpSteps
    self.clipNorm = clipNorm
    self.averageDecay = averageDecay
    self.shift = shift
  }

  package var laneCount: Int { lanes ?? 1 }

  package var augmentation: Augmentation {
    Augmentation(
      flipsHorizontally: flips ?? (shift != nil), crop: cropShares == nil ? shift.map { .init(padding: $0) } : nil,
      cutout: cutout, resizedCrop: cropShares.map { ResizedCrop(shares: $0[0]...$0[1]) },
      randAugment: randAugment.map { RandAugment(count: $0.count, strength: $0.strength) })
  }

  /// What makes the recipe unusable, in words; nil: nothing does. Values alone are the reader's to check.
  package var complaint: String? {
    guard batch % laneCount == 0 else { return "'lanes' is \(laneCount), which does not divide 'batch', \(batch)" }
    guard batch / laneCount >= 2 else { return "'lanes' is \(laneCount), which leaves less than 2 images of a batch" }
    return nil
  }
}
