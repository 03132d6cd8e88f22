import Engine
import SpaceIR
import SpacePlanner
import Supernet

/// Where latency is measured, by name: the seam between `evaluate` and devices.
///
/// A device makes one of these in `latencySources`; nothing else of `evaluate` knows where numbers come from.
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
}

/// - Throws: `CommandFailure` for a name that no device has.
func latencySources(named names: [String]) throws -> [LatencySource] {
  let known = [LatencySource.engine]
  return try names.map { name in
    guard let source = known.first(where: { $0.name == name }) else {
      throw CommandFailure(
        "no device is named '\(name)'\nhelp: known are \(known.map { "'\($0.name)'" }.joined(separator: ", "))",
        status: .couldNotRun)
    }
    return source
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
      let times = try (0..<count).map { _ in try pass() }.sorted()
      return MeasuredLatency(
        device: "engine", median: times[count / 2], quartiles: times[count / 4]...times[count * 3 / 4],
        repetitions: count)
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
