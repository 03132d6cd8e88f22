import ArgumentParser

/// `espalier device`: latency tables.
struct DeviceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "device",
    abstract: "Devices, and tables of what kernels take on them.",
    subcommands: [
      DeviceListCommand.self, DeviceShowCommand.self, DeviceSetupCommand.self, DeviceMeasureCommand.self,
      DeviceCheckCommand.self, DevicePoolCommand.self, DeviceRowsCommand.self,
    ])
}
