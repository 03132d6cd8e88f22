import ArgumentParser
import Engine

/// Where the kernels run.
struct DeviceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where to train: cpu, cuda or cuda:NUMBER. CUDA needs an engine that was built beside a torch with CUDA.",
      valueName: "device"),
    transform: parseDevice)
  var device = EngineDevice.cpu
}

private func parseDevice(_ text: String) throws -> EngineDevice {
  guard let device = EngineDevice(text) else {
    throw ValidationError("'\(text)' is not a device: cpu, cuda or cuda:NUMBER")
  }
  return device
}
