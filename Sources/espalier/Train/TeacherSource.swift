import Datasets
import Engine
import Search
import SpaceIR
import SpacePlanner
import Supernet

/// A trained network that another one learns from, with the files that a run keeps of it.
struct TeacherSource {
  /// As the user named it.
  let source: String
  let network: NetworkFiles
  let weights: TrainedWeights
  private let weightsPath: String

  /// - Parameters:
  ///   - source: A run of `train`, or an architecture file.
  ///   - weights: The file of weights; nil: the averaged ones of the run, or the last where there are none.
  init(_ source: String, weights: String?) throws {
    self.source = source
    guard fileExists(source) else {
      throw CommandFailure(
        """
        the teacher '\(source)' is not there
        help: name the folder of a run of 'train'; of an architecture file the weights must be named too
        """)
    }
    try requireRun(inFolder: source)
    if !RunDirectory.has(.lock, in: source) {
      guard let weights else {
        throw CommandFailure(
          """
          the teacher '\(source)' is no run of 'train', so its weights must be named
          help: write 'training.teacher-weights' in the recipe, or --teacher-weights
          """)
      }
      network = try NetworkFiles(source)
      weightsPath = weights
    } else {
      network = try NetworkFiles("\(source)/\(RunDirectory.File.architecture.rawValue)")
      weightsPath = try weights ?? trainedWeights(of: source)
    }
    let path = weightsPath
    self.weights = try translatingFailures { try TrainedWeights(reading: path) }
  }

  /// What a run keeps of its teacher.
  init(keptIn run: String, source: String) throws {
    self.source = source
    network = try NetworkFiles("\(run)/\(TeacherFiles.architecture)")
    weightsPath = "\(run)/\(TeacherFiles.weights)"
    let path = weightsPath
    weights = try translatingFailures { try TrainedWeights(reading: path) }
  }

  /// Files for the run, by their paths there, but for the weights.
  func files() -> [(path: String, bytes: [UInt8])] {
    let text = network.architectureText(spaceFolder: "space", comment: "The network that this run learns from.")
    return [(TeacherFiles.architecture, Array(text.utf8))]
      + network.space.files.map { ("\(TeacherFiles.space)/\($0.relativePath)", $0.bytes) }
  }

  func note() throws -> TrainingDefinition.TeacherNote {
    var sum = Checksum()
    try weights.file.write { sum.add($0) }
    return .init(source: source, architectureHash: network.hash, weights: String(sum.value, radix: 16))
  }

  /// - Throws: `CommandFailure` where it takes other images or knows other classes.
  func teacher(for images: any ImageStore, library: EngineLibrary) throws -> Teacher {
    let (space, shape) = (network.space.space, images.shape)
    guard space.input == ImageShape(channels: shape.channels, height: shape.height, width: shape.width) else {
      throw CommandFailure(
        "the teacher '\(source)' takes images of \(space.input.words), and the training has \(shape)")
    }
    let classes = images.identity.classNames
    if let known = weights.classes, known != classes {
      throw CommandFailure(
        "the teacher '\(source)' knows other classes: \(difference(known, classes)); it must have learnt the same data")
    }
    guard space.classes == classes.count else {
      throw CommandFailure(
        "the teacher '\(source)' tells \(space.classes) classes apart, and the training has \(classes.count)")
    }
    return try translatingFailures {
      Teacher(try network.trained(weights, path: weightsPath, library: library), for: shape)
    }
  }

  private func difference(_ known: [String], _ wanted: [String]) -> String {
    guard known.count == wanted.count else { return "\(known.count) instead of \(wanted.count)" }
    let place = zip(known, wanted).enumerated().first { $0.element.0 != $0.element.1 }
    return place.map { "class \($0.offset) is '\($0.element.0)' and not '\($0.element.1)'" } ?? "in another order"
  }
}

/// The weights of a finished training: the averaged ones where there are some.
///
/// - Throws: `CommandFailure`, also for a run that has not come to its end.
func trainedWeights(of run: String) throws -> String {
  try translatingFailures {
    let definition = try RunDirectory.training(of: run)
    guard RunDirectory.has(.result, in: run) else {
      let steps = try RunDirectory.decodeIfThere(TrainingProgress.self, from: .progress, of: run)?.steps ?? 0
      throw RunError.unfinished(path: run, steps: steps, of: definition.totalSteps)
    }
    let file: RunDirectory.File = RunDirectory.has(.averageWeights, in: run) ? .averageWeights : .weights
    return "\(run)/\(file.rawValue)"
  }
}

extension NetworkFiles {
  /// The network with these weights, on a context of its own.
  func trained(_ weights: TrainedWeights, path: String, library: EngineLibrary) throws -> Supernet {
    let plan = try SupernetPlan(for: try space.space.bound(to: architecture), statistics: .recorded)
    let network = try Supernet(plan, library: library, options: EngineOptions())
    try weights.load(into: network, path: path)
    return network
  }
}
