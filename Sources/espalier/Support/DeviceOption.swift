import ArgumentParser
import SpaceChecker
import SpaceSyntax

/// Latency tables that a command names, on every command that asks about costs.
struct DeviceOption: ParsableArguments {
  @Option(
    name: .customLong("device"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "The latency table of a device, for 'latency(NAME)'; used before one of that name in the space. May be repeated.",
      valueName: "name=file"), transform: parseDevice)
  var files: [DeviceFile] = []

  func validate() throws { try requireDistinctDevices(files) }
}

/// - Throws: `ValidationError` where two tables are of one device.
func requireDistinctDevices(_ files: [DeviceFile]) throws {
  let names = files.map(\.device)
  guard let twice = names.first(where: { name in names.count { $0 == name } > 1 }) else { return }
  throw ValidationError("'--device' names two tables of '\(twice)'")
}

/// - Throws: `ValidationError` unless the text is `NAME=FILE`.
func parseDevice(_ text: String) throws -> DeviceFile {
  let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
  guard parts.count == 2, let name = parts.first, name.isName else {
    throw ValidationError("'\(text)' is not a name and a file such as phone=tables/phone.yaml")
  }
  return DeviceFile(device: name, path: parts[1])
}
