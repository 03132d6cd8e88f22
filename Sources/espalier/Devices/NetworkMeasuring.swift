import BigInt
import Devices
import Distributions
import SpaceAnalysis
import SpaceCompiler
import SpaceIR

/// Draws networks and holds what a table says of them against what they take as a whole.
struct NetworkMeasuring {
  let command: MeasuringCommand
  let table: MeasuredTable
  let path: String
  let scratch: String

  struct Answer {
    let check: NetworkCheck
    /// Why some networks were not measured.
    let failures: [Measurement.Failure]
    /// Networks whose passes did not agree in one of the processes.
    let unconfirmed: Int
  }

  /// - Throws: `CommandFailure`, among others where fewer networks than two can be had; `DeviceError`.
  func check(_ compiled: CompiledSpace, networks count: Int, seed: UInt64) throws -> Answer {
    let architectures = try Self.draws(of: compiled, count: count, seed: seed)
    let costs = try costs(of: architectures, in: compiled.space)
    let models = try architectures.enumerated().map { number, architecture in
      try DeviceModels.write(architecture, of: compiled.space, number: number, in: scratch)
    }
    let (first, second) = (
      try Self.measure(models, by: command, unit: "networks, first process"),
      try Self.measure(models, by: command, unit: "networks, second process")
    )
    var networks: [NetworkCheck.Network] = []
    var failures: [Measurement.Failure] = []
    var unconfirmed = 0
    let call = Double(table.call ?? 0) / 1e6
    for (model, cost) in zip(models, costs) {
      switch (first[model.id], second[model.id]) {
      case (.measured(let a)?, .measured(let b)?) where a.milliseconds > 0 && b.milliseconds > 0:
        if !a.isConfirmed || !b.isConfirmed { unconfirmed += 1 }
        let sum = Double(cost[CostMeasure.latency(device: table.record.name)]) / 1e6 + call
        networks.append(
          .init(sum: sum, first: a.milliseconds, second: b.milliseconds, macs: Double(cost.macs)))
      case (.failed(let failure)?, _), (_, .failed(let failure)?): failures.append(failure)
      case (.measured?, _), (nil, _): failures.append(.init(.silent, "the command measured no time"))
      }
    }
    guard networks.count >= 2 else {
      let why = failures.first.map { "\($0)" } ?? "too few were drawn"
      throw CommandFailure("fewer than two networks were measured: \(why)", status: .couldNotRun)
    }
    return Answer(check: NetworkCheck(networks), failures: failures, unconfirmed: unconfirmed)
  }

  /// Distinct networks, each drawn as likely as any other; all of a space that has no more.
  static func draws(of compiled: CompiledSpace, count: Int, seed: UInt64) throws -> [Architecture] {
    let members = try MemberSet.members(of: compiled)
    guard members.count >= 2 else {
      throw CommandFailure("'\(compiled.space.name)' has one such network, and one has no order")
    }
    var selection = NetworkSelection(
      members, .distinct(members.count < count ? Int(members.count) : count, seed: seed))
    var found: [Architecture] = []
    while let (_, network) = try selection.next() { found.append(network) }
    return found
  }

  /// By the table's rows as they were measured.
  private func costs(of architectures: [Architecture], in space: Space) throws -> [NetworkCost] {
    var space = space
    let name = table.record.name
    space.latencyTables = [table.record.table(of: name, path: path, isCorrected: false)]
    return try architectures.map { architecture in
      do throws(CostError) {
        return try cost(of: architecture, in: space, devices: [name])
      } catch {
        if case .noRow(let row) = error {
          throw CommandFailure(
            "'\(path)' has no row for a kernel that '\(space.layerName(of: row.node))' of '\(space.name)' needs: "
              + "\(row.kernel)\nhelp: 'espalier device measure' adds the kernels of a space")
        }
        throw CommandFailure(error, in: space)
      }
    }
  }

  /// What one process of a device's command takes for each model, by id; standard error tells how far it is.
  ///
  /// - Parameter unit: What models are called there, in the plural.
  /// - Throws: `DeviceError`.
  static func measure(
    _ models: [ModelFile], by command: MeasuringCommand, unit: String
  ) throws -> [String: Measurement] {
    let progress = DeviceProgress(total: models.count, unit: unit)
    defer { progress.erase() }
    var run = MeasuringRun(command) { progress.show($0) }
    var found: [String: Measurement] = [:]
    try run.measure(models) { model, measurement in
      progress.settle()
      found[model.id] = measurement
    }
    return found
  }
}
