import Search
import Supernet

/// The run of a study that is done in parts: used again where it is finished, gone on with where it was stopped.
struct StudyRun {
  let result: RunResult
  let definition: RunDefinition

  /// Nil: the run is not finished, and none may begin.
  ///
  /// - Parameters:
  ///   - path: The run's folder.
  ///   - label: What it is called on standard error.
  init?(_ setup: SearchSetup, at path: String, label: String, mayBegin: Bool) async throws {
    var session = try setup.session()
    definition = session.definition
    if let result = setup.finishedRun(session, at: path) {
      self.result = result
      return
    }
    guard mayBegin else {
      Terminal.standardError.line("\(label): left for another time")
      return nil
    }
    Terminal.standardError.line("\(label): searching in \(path)")
    let reporter = SearchReporter(
      space: setup.space.space, method: setup.order.method, recipe: setup.recipe, json: true, path: path)
    result = try await setup.beginOrContinue(&session, at: path, pace: CheckpointPace()) { _ in
    } observe: {
      reporter.observe($0)
    }
    for network in result.networks {
      Terminal.standardError.line(
        "  \(network.label): \(network.macs.grouped) MACs, test accuracy \((network.result.accuracy * 100).fixed(2)) %")
    }
  }
}
