import ArgumentParser

/// `espalier device`: latency tables.
struct DeviceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "device",
    abstract: "Latency tables of devices.",
    subcommands: [DevicePoolCommand.self, DeviceRowsCommand.self])
}
