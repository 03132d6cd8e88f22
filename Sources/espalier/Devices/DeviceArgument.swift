import ArgumentParser
import Devices
import Diagnostics
import SpaceChecker
import SpaceCompiler

/// The device that a command measures on: one of this package's, or a file's.
struct DeviceArgument: ParsableArguments {
  @Argument(
    help: "A device: a name of 'espalier device list', or a file.", completion: .file(extensions: ["yaml", "yml"]))
  var device: String

  /// - Throws: `CommandFailure`, or `ExitCode` 1 after the file's errors were shown.
  func found() throws -> Device { try Device.found(device) }

  /// The path of its latency table: the one that was named, else `NAME-table.yaml`, as `NAME.yaml` is mostly the device.
  ///
  /// - Parameter option: Which names a table.
  /// - Throws: `CommandFailure` where that is the device's own file.
  func table(_ named: String?, of found: Device, option: String) throws -> String {
    let path = named ?? "\(found.name)-table.yaml"
    guard !isSameFile(path, device) else {
      throw CommandFailure(
        "'\(path)' is the device itself, and its latency table is a file of its own; name another with '\(option)'",
        status: .couldNotRun)
    }
    return path
  }
}

extension Device {
  /// By its name, or by the path of its file.
  static func found(_ text: String) throws -> Device {
    if let device = builtIn(named: text) { return device }
    guard text.contains("/") || text.contains(".") || fileExists(text) else {
      let names = builtIn.map(\.device.name)
      let meant = closest(to: text, among: names).map { "\nhelp: did you mean '\($0)'?" } ?? ""
      throw CommandFailure(
        "no device is named '\(text)', and no file either; the devices are \(names.joined(separator: ", "))\(meant)",
        status: .couldNotRun)
    }
    let reading = readDevice(try contents(ofFile: text), path: text)
    let stream = Terminal.standardError
    stream.write(
      renderText(
        reading.diagnostics, omitted: reading.omitted, sources: reading.sources, colours: stream.showsColours))
    guard let device = reading.device else { throw ExitStatus.invalid.code }
    return device
  }
}

extension CommandFailure {
  /// A device that cannot be measured is no wrong space: nothing was decided.
  init(_ error: DeviceError) { self.init(error.description, status: .couldNotRun) }
}

/// Failures of devices, in the words of the command line.
func translatingDeviceFailures<Result>(_ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as DeviceError {
    throw CommandFailure(error)
  }
}
