package import Diagnostics
import SpaceSyntax

/// What reading a device's file found.
package struct DeviceReading: Sendable {
  package let sources: SourceMap
  package let diagnostics: [Diagnostic]
  /// Diagnostics that were left out because there are too many.
  package let omitted: Int
  /// Nil after an error.
  package let device: Device?
}

/// Reads a device's file, all errors in one go.
///
/// - Parameter path: As messages show it. A command whose first word has a slash is seen from the file's folder.
package func readDevice(_ bytes: [UInt8], path: String) -> DeviceReading {
  var sources = SourceMap()
  let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
  var reader = DeviceReader(folder: folder)
  let source = sources.add(path: path, bytes: bytes)
  var device: Device?
  if let root = parseYAML(source, in: sources, log: &reader.log) { device = reader.read(root) }
  return DeviceReading(
    sources: sources, diagnostics: reader.log.diagnostics, omitted: reader.log.omitted,
    device: reader.log.hasErrors ? nil : device)
}

private struct DeviceReader {
  private static let keys = [
    "espalier", "device", "runtime", "precision", "threads", "command", "passes", "core", "silence", "retries",
  ]
  /// What only a runtime of this package has.
  private static let ofRuntimes = ["precision", "threads"]

  let folder: String
  var log = DiagnosticLog()
  private var known: [String: YAMLNode] = [:]
  private var hidesKeys = false

  init(folder: String) { self.folder = folder }

  mutating func read(_ root: YAMLNode) -> Device? {
    guard case .mapping(let entries) = root.content else {
      report(root, "device", expected: "a mapping")
      return nil
    }
    if let kind = root.fileKind, kind != .device {
      let notes = kind == .latencyTable ? [Note("a table is what measuring on a device gives")] : []
      log.error(DeviceDiagnostic.otherKind(kind), at: entries.first?.key.range ?? root.range, notes: notes)
      return nil
    }
    understand(entries)
    if let version = known["espalier"] {
      if version.scalarText != "1" { report(version, "espalier", expected: "1, the version of the language") }
    } else {
      missing("'espalier: 1', the version of the language", root)
    }
    let name = name(root)
    let source = source(root)
    let passes = number("passes", in: 1...100) ?? 5
    let retries = number("retries", in: 0...100) ?? 2
    let core = number("core", in: 0...100_000)
    let silence = silence()
    guard let name, let source else { return nil }
    return Device(name: name, source: source, passes: passes, core: core, silence: silence ?? 120, retries: retries)
  }

  /// A misspelt key counts as the one that was meant, so that its value is checked too.
  private mutating func understand(_ entries: [YAMLEntry]) {
    for entry in entries where Self.keys.contains(entry.key.text) { known[entry.key.text] = entry.value }
    for entry in entries where !Self.keys.contains(entry.key.text) {
      let meant = log.closest(to: entry.key.text, among: Self.keys.filter { known[$0] == nil })
      let fixIts = meant.map { [FixIt("did you mean '\($0)'?", replacing: entry.key.range, with: $0)] } ?? []
      log.error(
        DeviceDiagnostic.unknownKey(entry.key.text, known: Self.keys), at: entry.key.range,
        notes: meant == nil ? [Note("known keys: \(Self.keys.joined(separator: ", "))")] : [], fixIts: fixIts)
      if let meant { known[meant] = entry.value } else { hidesKeys = true }
    }
  }

  private mutating func name(_ root: YAMLNode) -> String? {
    guard let node = known["device"] else {
      missing("'device', its name", root)
      return nil
    }
    guard let text = node.scalarText, text.isName else {
      report(node, "device", expected: "a name: a letter, then letters, digits, '_' and '-'")
      return nil
    }
    return text
  }

