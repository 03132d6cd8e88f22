import ArgumentParser
import Devices
import Foundation

/// `espalier device setup`: installs the runtime of a device, in exact versions, outside the project.
struct DeviceSetupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "setup",
    abstract: "Install the runtime of a device, in an environment of its own.",
    discussion: """
        espalier device setup ort-fp32

      Makes a Python environment in the user's cache folder (ESPALIER_CACHE names another) and installs exact versions \
      from PyPI. Devices of one runtime share it. What is there stays as it is.
      """)

  @OptionGroup var device: DeviceArgument

  @Option(help: ArgumentHelp("The Python, 3.9 or later, that the environment is made with.", valueName: "file"))
  var python = "python3"

  func run() throws {
    let device = try device.found()
    guard case .runtime(let runtime, _, _) = device.source else {
      throw CommandFailure(
        "'\(device.name)' is measured by a command of your own, which this package cannot install",
        status: .couldNotRun)
    }
    let folder = DeviceFolder()
    if folder.python(of: runtime) == nil {
      for step in runtime.setUp(in: folder.path, python: python) { try run(step) }
      try replaceFile(folder.completion(of: runtime), with: Array("\(runtime.version)\n".utf8))
    }
    let description = try ScratchFolder.with { scratch in
      try translatingDeviceFailures {
        try MeasuringCommand(device, scratch: scratch, devices: folder).describe()
      }
    }
    Terminal.standardOutput.line("'\(device.name)' is ready: \(description.words)")
  }

  private func run(_ step: [String]) throws {
    Terminal.standardError.line(step.joined(separator: " "))
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = step
    // Tools must not change an environment that is not this one.
    process.environment = ProcessInfo.processInfo.environment.merging(["PIP_REQUIRE_VIRTUALENV": "1"]) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.standardError
    do { try process.run() } catch {
      throw CommandFailure(
        "cannot start '\(step[0])': \((error as NSError).localizedDescription)", status: .couldNotRun)
    }
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw CommandFailure(
        "'\(step.joined(separator: " "))' failed with exit code \(process.terminationStatus); what it said stands above",
        status: .couldNotRun)
    }
  }
}
