import Foundation

/// A device's command, as it is started: what it says of itself, and one call that measures models.
package struct MeasuringCommand: Sendable {
  package let device: Device
  /// The executable and what stands before `describe` or `measure`.
  let words: [String]
  /// Where lists, answers and logs of calls go.
  private let folder: String

  /// - Parameter folder: One that is there and is the caller's own.
  /// - Throws: `DeviceError.notSetUp`, `cannotWrite`.
  package init(_ device: Device, scratch folder: String, devices: DeviceFolder) throws(DeviceError) {
    self.device = device
    self.folder = folder
    switch device.source {
    case .command(let words): self.words = words
    case .runtime(let runtime, let precision, let threads):
      guard let python = devices.python(of: runtime) else {
        throw .notSetUp(
          device: device.name, steps: runtime.setUp(in: devices.path).map { $0.joined(separator: " ") })
      }
      words = [
        python, "\(try devices.scripts())/\(runtime.script)", "--name", device.name, "--precision",
        precision.rawValue, "--threads", String(threads), "--silence", String(device.silence),
      ]
    }
  }

  /// - Parameter isStopping: Whether somebody has asked this process to stop.
  package func describe(isStopping: () -> Bool = { false }) throws(DeviceError) -> DeviceDescription {
    let (output, errors) = ("\(folder)/describe.out", "\(folder)/describe.err")
    let process = try DeviceProcess(words + ["describe"], output: output, errors: errors)
    let end = process.wait(silence: device.silence, limit: device.silence * 10) {
      fileSize(output) + fileSize(errors)
    } look: {
      !isStopping()
    }
    let last = lastWords(errors)
    switch end {
    case .exited(0): break
    case .exited(2): throw .refusedArguments(asked: .describe, last: last)
    case .exited(3): throw .unavailable(last: last)
    case .exited(let code): throw .ended(asked: .describe, code: code, last: last)
    case .signalled(let number): throw .crashed(asked: .describe, signal: number, last: last)
    case .hung: throw .hung(asked: .describe, seconds: device.silence, last: last)
    case .late(let seconds): throw .late(asked: .describe, seconds: seconds, last: last)
    case .stopped: throw .stopped
    }
    let description = try DeviceDescription(answer: contents(output))
    guard description.formats.contains("onnx") else { throw .lacksFormat(has: description.formats) }
    return description
  }

  /// What one call gave, however it ended.
  struct Call {
    let end: DeviceProcess.End
    let lines: [MeasurementLine]
    /// The first line that was none.
    let garbage: String?
    /// The model that it last said it runs; nil: it did not say.
    let running: String?
    let last: String?
  }

  /// - Parameters:
  ///   - budget: Seconds that the command is given; it is ended after twice as long.
  ///   - look: Called a few times a second with the bytes of the answer; whether to go on.
  func measure(_ models: [ModelFile], budget: Double, look: (_ log: String) -> Bool) throws(DeviceError) -> Call {
    let (list, answer) = ("\(folder)/models.jsonl", "\(folder)/answer.jsonl")
    let (output, errors) = ("\(folder)/measure.out", "\(folder)/measure.err")
    do {
      try Data(models.map { $0.line + "\n" }.joined().utf8).write(to: URL(filePath: list))
      try Data().write(to: URL(filePath: answer))
    } catch {
      throw .cannotWrite(path: folder, reason: (error as NSError).localizedDescription)
    }
    var words = words + ["measure", "--models", list, "--out", answer, "--passes", String(device.passes)]
    if let core = device.core ?? lastProcessorCore() { words += ["--core", String(core)] }
    words += ["--budget-s", String(Int(budget.rounded(.up)))]
    let process = try DeviceProcess(words, output: output, errors: errors)
    let end = process.wait(silence: device.silence, limit: budget * 2 + device.silence) {
      fileSize(output) + fileSize(errors) + fileSize(answer)
    } look: {
      look(errors)
    }
    let known = Dictionary(uniqueKeysWithValues: models.map { ($0.id, $0) })
    var (lines, garbage): ([MeasurementLine], String?) = ([], nil)
    for line in contents(answer).split(separator: UInt8(ascii: "\n")) {
      do throws(MeasurementLine.Garbage) {
        lines.append(try MeasurementLine(line, models: known))
      } catch {
        garbage = garbage ?? error.found
      }
    }
    let log = String(decoding: contents(errors), as: UTF8.self)
    return Call(
      end: end, lines: lines, garbage: garbage, running: runningModel(in: log).flatMap { known[$0] }?.id,
      last: lastWords(errors))
  }
}

/// What a log's last line `running ID` names.
private func runningModel(in log: String) -> String? {
  log.split(separator: "\n").last { $0.hasPrefix("running ") }.map { String($0.dropFirst("running ".count)) }
}

/// The last line of a log that is no note of progress, shortened.
private func lastWords(_ path: String) -> String? {
  let lines = contents(path).split(separator: UInt8(ascii: "\n"))
  let last = lines.last { line in
    let text = String(decoding: line, as: UTF8.self)
    return !text.hasPrefix("running ") && !text.hasPrefix("pass ") && !text.hasPrefix("further pass ")
      && !text.allSatisfy(\.isWhitespace)
  }
  guard let last else { return nil }
  let text = String(decoding: last.prefix(600), as: UTF8.self)
  return String((text.hasPrefix("error: ") ? text.dropFirst("error: ".count) : text[...]).prefix(200))
}

private func contents(_ path: String) -> [UInt8] { FileManager.default.contents(atPath: path).map(Array.init) ?? [] }

private func fileSize(_ path: String) -> Int {
  (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
}

/// The last core that this process may run on, where the system tells: the first ones have more of its own work.
private func lastProcessorCore() -> Int? {
  let status = contents("/proc/self/status").split(separator: UInt8(ascii: "\n"))
  let key = "Cpus_allowed_list:"
  let line = status.lazy.map { String(decoding: $0, as: UTF8.self) }.first { $0.hasPrefix(key) }
  return line.flatMap { $0.dropFirst(key.count).split { !$0.isNumber }.last }.flatMap { Int($0) }
}

/// The last line of a log about passes; nil: there is none.
func lastPass(_ path: String) -> String? {
  let lines = contents(path).split(separator: UInt8(ascii: "\n"))
  let line = lines.last { $0.starts(with: "pass ".utf8) || $0.starts(with: "further pass ".utf8) }
  return line.map { shortened($0) }
}
