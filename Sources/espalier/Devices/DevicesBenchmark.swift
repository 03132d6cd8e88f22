import ArgumentParser
import Devices
import Foundation
import SpaceAnalysis
import SpaceCompiler
import SpaceIR

/// `espalier benchmark devices`: tables of several devices for one space, whole networks on each, and how far the networks
/// that are best on one are best on another.
struct DevicesBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices",
    abstract: "Measure a space on several devices, check whole networks, and compare which networks are best on each.",
    discussion: """
        espalier benchmark devices spaces/mini-f.yaml --on ort-fp32 --on ncnn-fp32 --out docs/benchmarks.md

      Tables are kept in a folder and added to as 'espalier device measure' does, so that a second call measures only \
      kernels whose passes did not agree, and whole networks. Devices are measured one after the other, each on one core; their times are processor times.
      """)

  @OptionGroup var query: QueryOptions

  @Option(
    name: .customLong("on"),
    help: ArgumentHelp("A device, two of them at least: a name or a file; may be repeated.", valueName: "device"))
  var devices: [String] = ["ort-fp32", "ncnn-fp32"]

  @Option(help: ArgumentHelp("Where the tables are kept.", valueName: "folder"))
  var tables = ".build/devices"

  @Option(help: "How many networks are measured as a whole, at least 6.", transform: parseCount)
  var networks = 20

  @Option(help: "What the draws follow from.")
  var seed: UInt64 = 1

  @OptionGroup var output: BenchmarkOutput

  func validate() throws {
    guard devices.count >= 2, Set(devices).count == devices.count else {
      throw ValidationError("devices are compared: name at least two different ones with '--on'")
    }
    guard networks > LinearFit.leastNetworks else {
      throw ValidationError("a line through the others needs at least \(LinearFit.leastNetworks + 1) '--networks'")
    }
  }

  func run() throws {
    let devices = try devices.map { try Device.found($0) }
    let compiled = try query.compiled()
    StopRequest.listen()
    do {
      try FileManager.default.createDirectory(atPath: tables, withIntermediateDirectories: true)
    } catch {
      throw CommandFailure(
        "cannot make '\(tables)': \((error as NSError).localizedDescription)", status: .couldNotRun)
    }
    let measured = try devices.map { device in
      try ScratchFolder.with { scratch in
        try translatingDeviceFailures { try measure(device, compiled, scratch) }
      }
    }
    let page = DevicesPage(space: compiled.space, devices: measured)
    try output.write(try page.text(), command: "devices", title: "Devices")
  }

  /// The table of one device, and whole networks on it.
  private func measure(_ device: Device, _ compiled: CompiledSpace, _ scratch: String) throws -> MeasuredDevice {
    let file = try TableFile("\(tables)/\(compiled.space.name)-\(device.name).yaml", mayBeMissing: true)
    let command = try MeasuringCommand(device, scratch: scratch, devices: DeviceFolder())
    let description = try command.awaitedDescription()
    var table = try file.table(description, passes: device.passes, named: device.name)
    let kernels = try compiled.space.kernels(unconfirmedIn: table.record)
    if !kernels.isEmpty {
      let progress = DeviceProgress(total: kernels.count, unit: "kernels on '\(device.name)'")
      defer { progress.erase() }
      var measuring = KernelMeasuring(command, table: table, path: file.path, scratch: scratch, progress: progress)
      try measuring.measure(kernels.map(\.kernel))
      try measuring.finish(space: compiled.space.name, hash: compiled.hash)
      table = measuring.table
      if let first = measuring.failures.first {
        throw CommandFailure(
          "\(DeviceModels.id(of: first.kernel)) was not measured on '\(device.name)': \(first.failure)",
          status: .couldNotRun)
      }
    }
    let measuring = NetworkMeasuring(command: command, table: table, path: file.path, scratch: scratch)
    let answer = try measuring.check(compiled, networks: networks, seed: seed)
    let report = CheckReport(
      answer: answer, table: table, space: compiled.space.name, device: device.name, words: description.words,
      path: file.path, seed: seed)
    var record = table.record
    if let line = answer.check.line.flatMap(report.writable) {
      record.correct(by: line, networks: answer.check.networks.count, space: compiled.space.name)
    }
    return MeasuredDevice(name: device.name, record: record, report: report)
  }
}

/// A device with its table, corrected by what whole networks take, and the check of it.
struct MeasuredDevice {
  let name: String
  let record: LatencyRecord
  let report: CheckReport
}