  private mutating func source(_ root: YAMLNode) -> Device.Source? {
    switch (known["runtime"], known["command"]) {
    case (let runtime?, let command?):
      log.error(
        DeviceDiagnostic.notTogether("runtime", "command", why: "a command is measured with, whatever runtime it has"),
        at: command.range, notes: [Note("the runtime", at: runtime.range)])
      return nil
    case (nil, let command?):
      for key in Self.ofRuntimes {
        if let node = known[key] {
          log.error(
            DeviceDiagnostic.notTogether(key, "command", why: "a command says itself what it measures in"),
            at: node.range)
        }
      }
      return words(command).map(Device.Source.command)
    case (let runtime?, nil): return self.runtime(runtime)
    case (nil, nil):
      missing("'runtime' or 'command', what is measured with", root)
      return nil
    }
  }

  private mutating func runtime(_ node: YAMLNode) -> Device.Source? {
    let found = word(node, "runtime", among: MeasuringRuntime.allCases.map(\.rawValue))
    let threads = number("threads", in: 1...1024)
    guard let runtime = found.flatMap(MeasuringRuntime.init) else { return nil }
    var precision: String? = MeasuringRuntime.Precision.fp32.rawValue
    if let node = known["precision"] {
      precision = word(node, "precision", among: runtime.precisions.map(\.rawValue))
    }
    return precision.flatMap(MeasuringRuntime.Precision.init).map { .runtime(runtime, $0, threads: threads ?? 1) }
  }

  private mutating func words(_ node: YAMLNode) -> [String]? {
    let expected = "an executable with its first arguments, such as [python3, phone.py]"
    let nodes = if case .sequence(let nodes) = node.content { nodes } else { [node] }
    let words = nodes.compactMap(\.scalarText)
    guard words.count == nodes.count, let first = words.first, !words.contains(where: { $0.utf8.contains(0) }) else {
      report(node, "command", expected: expected)
      return nil
    }
    let seen = first.contains("/") && !first.hasPrefix("/") ? folder + first : first
    return [seen] + words.dropFirst()
  }

  private mutating func silence() -> Double? {
    guard let node = known["silence"] else { return nil }
    let time = node.scalarText.flatMap(Quantity.nanoseconds)
    guard let time, time.numerator > 0 else {
      report(node, "silence", expected: "a time above 0 with its unit, such as 120 s")
      return nil
    }
    return Double(time.numerator) / Double(time.denominator) / 1e9
  }

  private mutating func number(_ key: String, in range: ClosedRange<Int>) -> Int? {
    guard let node = known[key] else { return nil }
    guard case .scalar(let scalar) = node.content, case .integer(let value) = scalar.value, range.contains(value) else {
      report(node, key, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return value
  }

  private mutating func word(_ node: YAMLNode, _ key: String, among words: [String]) -> String? {
    let text = node.scalarText
    if let text, words.contains(text) { return text }
    let meant = text.flatMap { log.closest(to: $0, among: words) }
    report(
      node, key,
      expected: words.count == 1 ? "'\(words[0])'" : "one of \(words.map { "'\($0)'" }.joined(separator: ", "))",
      fixIts: meant.map { [FixIt("did you mean '\($0)'?", replacing: node.range, with: $0)] } ?? [])
    return nil
  }

  private mutating func missing(_ what: String, _ root: YAMLNode) {
    if !hidesKeys { log.error(DeviceDiagnostic.missingKey(what), at: root.range) }
  }

  private mutating func report(_ node: YAMLNode, _ key: String, expected: String, fixIts: [FixIt] = []) {
    if case .poison = node.content { return }
    log.error(
      DeviceDiagnostic.wrongValue(key: key, expected: expected, found: node.foundWords), at: node.range, fixIts: fixIts)
  }
}

extension YAMLNode {
  /// Nil for a list, a mapping and nothing.
  fileprivate var scalarText: String? {
    if case .scalar(let scalar) = content, !scalar.text.isEmpty { scalar.text } else { nil }
  }

  fileprivate var foundWords: String {
    switch content {
    case .scalar(let scalar): scalar.text.isEmpty ? "nothing" : "'\(scalar.text.prefix(40))'"
    case .sequence(let nodes): nodes.isEmpty ? "an empty list" : "a list"
    case .mapping(let entries): entries.isEmpty ? "an empty mapping" : "a mapping"
    case .poison: "unreadable"
    }
  }
}
