import ArgumentParser
import Devices
import SpaceAnalysis
import SpaceCompiler
import SpaceIR

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// `espalier device measure`: fills a latency table with the kernels of a space.
struct DeviceMeasureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure",
    abstract: "Measure every kernel that some network of a space has, and write the latency table.",
    discussion: """
        espalier device measure ort-fp32 spaces/mini-f.yaml -o tables/ort-fp32.yaml
        espalier device measure phone.yaml spaces/mini-f.yaml

      A kernel that the table has is not measured again, so a measurement that was stopped goes on where it was, and a \
      table serves several spaces. Kernels whose passes do not agree are measured again at once, and once more by the \
      next call of this command. A table that something else was measured with (another version, processor or number of \
      threads) is not added to.
      """)

  @OptionGroup var device: DeviceArgument
  @OptionGroup var query: QueryOptions

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp(
      "The table, which is added to. Default: NAME-table.yaml by the device's name.", valueName: "file"))
  var out: String?

  @Flag(help: "Measure everything anew and replace the table.")
  var fresh = false

  func run() throws {
    let device = try device.found()
    let compiled = try query.compiled()
    StopRequest.listen()
    try ScratchFolder.with { scratch in
      try translatingDeviceFailures { try measure(device, compiled, scratch) }
    }
  }

  private func measure(_ device: Device, _ compiled: CompiledSpace, _ scratch: String) throws {
    let space = compiled.space
    let file = try TableFile(try self.device.table(out, of: device, option: "--out"), mayBeMissing: true)
    let command = try MeasuringCommand(device, scratch: scratch, devices: DeviceFolder())
    let description = try command.awaitedDescription()
    var table = try file.table(description, passes: device.passes, named: device.name, isFresh: fresh)
    let kernels = try space.kernels(unconfirmedIn: table.record)
    guard !kernels.isEmpty else {
      table.note(space: space.name, hash: compiled.hash)
      try replaceFile(file.path, with: Array(table.text.utf8))
      return Terminal.standardOutput.line("every kernel of '\(space.name)' is in \(file.path)")
    }
    let known = table.record.rows.count
    Terminal.standardError.line(
      "measuring \(counted(kernels.count, "kernel")) of '\(space.name)' on '\(device.name)' (\(description.words)), "
        + "up to about \(DeviceProgress.estimate(kernels.count).durationText)"
        + (known == 0 ? "" : "; \(file.path) has \(counted(known, "row"))"))
    let progress = DeviceProgress(total: kernels.count, unit: "kernels")
    var measuring = KernelMeasuring(
      command, table: table, path: file.path, scratch: scratch, progress: progress)
    do {
      try measuring.measure(kernels.map(\.kernel))
    } catch DeviceError.stopped {
      progress.erase()
      throw CommandFailure(
        measuring.measured == 0
          ? "stopped before a call was done, so nothing was measured"
          : "stopped with \(measuring.measured.grouped) of \(kernels.count.grouped) kernels; they are in \(file.path), "
            + "and the same command goes on")
    } catch let error as DeviceError {
      progress.erase()
      let kept =
        measuring.measured == 0 ? "" : "\nnote: \(counted(measuring.measured, "kernel")) before it are in \(file.path)"
      throw CommandFailure(error.description + kept, status: .couldNotRun)
    }
    progress.erase()
    try measuring.finish(space: space.name, hash: compiled.hash)
    Terminal.standardOutput.write(measuring.summary(of: space.name, on: device.name, seconds: progress.seconds))
    if !measuring.failures.isEmpty { throw ExitStatus.invalid.code }
  }
}

extension Space {
  /// The kernels that a table has no confirmed row of.
  ///
  /// - Throws: `CommandFailure`.
  func kernels(unconfirmedIn record: LatencyRecord) throws -> [MissingRow] {
    var record = record
    record.rows.removeAll { !$0.isConfirmed }
    return try kernelRows(missingIn: record.table(of: record.name, path: ""))
  }

  /// The same of those that a table has no row of.
  func kernelRows(missingIn table: LatencyTable) throws -> [MissingRow] {
    do throws(CostModelError) {
      return try kernels(missingIn: table)
    } catch {
      throw CommandFailure(error, in: self)
    }
  }
}

/// Measures kernels call by call, and keeps the table's file as it grows.
struct KernelMeasuring {
  private let command: MeasuringCommand
  private let path: String
  private let scratch: String
  private let progress: DeviceProgress
  private(set) var table: MeasuredTable
  private(set) var measured = 0
  private(set) var failures: [(kernel: KernelShape, failure: Measurement.Failure)] = []
  private var spreads: [Double] = []
  private var unconfirmed = 0
  /// By kernel, the place of its row.
  private var places: [KernelShape: Int]

