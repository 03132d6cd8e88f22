/// Measures many models with a device's command, whatever the command does: models that fail are told from a device that
/// fails, a command that crashes or hangs is started again without the model that it ran, and what was measured stays.
///
/// Every model ends with a measurement or a reason, unless the device itself gives up, which is thrown.
package struct MeasuringRun {
  package enum Event: Hashable, Sendable {
    /// A call begins.
    case call(models: Int)
    /// What the command says about its progress, a line of its log.
    case progress(String)
    /// Something went wrong, and the run goes on.
    case trouble(String)
  }

  /// Models of one call: all of them are loaded at once, and start-up is paid once.
  package static let callSize = 128
  /// Calls in a row without one measurement.
  private static let mostFruitless = 20

  private let command: MeasuringCommand
  private let isStopping: () -> Bool
  private let observe: (Event) -> Void
  private let pause: (_ seconds: Double) -> Void
  private var queue: [[ModelFile]] = []
  private var tries: [String: Int] = [:]
  /// Of models that were measured without being confirmed.
  private var unconfirmed: [String: Measurement.Latency] = [:]
  private var patience: DevicePatience
  private var fruitless = 0

  /// - Parameter pause: Waits before a device that was away is asked again.
  package init(
    _ command: MeasuringCommand, isStopping: @escaping () -> Bool = { false },
    pause: @escaping (_ seconds: Double) -> Void, observe: @escaping (Event) -> Void
  ) {
    self.command = command
    self.isStopping = isStopping
    self.pause = pause
    self.observe = observe
    patience = DevicePatience(retries: command.device.retries)
  }

  /// In parts that one call can have, of nearly one size.
  package static func calls<Item>(of items: [Item]) -> [[Item]] {
    let count = (items.count + callSize - 1) / callSize
    return (0..<count).map { Array(items[items.count * $0 / count..<items.count * ($0 + 1) / count]) }
  }

  private var retries: Int { command.device.retries }

  /// - Parameters:
  ///   - models: With distinct ids.
  ///   - settle: Called once for each model, as soon as nothing more is done for it.
  /// - Throws: `DeviceError`; what was settled before stays so.
  package mutating func measure(
    _ models: [ModelFile], settle: (ModelFile, Measurement) throws -> Void
  ) throws {
    queue = Self.calls(of: models)
    while !queue.isEmpty {
      let batch = queue.removeFirst()
      if isStopping() { throw DeviceError.stopped }
      observe(.call(models: batch.count))
      let call = try self.call(batch)
      let rest = try take(call, of: batch, settle)
      try follow(call, rest, settle)
    }
  }

  private func call(_ batch: [ModelFile]) throws(DeviceError) -> MeasuringCommand.Call {
    var shown = ""
    var looks = 0
    return try command.measure(batch, budget: 60 + 6 * Double(batch.count)) { log in
      looks += 1
      if looks % 8 == 0, let line = lastPass(log), line != shown {
        shown = line
        observe(.progress(line))
      }
      return !isStopping()
    }
  }

  /// Settles what the lines of a call settle, and gives the models that have no line.
  private mutating func take(
    _ call: MeasuringCommand.Call, of batch: [ModelFile], _ settle: (ModelFile, Measurement) throws -> Void
  ) throws -> [ModelFile] {
    let models = Dictionary(uniqueKeysWithValues: batch.map { ($0.id, $0) })
    var seen: Set<String> = []
    var again: [ModelFile] = []
    fruitless += 1
    for line in call.lines where seen.insert(line.id).inserted {
      guard let model = models[line.id] else { continue }
      let tried = tries[model.id, default: 0]
      switch line.measurement {
      case .measured(let latency):
        fruitless = 0
        let latency = unconfirmed[model.id]?.joined(latency) ?? latency
        if latency.isConfirmed || tried >= retries {
          try settle(model, .measured(latency))
        } else {
          unconfirmed[model.id] = latency
          again.append(model)
        }
      case .failed(let failure):
        if failure.isWorthRepeating, tried < retries {
          again.append(model)
        } else {
          if !failure.isWorthRepeating { fruitless = 0 }
          try settle(model, known(model) ?? .failed(failure))
        }
      }
    }
    for model in again { tries[model.id, default: 0] += 1 }
    if !again.isEmpty { queue.append(again) }
    return batch.filter { !seen.contains($0.id) }
  }

  /// Of an earlier call; a model that was measured once does not end as a failure.
  private func known(_ model: ModelFile) -> Measurement? { unconfirmed[model.id].map { .measured($0) } }

  /// What becomes of the models that a call said nothing of.
  private mutating func follow(
    _ call: MeasuringCommand.Call, _ rest: [ModelFile], _ settle: (ModelFile, Measurement) throws -> Void
  ) throws {
    let failure: Measurement.Failure
    // A device that measured something was there.
    if call.end != .exited(3) || !call.lines.isEmpty { patience.cameBack() }
    switch call.end {
    case .stopped: throw DeviceError.stopped
    case .exited(2): throw DeviceError.refusedArguments(asked: .measure, last: call.last)
    case .exited(3):
      guard let seconds = patience.wait() else { throw DeviceError.unavailable(last: call.last) }
      observe(.trouble(DevicePatience.words(call.last)))
      pause(seconds)
      if !rest.isEmpty { queue.insert(rest, at: 0) }
      return
    case .exited(0), .exited(1):
      guard !rest.isEmpty else { return }
      failure = .init(.silent, call.garbage.map { "the command wrote \($0)" } ?? "the command wrote no line about it")
      observe(.trouble("\(counted(rest.count, "model")) without an answer: \(failure.message)"))
      if let garbage = call.garbage, call.lines.isEmpty, fruitless > retries {
        throw DeviceError.garbage(asked: .measure, found: garbage, expected: "a JSON object for each model")
      }
      try checkFruit(failure, call)
      return try repeatOrSettle(rest, failure, settle)
    case .exited(let code): failure = .init(.crashed, "the command ended with exit code \(code)")
    case .signalled(let number): failure = .init(.crashed, "the command ended by \(signalText(number))")
    case .hung: failure = .init(.hung, "the command said nothing for \(secondsText(command.device.silence))")
    case .late(let seconds): failure = .init(.hung, "the command was not done after \(secondsText(seconds))")
    }
    try checkFruit(failure, call)
    guard let culprit = rest.first(where: { $0.id == call.running }) ?? (rest.count == 1 ? rest.first : nil) else {
      // It is in one of the halves.
      if !rest.isEmpty {
        observe(.trouble("\(failure.message)\(said(call.last)); goes on in halves"))
        let half = rest.count / 2
        queue.insert(contentsOf: [Array(rest[..<half]), Array(rest[half...])].filter { !$0.isEmpty }, at: 0)
      }
      return
    }
    let others = rest.filter { $0.id != culprit.id }
    observe(.trouble("\(failure.message) while it ran '\(culprit.id)'\(said(call.last)); goes on without it"))
    if !others.isEmpty { queue.insert(others, at: 0) }
    try repeatOrSettle([culprit], failure, settle)
  }

  /// Tries models once more, at the end and by themselves, or gives them up.
  private mutating func repeatOrSettle(
    _ models: [ModelFile], _ failure: Measurement.Failure, _ settle: (ModelFile, Measurement) throws -> Void
  ) throws {
    let again = models.filter { tries[$0.id, default: 0] < retries }
    for model in again { tries[model.id, default: 0] += 1 }
    if !again.isEmpty { queue.append(again) }
    for model in models where !again.contains(model) { try settle(model, known(model) ?? .failed(failure)) }
  }

  private func checkFruit(_ failure: Measurement.Failure, _ call: MeasuringCommand.Call) throws(DeviceError) {
    guard fruitless >= Self.mostFruitless else { return }
    throw .fruitless(calls: fruitless, last: failure.message + said(call.last))
  }
}

extension Measurement.Latency {
  /// How close the second-lowest pass comes to the lowest in a confirmed measurement; see docs/devices.md.
  package static let confirmation = 0.03

  /// With the passes of another call.
  func joined(_ other: Measurement.Latency) -> Measurement.Latency {
    let passes = passes + other.passes
    let lowest = passes.sorted().prefix(2)
    let isClose = lowest.count == 2 && lowest[1] <= lowest[0] * (1 + Self.confirmation)
    return Measurement.Latency(
      milliseconds: min(milliseconds, other.milliseconds), passes: passes,
      isConfirmed: isClose || other.isConfirmed && other.milliseconds <= milliseconds)
  }
}

/// `1 model`, `2 models`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
