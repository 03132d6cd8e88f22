import ArgumentParser
import Engine
import SpaceChecker

/// Where a search runs its kernels, and the latency tables that it may ask: one option, as both are devices.
struct SearchDeviceOptions: ParsableArguments {
  enum Choice {
    case engine(EngineDevice)
    case table(DeviceFile)
  }

  @Option(
    name: .customLong("device"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Where to train: cpu, cuda or cuda:NUMBER; CUDA needs an engine that was built beside a torch with CUDA. Or the "
        + "latency table of a device, NAME=FILE, for '--measure latency(NAME)' and conditions; may be repeated.",
      valueName: "device"), transform: parseChoice)
  private var choices: [Choice] = []

  /// Where the kernels run.
  var device: EngineDevice {
    choices.reduce(.cpu) { found, choice in if case .engine(let device) = choice { device } else { found } }
  }

  var files: [DeviceFile] {
    choices.compactMap { choice in if case .table(let file) = choice { file } else { nil } }
  }

  func validate() throws {
    let engines = choices.count { choice in if case .engine = choice { true } else { false } }
    guard engines < 2 else { throw ValidationError("'--device' says twice where to train") }
    try requireDistinctDevices(files)
  }
}

/// - Throws: `ValidationError` for anything but a device of the engine or a table.
private func parseChoice(_ text: String) throws -> SearchDeviceOptions.Choice {
  if text.contains("=") { return .table(try parseDevice(text)) }
  guard let device = EngineDevice(text) else {
    throw ValidationError("'\(text)' is not a device: cpu, cuda, cuda:NUMBER, or a latency table NAME=FILE")
  }
  return .engine(device)
}
