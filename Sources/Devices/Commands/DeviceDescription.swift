import Foundation

/// What a device says it is: the answer to `describe`. Two that differ in what decides latencies are two devices.
package struct DeviceDescription: Hashable, Sendable {
  package static let protocolVersion = 1

  package let device: String
  package let runtime: String
  package let version: String
  package let precision: String
  package let threads: Int
  package let processor: String
  /// Instructions that runtimes choose kernels by, in the order in which the command names them.
  package let flags: [String]
  package let formats: [String]

  package init(
    device: String, runtime: String, version: String, precision: String, threads: Int, processor: String,
    flags: [String], formats: [String]
  ) {
    self.device = device
    self.runtime = runtime
    self.version = version
    self.precision = precision
    self.threads = threads
    self.processor = processor
    self.flags = flags
    self.formats = formats
  }

  /// - Throws: `DeviceError.garbage` or `otherProtocol`.
  init(answer: [UInt8]) throws(DeviceError) {
    let expected = "one JSON object with 'protocol', 'device', 'runtime' and the other keys of a description"
    func garbage(_ found: String) -> DeviceError { .garbage(asked: .describe, found: found, expected: expected) }
    guard let object = try? JSONSerialization.jsonObject(with: Data(answer)) as? [String: Any] else {
      throw garbage(shortened(answer).isEmpty ? "nothing" : "'\(shortened(answer))'")
    }
    guard let version = object["protocol"] else { throw garbage("an object without 'protocol'") }
    guard version as? Int == Self.protocolVersion else { throw .otherProtocol(found: "\(version)") }
    func text(_ key: String) throws(DeviceError) -> String {
      guard let text = object[key] as? String, !text.isEmpty else { throw garbage("no text for '\(key)'") }
      return text
    }
    func texts(_ key: String) throws(DeviceError) -> [String] {
      guard let texts = object[key] as? [String] else { throw garbage("no list of texts for '\(key)'") }
      return texts
    }
    guard let threads = object["threads"] as? Int, threads >= 1 else { throw garbage("no number for 'threads'") }
    self.init(
      device: try text("device"), runtime: try text("runtime"), version: try text("version"),
      precision: try text("precision"), threads: threads, processor: try text("cpu"), flags: try texts("flags"),
      formats: try texts("formats"))
  }

  /// What decides latencies, by the keys of the answer.
  package var entries: [(key: String, value: String)] {
    [
      ("runtime", runtime), ("version", version), ("precision", precision), ("threads", String(threads)),
      ("cpu", processor), ("flags", flags.joined(separator: " ")),
    ]
  }

  /// What was measured with something else than this device is now: `version 1.31.0, now 1.32.0`.
  ///
  /// - Parameter measured: The keys below `measured` of a table's file.
  package func differences(from measured: [String: String]) -> [String] {
    entries.compactMap { key, value in
      let found = measured["device.\(key)"] ?? ""
      return found == value ? nil : "\(key) \(found.isEmpty ? "not said" : found), now \(value)"
    }
  }
}

/// The beginning of what should have been JSON, on one line.
func shortened(_ bytes: some Collection<UInt8>) -> String {
  let text = String(decoding: bytes.prefix(200), as: UTF8.self)
  let line = String(text.map { $0.isNewline || $0.asciiValue.map { $0 < 0x20 } ?? false ? " " : $0 })
    .trimmingCharacters(in: .whitespaces)
  return String(line.prefix(60)) + (line.count > 60 ? "..." : "")
}
