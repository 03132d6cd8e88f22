import Reports
import Search
import SpaceAnalysis
import SpaceIR
import Supernet

extension TrainingStory {
  /// What is told of a run of `train`.
  ///
  /// - Throws: `RunError`; what costs and bindings throw.
  init(reading folder: String) throws {
    let state = try TrainState(of: folder)
    let definition = state.definition
    let network = try NetworkFiles("\(folder)/\(RunDirectory.File.architecture.rawValue)")
    let space = network.space.space
    let cost = try SpaceAnalysis.cost(of: network.architecture, in: space)
    self.init(space: definition.space, data: definition.data, seed: definition.seed, state: state.word)
    teacher = definition.teacher?.source
    totalEpochs = definition.recipe.epochs
    self.cost = cost.macs
    parameters = cost.parameters
    let progress = try RunDirectory.decodeIfThere(TrainingProgress.self, from: .progress, of: folder)
    seconds = progress?.seconds
    waitedShare = progress?.waitedShare
    broken = progress?.broken ?? []
    epochs = state.epochs.map { record in
      Epoch(
        number: record.epoch + 1, rate: record.rate, loss: record.trainingLoss, accuracy: record.trainingAccuracy,
        test: record.test.map(Test.init), average: record.average.map(Test.init))
    }
    graph = NetworkGraph(drawing: try space.bound(to: network.architecture))
    choices = space.options(of: network.architecture).map { RunStory.SettingGroup.Row($0.owner, $0.text) }
    let recorded = try RunDirectory.decode(RecordedValue.self, from: .definition, of: folder)
    func rows(_ rows: [(name: String, value: String)]) -> [RunStory.SettingGroup.Row] {
      rows.map { RunStory.SettingGroup.Row($0.name, $0.value) }
    }
    settings = [
      RunStory.SettingGroup(
        title: "Run",
        rows: rows(
          recorded.rows().filter { !$0.name.hasPrefix("recipe.") } + [
            ("page written by", "espalier \(Espalier.version)")
          ])),
      RunStory.SettingGroup(title: "Training", rows: rows(recorded["recipe"]?.rows() ?? [])),
    ]
    files = try [RunDirectory.File.recipe, .architecture].map { file in
      let text = String(decoding: try RunDirectory.read(file, of: folder), as: UTF8.self)
      return RunStory.Attachment(name: file.rawValue, text: text)
    }
  }
}

extension TrainingStory.Test {
  fileprivate init(_ test: EpochRecord.Test) {
    self.init(accuracy: test.accuracy, accuracyInFive: test.accuracyInFive, loss: test.loss, images: test.images)
  }
}
