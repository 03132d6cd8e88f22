/// Everything that the report of a training shows, as plain values.
///
/// Costs are multiply-adds for one image, losses nats, times seconds, accuracies and rates shares and numbers of 1.
package struct TrainingStory: Hashable, Sendable {
  package struct Test: Hashable, Sendable {
    package let accuracy: Double
    /// Among the first five; nil with few classes.
    package let accuracyInFive: Double?
    package let loss: Double
    package let images: Int

    package init(accuracy: Double, accuracyInFive: Double?, loss: Double, images: Int) {
      self.accuracy = accuracy
      self.accuracyInFive = accuracyInFive
      self.loss = loss
      self.images = images
    }
  }

  package struct Epoch: Hashable, Sendable {
    /// From 1.
    package let number: Int
    /// Of its last step.
    package let rate: Double
    package let loss: Double
    package let accuracy: Double
    package let test: Test?
    /// Of the averaged weights.
    package let average: Test?

    package init(number: Int, rate: Double, loss: Double, accuracy: Double, test: Test?, average: Test?) {
      self.number = number
      self.rate = rate
      self.loss = loss
      self.accuracy = accuracy
      self.test = test
      self.average = average
    }
  }

  package var space: String
  package var data: String
  package var seed: UInt64
  package var state: String
  package var teacher: String?
  package var totalEpochs = 0
  package var cost = 0
  package var parameters = 0
  package var seconds: Double?
  /// Of the steps' time.
  package var waitedShare: Double?
  /// Paths of images that could not be read and were skipped.
  package var broken: [String] = []
  package var epochs: [Epoch] = []
  package var graph: NetworkGraph?
  package var choices: [RunStory.SettingGroup.Row] = []
  package var settings: [RunStory.SettingGroup] = []
  package var files: [RunStory.Attachment] = []

  package init(space: String, data: String, seed: UInt64, state: String) {
    self.space = space
    self.data = data
    self.seed = seed
    self.state = state
  }
}
