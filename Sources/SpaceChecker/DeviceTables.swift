package import Diagnostics
package import SpaceIR
import SpaceSyntax

/// A latency table that a command names: it is used in the place of the one of the space.
package struct DeviceFile: Hashable, Sendable {
  package let device: String
  /// As messages show it; relative to the working directory.
  package let path: String
  package init(device: String, path: String) {
    self.device = device
    self.path = path
  }
}

/// The latency tables that a space is checked with.
struct DeviceTables: Sendable {
  private(set) var tables: [LatencyTable] = []
  /// Of the devices that have one, those included whose table has errors.
  private(set) var names: [String] = []
  /// Whether an error hid a device.
  let hidesNames: Bool

  init(hidesNames: Bool = false) { self.hidesNames = hidesNames }

  /// Reads the table of a device, unless it has one already.
  ///
  /// - Parameters:
  ///   - path: As it is opened and shown.
  ///   - range: What names it, where errors about the file as a whole stand.
  mutating func load(
    _ device: String, from path: String, at range: SourceRange, sources: inout SourceMap, log: inout DiagnosticLog,
    bytes: () throws(SourceReadError) -> [UInt8]
  ) {
    guard !names.contains(device) else { return }
    names.append(device)
    let content: [UInt8]
    do throws(SourceReadError) {
      content = try bytes()
    } catch {
      let kind: CheckDiagnostic =
        error.leavesFolder ? .escapingPath(path) : .unreadableFile(path, reason: error.reason)
      log.error(kind, at: range)
      return
    }
    let id = sources.add(path: path, bytes: content)
    guard let root = parseYAML(id, in: sources, nodes: YAMLLimits.tableNodes, log: &log) else { return }
    if let kind = root.fileKind, kind != .latencyTable {
      log.error(
        CheckDiagnostic.wrongFile(path, found: kind, expected: .latencyTable), at: range,
        notes: kind == .device ? [Note("'espalier device measure' makes a latency table with it")] : [])
      return
    }
    var reader = SpaceReader(log: log)
    let record = reader.latencyRecord(root)
    log = reader.log
    if let record { tables.append(record.table(of: device, path: path)) }
  }
}

/// What reading a latency table by itself found.
package struct LatencyReading: Sendable {
  package let sources: SourceMap
  package let diagnostics: [Diagnostic]
  /// Diagnostics that were left out because there are too many.
  package let omitted: Int
  /// Nil after an error.
  package let record: LatencyRecord?
}

/// Reads a latency table as its file has it, all errors in one go.
///
/// - Parameter path: As messages show it.
package func readLatencyRecord(_ bytes: [UInt8], path: String) -> LatencyReading {
  var sources = SourceMap()
  var log = DiagnosticLog()
  let source = sources.add(path: path, bytes: bytes)
  var record: LatencyRecord?
  if let root = parseYAML(source, in: sources, nodes: YAMLLimits.tableNodes, log: &log) {
    if let kind = root.fileKind, kind != .latencyTable {
      log.error(CheckDiagnostic.wrongFile(path, found: kind, expected: .latencyTable), at: root.keyRange)
      return LatencyReading(sources: sources, diagnostics: log.diagnostics, omitted: log.omitted, record: nil)
    }
    var reader = SpaceReader(log: log)
    record = reader.latencyRecord(root)
    log = reader.log
  }
  return LatencyReading(
    sources: sources, diagnostics: log.diagnostics, omitted: log.omitted, record: log.hasErrors ? nil : record)
}