  init(
    _ command: MeasuringCommand, table: MeasuredTable, path: String, scratch: String, progress: DeviceProgress
  ) {
    self.command = command
    self.table = table
    self.path = path
    self.scratch = scratch
    self.progress = progress
    places = Dictionary(uniqueKeysWithValues: table.record.rows.enumerated().map { ($1.kernel, $0) })
  }

  private var run: MeasuringRun { MeasuringRun(command) { [progress] in progress.show($0) } }

  /// - Throws: `DeviceError`; what was measured before is in the file.
  mutating func measure(_ kernels: [KernelShape]) throws {
    let call = try emptyCall()
    if table.call == nil { table.setCall(nanoseconds: call) }
    let less = table.call ?? call
    for part in MeasuringRun.calls(of: kernels) {
      var models: [ModelFile] = []
      for (number, kernel) in part.enumerated() {
        models.append(try DeviceModels.write(kernel, number: number, in: scratch))
      }
      var found: [String: Measurement] = [:]
      var run = run
      // What was measured stays, whatever ends the rest.
      defer { for model in models { unlink(model.path) } }
      let outcome = Result {
        try run.measure(models) { model, measurement in
          progress.settle()
          found[model.id] = measurement
        }
      }
      for (kernel, model) in zip(part, models) {
        if let measurement = found[model.id] { settle(kernel, measurement, less: less) }
      }
      try save()
      try outcome.get()
    }
  }

  /// Nanoseconds that a call of the smallest model takes. A device that does not measure it measures nothing.
  private func emptyCall() throws -> Int {
    var run = MeasuringRun(command) { [progress] event in if case .trouble = event { progress.show(event) } }
    var found: Measurement?
    try run.measure([try DeviceModels.write(DeviceModels.empty, number: 0, in: scratch)]) { found = $1 }
    switch found {
    case .measured(let latency): return Int((latency.milliseconds * 1e6).rounded())
    case .failed(let failure): throw DeviceError.cannotMeasure(why: failure.description)
    case nil: throw DeviceError.cannotMeasure(why: "nothing was said about it")
    }
  }

  private mutating func settle(_ kernel: KernelShape, _ measurement: Measurement, less call: Int) {
    let row: LatencyRecord.Row
    switch measurement {
    case .measured(let latency):
      measured += 1
      spreads.append(latency.spread)
      if !latency.isConfirmed { unconfirmed += 1 }
      row = LatencyRecord.Row(
        kernel: kernel, nanoseconds: max(0, Int((latency.milliseconds * 1e6).rounded()) - call),
        spread: latency.spread, isConfirmed: latency.isConfirmed)
    case .failed(let failure):
      failures.append((kernel, failure))
      // A row from before stays.
      guard places[kernel] == nil else { return }
      row = LatencyRecord.Row(kernel: kernel, nanoseconds: nil, failure: failure.description)
    }
    if let place = places[kernel] {
      table.record.rows[place] = row
    } else {
      places[kernel] = table.record.rows.count
      table.record.rows.append(row)
    }
  }

  mutating func finish(space: String, hash: String) throws {
    if failures.isEmpty { table.note(space: space, hash: hash) }
    try save()
  }

  private func save() throws {
    if measured > 0 || !failures.isEmpty { try replaceFile(path, with: Array(table.text.utf8)) }
  }

  func summary(of space: String, on device: String, seconds: Double) -> String {
    var lines = [
      "wrote \(path): \(counted(measured, "kernel")) of '\(space)' on '\(device)' in \(seconds.durationText)"
    ]
    if !spreads.isEmpty {
      let sorted = spreads.sorted()
      let (half, most) = (sorted[sorted.count / 2], sorted[min(sorted.count - 1, sorted.count * 9 / 10)])
      lines.append(
        "passes lie above the least by \((half * 100).fixed(1)) % (median), \((most * 100).fixed(1)) % (90th percentile)"
      )
    }
    if unconfirmed > 0 {
      lines.append("\(counted(unconfirmed, "kernel")) unconfirmed; the same command measures them again")
    }
    lines += failureLines
    return lines.map { $0 + "\n" }.joined()
  }

  /// One line for each reason, with the first kernel that it holds for.
  private var failureLines: [String] {
    guard !failures.isEmpty else { return [] }
    var counts: [(reason: String, kernel: KernelShape, count: Int)] = []
    for (kernel, failure) in failures {
      if let place = counts.firstIndex(where: { $0.reason == failure.description }) {
        counts[place].count += 1
      } else {
        counts.append((failure.description, kernel, 1))
      }
    }
    let shown = counts.prefix(10).map { reason, kernel, count in
      "  \(reason): \(DeviceModels.id(of: kernel))" + (count == 1 ? "" : " and \(counted(count - 1, "other"))")
    }
    let rest = counts.count > 10 ? ["  and \(counted(counts.count - 10, "further reason")); the table names all"] : []
    return ["\(counted(failures.count, "kernel")) could not be measured:"] + shown + rest
  }
}
