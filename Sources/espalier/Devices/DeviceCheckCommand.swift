import ArgumentParser
import Devices
import SpaceCompiler
import SpaceIR

/// `espalier device check`: how well a table predicts what whole networks take.
struct DeviceCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Measure whole networks of a space, and hold them against what the latency table says.",
    discussion: """
        espalier device check ort-fp32 spaces/mini-f.yaml --table tables/ort-fp32.yaml
        espalier device check ort-fp32 spaces/mini-f.yaml --table tables/ort-fp32.yaml --correct

      Draws networks uniformly and measures each in two processes. A sum over kernels is mostly low, by nearly the same \
      for all networks of a space; a line through the measured networks takes that away, and '--correct' writes it into \
      the table, where every question about latencies then has it.
      """)

  @OptionGroup var device: DeviceArgument
  @OptionGroup var query: QueryOptions

  @Option(
    help: ArgumentHelp(
      "The table. Default: NAME-table.yaml by the device's name, as 'measure' has it.", valueName: "file"))
  var table: String?

  @Option(help: "How many networks are drawn, at least 2.", transform: parseCount)
  var networks = 20

  @Option(help: "What the draws follow from.")
  var seed: UInt64 = 1

  @Flag(help: "Write the line through the networks into the table as its correction; needs 5 networks.")
  var correct = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard networks >= 2 else { throw ValidationError("one network has no order: take at least 2 '--networks'") }
    guard !correct || networks >= LinearFit.leastNetworks else {
      throw ValidationError("a correction needs at least \(LinearFit.leastNetworks) '--networks'")
    }
  }

  func run() throws {
    let device = try device.found()
    let compiled = try query.compiled()
    StopRequest.listen()
    try ScratchFolder.with { scratch in
      do {
        try translatingDeviceFailures { try check(device, compiled, scratch) }
      } catch let failure as CommandFailure where StopRequest.wasMade && failure.status == .couldNotRun {
        throw CommandFailure("stopped; a check keeps nothing")
      }
    }
  }

  private func check(_ device: Device, _ compiled: CompiledSpace, _ scratch: String) throws {
    let file = try TableFile(try self.device.table(table, of: device, option: "--table"), mayBeMissing: false)
    let command = try MeasuringCommand(device, scratch: scratch, devices: DeviceFolder())
    let description = try command.awaitedDescription()
    var table = try file.table(description, passes: device.passes, named: device.name)
    let measuring = NetworkMeasuring(command: command, table: table, path: file.path, scratch: scratch)
    let answer = try measuring.check(compiled, networks: networks, seed: seed)
    let report = CheckReport(
      answer: answer, table: table, space: compiled.space.name, device: device.name, words: description.words,
      path: file.path, seed: seed)
    Terminal.standardOutput.write(json ? report.json.document : report.text)
    guard correct else { return }
    guard let line = answer.check.line else {
      throw CommandFailure(
        "no line goes through \(counted(answer.check.networks.count, "network")) that were measured; the table stays")
    }
    guard let written = report.writable(line) else {
      throw CommandFailure(
        "the line through these networks has a factor of \(line.factor.fixed(3)), which no table can have: latencies do "
          + "not grow with the sums; the table stays")
    }
    table.record.correct(by: written, networks: answer.check.networks.count, space: compiled.space.name)
    try replaceFile(file.path, with: Array(table.text.utf8))
    Terminal.standardError.line("wrote the correction into \(file.path)")
  }
}
