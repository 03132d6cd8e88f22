import ArgumentParser
import Search

/// How often a run is saved so that it can be resumed.
struct CheckpointOptions: ParsableArguments {
  @Option(
    name: .customLong("checkpoint-minutes"),
    help: ArgumentHelp(
      "Write a checkpoint at least so often; a fraction is allowed. What a stop costs at most.", valueName: "minutes"))
  var minutes = 5.0

  @Option(
    name: .customLong("checkpoint-steps"),
    help: ArgumentHelp("Write a checkpoint also after so many steps.", valueName: "steps"), transform: parseCount)
  var steps: Int?

  func validate() throws {
    guard minutes > 0, minutes.isFinite else {
      throw ValidationError("'--checkpoint-minutes' is above 0, not \(minutes)")
    }
  }

  var pace: CheckpointPace { CheckpointPace(steps: steps, seconds: minutes * 60) }
}
