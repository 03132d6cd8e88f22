import ArgumentParser
import Devices

/// `espalier device list`: the devices that need no file, and whether they can be measured here.
struct DeviceListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the devices that this package measures, and say which can be measured on this machine.",
    discussion: """
        espalier device list
        espalier device show ort-fp32 > mine.yaml

      Each is a deployment runtime with its settings on this machine's processor. 'espalier device setup NAME' installs a \
      runtime that is not there. A device of your own is a file, see docs/devices.md.
      """)

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let folder = DeviceFolder()
    let states = try ScratchFolder.with { scratch in
      Device.builtIn.map { ($0.device, $0.note, DeviceState(of: $0.device, scratch: scratch, folder)) }
    }
    guard !json else {
      let list = states.map { device, note, state in
        JSONValue.object(
          [("name", .string(device.name)), ("note", .string(note)), ("ready", .boolean(state.isReady))] + state.json)
      }
      return Terminal.standardOutput.write(JSONValue.array(list).document)
    }
    var table = AlignedTable([.left, .left, .left])
    table.add(["device", "here", "note"])
    for (device, note, state) in states { table.add([device.name, state.words, note]) }
    Terminal.standardOutput.write(table.text())
    let missing = states.filter { $0.2.isMissing }
    guard !missing.isEmpty else { return }
    var known: Set<String> = []
    for (device, _, state) in missing where known.insert(state.steps.joined()).inserted {
      Terminal.standardOutput.write(
        "\n'espalier device setup \(device.name)' runs\n" + state.steps.map { "  \($0)\n" }.joined())
    }
  }
}

/// Whether a device can be measured on this machine.
private enum DeviceState {
  case ready(DeviceDescription)
  case missing(steps: [String])
  case failing(String)

  init(of device: Device, scratch: String, _ folder: DeviceFolder) {
    do throws(DeviceError) {
      self = .ready(try MeasuringCommand(device, scratch: scratch, devices: folder).describe())
    } catch {
      if case .notSetUp(_, let steps) = error {
        self = .missing(steps: steps)
      } else {
        self = .failing(error.description)
      }
    }
  }

  var isReady: Bool { if case .ready = self { true } else { false } }
  var isMissing: Bool { if case .missing = self { true } else { false } }

  var steps: [String] { if case .missing(let steps) = self { steps } else { [] } }

  var words: String {
    switch self {
    case .ready(let it): "ready: \(it.words)"
    case .missing: "not installed"
    case .failing(let reason): "fails: \(reason.split(separator: "\n").first ?? "")"
    }
  }

  var json: [(key: String, value: JSONValue)] {
    switch self {
    case .ready(let it): it.entries.map { ($0.key, .string($0.value)) }
    case .missing(let steps): [("install", .array(steps.map(JSONValue.string)))]
    case .failing(let reason): [("error", .string(reason))]
    }
  }
}

extension DeviceDescription {
  /// `onnxruntime 1.32.0, fp32, 1 thread, AMD EPYC`.
  var words: String { "\(runtime) \(version), \(precision), \(counted(threads, "thread")), \(processor)" }
}

/// `espalier device show`: a device as a file.
struct DeviceShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Print a device as a file, to start one of your own from.")

  @OptionGroup var device: DeviceArgument

  func run() throws { Terminal.standardOutput.write(try device.found().fileText) }
}
