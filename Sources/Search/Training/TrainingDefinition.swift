package import Datasets
package import SpaceIR
package import Supernet

/// What a run of `train` is defined by: equal definitions give equal bytes in every other file but `progress.json`.
package struct TrainingDefinition: Hashable, Sendable, Codable {
  /// Of the format that this package writes and reads.
  package static let currentVersion = 1
  /// What tells its `run.json` from that of a search.
  package static let kind = "training"

  package var kind = Self.kind
  package var version = Self.currentVersion
  package var recipe: TrainingRecipe
  /// Epochs between tests; the last is always tested.
  package var testEvery: Int
  package var seed: UInt64
  /// As on the command line.
  package var data: String
  package var limit: Int?
  /// Of an image folder.
  package var folder: FolderNote?
  /// Of the images, see `DatasetSplits.checksum` and `FolderImages.checksum`.
  package var dataChecksum: String
  /// What computed the run: the version of torch and the processor's instructions.
  package var engine: String
  package var space: String
  /// Path of the space's file inside the run.
  package var spaceFile: String
  package var spaceHash: String
  /// The hash of the network as a space without decisions.
  package var architectureHash: String
  /// Channels, height, width.
  package var input: [Int]
  /// Who it learns from, as in `recipe.yaml`, with the hash of that network and the checksum of its weights.
  package var teacher: TeacherNote?
  package var totalSteps = 0

  package struct FolderNote: Hashable, Sendable, Codable {
    package var train: String
    package var validation: String
    package var centre: Double
    package var broken: String

    package init(_ options: ImageFolderOptions, broken: BrokenImagePolicy) {
      train = options.train
      validation = options.validation
      centre = options.centre
      self.broken = broken.rawValue
    }

    package var options: ImageFolderOptions {
      var options = ImageFolderOptions()
      options.train = train
      options.validation = validation
      options.centre = centre
      return options
    }

    package var policy: BrokenImagePolicy { BrokenImagePolicy(rawValue: broken) ?? .refuse }
  }

  package struct TeacherNote: Hashable, Sendable, Codable {
    package var source: String
    package var architectureHash: String
    package var weights: String

    package init(source: String, architectureHash: String, weights: String) {
      self.source = source
      self.architectureHash = architectureHash
      self.weights = weights
    }
  }

  package init(
    recipe: TrainingRecipe, testEvery: Int, seed: UInt64, data: String, limit: Int?, folder: FolderNote?,
    dataChecksum: String, engine: String, space: Space, spaceFile: String, spaceHash: String, architectureHash: String,
    teacher: TeacherNote?
  ) {
    self.recipe = recipe
    self.testEvery = testEvery
    self.seed = seed
    self.data = data
    self.limit = limit
    self.folder = folder
    self.dataChecksum = dataChecksum
    self.engine = engine
    self.space = space.name
    self.spaceFile = spaceFile
    self.spaceHash = spaceHash
    self.architectureHash = architectureHash
    self.teacher = teacher
    input = [space.input.channels, space.input.height, space.input.width]
  }
}

/// What one epoch of a training came to.
package struct EpochRecord: Hashable, Sendable, Codable {
  /// A test of weights as they were after the epoch.
  package struct Test: Hashable, Sendable, Codable {
    package var accuracy: Double
    /// Among the first five classes; nil with at most five.
    package var accuracyInFive: Double?
    /// Mean cross-entropy, nats.
    package var loss: Double
    package var images: Int

    init(_ evaluation: Evaluation) {
      accuracy = evaluation.accuracy
      accuracyInFive = evaluation.accuracyInFive
      loss = evaluation.loss
      images = evaluation.images
    }

    package init(accuracy: Double, accuracyInFive: Double?, loss: Double, images: Int) {
      self.accuracy = accuracy
      self.accuracyInFive = accuracyInFive
      self.loss = loss
      self.images = images
    }
  }

  /// From 0.
  package var epoch: Int
  /// Done so far.
  package var steps: Int
  /// Of the last step.
  package var rate: Double
  /// Means over the epoch's batches: cross-entropy in nats, share of images whose class was right.
  package var trainingLoss: Double
  package var trainingAccuracy: Double
  /// Nil: the epoch was not tested.
  package var test: Test?
  /// Of the averaged weights; nil: there are none, or the epoch was not tested.
  package var average: Test?

  package init(
    epoch: Int, steps: Int, rate: Double, trainingLoss: Double, trainingAccuracy: Double, test: Test? = nil,
    average: Test? = nil
  ) {
    self.epoch = epoch
    self.steps = steps
    self.rate = rate
    self.trainingLoss = trainingLoss
    self.trainingAccuracy = trainingAccuracy
    self.test = test
    self.average = average
  }
}

/// The answer of a run of `train`.
package struct TrainingRunResult: Hashable, Sendable, Codable {
  package var macs: Int
  package var parameters: Int
  package var classes: [String]
  /// Of the last epoch.
  package var test: EpochRecord.Test
  package var average: EpochRecord.Test?

  package init(
    macs: Int, parameters: Int, classes: [String], test: EpochRecord.Test, average: EpochRecord.Test?
  ) {
    self.macs = macs
    self.parameters = parameters
    self.classes = classes
    self.test = test
    self.average = average
  }
}

/// How far a training is, for people who ask while it works. The only file with times in it.
package struct TrainingProgress: Hashable, Sendable, Codable {
  package enum Phase: String, Hashable, Sendable, Codable {
    case training
    case finished
  }
  package var phase: Phase
  package var steps: Int
  /// Wall time so far, in seconds, work that was done twice after a stop included.
  package var seconds: Double
  /// Of it spent in steps, and in these waiting for images.
  package var stepSeconds: Double
  package var waitedSeconds: Double
  /// Broken images that were skipped, by their paths.
  package var broken: [String]

  package init(
    phase: Phase, steps: Int, seconds: Double, stepSeconds: Double, waitedSeconds: Double, broken: [String]
  ) {
    self.phase = phase
    self.steps = steps
    self.seconds = seconds
    self.stepSeconds = stepSeconds
    self.waitedSeconds = waitedSeconds
    self.broken = broken
  }

  /// Nil before the first step.
  package var waitedShare: Double? { stepSeconds > 0 ? waitedSeconds / stepSeconds : nil }
}
