import ArgumentParser
import SpaceAnalysis
import SpaceChecker
import SpaceCompiler
import SpaceIR
import SpaceSyntax

/// `espalier device rows`: the kernels of a space as a latency table without times.
struct DeviceRowsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rows",
    abstract: "Write a latency table with every kernel that some network of a space has, the times left to fill in.",
    discussion: """
        espalier device rows spaces/mini-f.yaml -o phone.yaml
        espalier device rows spaces/mini-f.yaml --device phone=phone.yaml

      A kernel is an operation with the batch normalisations and activations that follow it. With '--device' only the \
      kernels are written that the table has no row for. Kernels of networks that do not meet the requirements are \
      left out.
      """)

  @OptionGroup var query: QueryOptions

  @Option(help: ArgumentHelp("What the table is called: the device. (default: that of '--device', else 'device')"))
  var name: String?

  @Option(
    name: [.customShort("o"), .customLong("out")], help: ArgumentHelp("Write a new file.", valueName: "file"))
  var out: String?

  func validate() throws {
    guard query.devices.files.count < 2 else {
      throw ValidationError("rows are those that one table has not: give '--device' once")
    }
  }

  func run() throws { try query.showingProgress(respond) }

  private func respond() throws {
    let space = try query.compiled().space
    let device = query.devices.files.first?.device
    let known = device.flatMap { space.latencyTable(of: $0) }
    let title = name ?? device ?? "device"
    let rows = try space.kernelRows(missingIn: known ?? LatencyTable(device: title, path: "", [:]))
    let lines = rows.map {
      "  - {\($0.kernel), latency: \(LatencyTable.unmeasured)}  # \(space.layerName(of: $0.node))\n"
    }
    let head = "espalier: 1\nlatency_table: \(writtenScalar(title))\nrows:" + (rows.isEmpty ? " []\n" : "\n")
    Terminal.standardError.line(
      known == nil
        ? counted(rows.count, "kernel") : "\(counted(rows.count, "kernel")) that '\(title)' has no row for")
    let text = head + lines.joined()
    guard let out else { return Terminal.standardOutput.write(text) }
    try createFile(out, with: Array(text.utf8))
  }
}
