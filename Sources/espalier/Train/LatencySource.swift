import Devices
import Engine
import SpaceIR
import SpacePlanner
import Supernet

/// Where latency is measured, by name: the seam between `evaluate` and devices.
///
/// Nothing else of `evaluate` knows where numbers come from.
struct LatencySource: Sendable {
  let name: String
  /// - Parameters:
  ///   - network: The files it comes from.
  ///   - weights: The same network on this program's engine, trained or not.
  let measure: @Sendable (_ network: NetworkFiles, _ weights: Supernet) throws -> MeasuredLatency
}

/// The time of one image, in milliseconds.
struct MeasuredLatency: Hashable {
  let device: String
  let median: Double
  /// Between them lies the middle half of the repetitions.
  let quartiles: ClosedRange<Double>
  let repetitions: Int

  /// - Parameter passes: Milliseconds of each, in any order; at least one.
  init(device: String, passes: [Double]) {
    let times = passes.sorted()
    self.device = device
    median = times[times.count / 2]
    quartiles = times[times.count / 4]...times[times.count * 3 / 4]
    repetitions = times.count
  }
}

/// `engine` is this program's own; every other name is a device of `espalier device`, or its file.
///
/// - Throws: `CommandFailure` for a name that no device has, and in its own words for one that cannot be measured here;
///   `ExitCode` 1 after a device file's errors were shown.
func latencySources(named names: [String]) throws -> [LatencySource] {
  try names.map { name in
    try name == LatencySource.engine.name ? .engine : LatencySource(measuring: Device.found(name))
  }
}

extension LatencySource {
  /// This program's engine on one thread: five passes to warm up, then as many as fit a second, 20 to 200.
  static let engine = LatencySource(name: "engine") { network, trained in
    try translatingFailures {
      let input = network.space.space.input
      let program = try trained.program(for: Architecture(choices: []), batch: 1, pass: .forward)
      let job = EngineJob(program: program, batch: 0)
      let values = [Float](repeating: 0.5, count: input.channels * input.height * input.width)
      try trained.context.writeBatch(
        0, images: values, labels: [0], shape: .init(n: 1, h: input.height, w: input.width, c: input.channels))
      func pass() throws -> Double {
        let began = ContinuousClock.now
        _ = try trained.context.evaluate([job], statistics: .fixed)
        return (ContinuousClock.now - began).inSeconds * 1000
      }
      let warm = try (0..<5).map { _ in try pass() }
      let count = min(200, max(20, Int(1000 / max(warm.min() ?? 1, 0.001))))
      return MeasuredLatency(device: "engine", passes: try (0..<count).map { _ in try pass() })
    }
  }

  /// A device, which gets the network as an ONNX model with random weights, as every model that devices measure has.
  ///
  /// - Throws: `CommandFailure` where the device cannot be measured on this machine.
  init(measuring device: Device) throws {
    try ScratchFolder.with { scratch in
      _ = try translatingDeviceFailures { try Self.command(of: device, scratch).awaitedDescription() }
    }
    self.init(name: device.name) { network, _ in
      StopRequest.listen()
      return try ScratchFolder.with { scratch in
        try translatingDeviceFailures { try Self.latency(of: network, on: device, scratch) }
      }
    }
  }

  private static func command(of device: Device, _ scratch: String) throws -> MeasuringCommand {
    try MeasuringCommand(device, scratch: scratch, devices: DeviceFolder())
  }

  /// Of the passes of one process.
  private static func latency(
    of network: NetworkFiles, on device: Device, _ scratch: String
  ) throws -> MeasuredLatency {
    let model = try DeviceModels.write(network.architecture, of: network.space.space, number: 0, in: scratch)
    let found = try NetworkMeasuring.measure(
      [model], by: command(of: device, scratch), unit: "networks on '\(device.name)'")
    switch found[model.id] {
    case .measured(let latency)?:
      if !latency.isConfirmed {
        Terminal.standardError.line("note: the passes on '\(device.name)' do not agree")
      }
      return MeasuredLatency(device: device.name, passes: latency.passes)
    case .failed(let failure)?:
      throw CommandFailure("the network cannot be measured on '\(device.name)': \(failure)", status: .couldNotRun)
    case nil: preconditionFailure("a run settles every model")
    }
  }
}

/// Most bytes of tensors that are alive at once while one image passes: weights and values.
func singleImageMemory(of trained: Supernet, _ network: NetworkFiles) throws -> EvaluationAnswer.Memory {
  try translatingFailures {
    let program = try trained.plan.bind(Architecture(choices: []), BindingOptions(batch: 1, pass: .forward))
    let weights = trained.plan.tensors.reduce(0) { $0 + 4 * $1.count }
    return EvaluationAnswer.Memory(weights: weights, values: program.arenaBytes)
  }
}
