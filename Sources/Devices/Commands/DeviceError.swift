/// Why a device cannot be measured. What is wrong with one model alone is a `Measurement.Failure`.
package enum DeviceError: Error, Hashable, Sendable {
  /// The environment of a runtime is not there.
  case notSetUp(device: String, steps: [String])
  case cannotStart(command: String, reason: String)
  case cannotWrite(path: String, reason: String)
  /// It was silent for so long, in seconds.
  case hung(asked: Question, seconds: Double, last: String?)
  /// It kept saying something, and was not done after so long, in seconds.
  case late(asked: Question, seconds: Double, last: String?)
  case crashed(asked: Question, signal: Int32, last: String?)
  case ended(asked: Question, code: Int32, last: String?)
  /// What it said is not what was asked for; the beginning of it.
  case garbage(asked: Question, found: String, expected: String)
  case otherProtocol(found: String)
  /// It says so itself: exit code 3.
  case unavailable(last: String?)
  case refusedArguments(asked: Question, last: String?)
  case lacksFormat(has: [String])
  /// No call of several in a row gave a measurement.
  case fruitless(calls: Int, last: String)
  /// The smallest model that there is was not measured, so that no other one would be.
  case cannotMeasure(why: String)
  /// Somebody asked this process to stop.
  case stopped

  package enum Question: String, Hashable, Sendable {
    case describe
    case measure
  }
}

extension DeviceError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notSetUp(let device, let steps):
      "the runtime of '\(device)' is not installed\n"
        + "help: 'espalier device setup \(device)' runs\n" + steps.map { "  \($0)" }.joined(separator: "\n")
    case .cannotStart(let command, let reason): "cannot start '\(command)': \(reason)"
    case .cannotWrite(let path, let reason): "cannot write '\(path)': \(reason)"
    case .hung(let asked, let seconds, let last):
      "the device's command hung: no word for \(secondsText(seconds)) in '\(asked.rawValue)'\(said(last))"
    case .late(let asked, let seconds, let last):
      "the device's command was not done with '\(asked.rawValue)' after \(secondsText(seconds))\(said(last))"
    case .crashed(let asked, let signal, let last):
      "the device's command crashed in '\(asked.rawValue)', \(signalText(signal))\(said(last))"
    case .ended(let asked, let code, let last):
      "the device's command ended '\(asked.rawValue)' with exit code \(code)\(said(last))"
    case .garbage(let asked, let found, let expected):
      "the device's command answers '\(asked.rawValue)' with \(found); expected is \(expected)"
    case .otherProtocol(let found):
      "the device's command keeps protocol \(found); this version knows protocol \(DeviceDescription.protocolVersion)"
    case .unavailable(let last): "the device is not available\(said(last))"
    case .refusedArguments(let asked, let last):
      "the device's command does not understand '\(asked.rawValue)'\(said(last))"
    case .lacksFormat(let has):
      "the device takes models as \(has.isEmpty ? "nothing" : has.joined(separator: ", ")), and not as onnx"
    case .fruitless(let calls, let last):
      "\(calls) calls of the device's command in a row gave no measurement; the last: \(last)"
    case .cannotMeasure(let why): "the device does not measure even the smallest model: \(why)"
    case .stopped: "stopped; what was measured is kept"
    }
  }
}

/// The last line that a command wrote on standard error.
func said(_ last: String?) -> String { last.map { "; it said: \($0)" } ?? "" }

/// Of those that end a process without its doing.
func signalText(_ number: Int32) -> String {
  let names: [Int32: String] = [4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV"]
  return names[number].map { "\($0)" } ?? "signal \(number)"
}
