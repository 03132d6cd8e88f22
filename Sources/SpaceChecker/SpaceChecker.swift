package import Diagnostics
package import SpaceIR
import SpaceSyntax

/// A space that passed every check, with what its file expects of it.
package struct CheckedSpace: Sendable {
  package let space: Space
  /// Of an architecture: what the file of its space expects of the space with its decisions.
  package let expectations: Expectations
  /// The shapes that the file offers; the space was built for one of them.
  package let inputs: [ImageShape]
  /// Of an architecture: those of its space.
  package let origins: SpaceOrigins
  /// Decisions by the names that they had in earlier versions of the file.
  let formerNames: [String: DecisionID]
  /// Nil for a file that is a space itself.
  package let architecture: CheckedArchitecture?
  /// How many of the last requirements are not of the file but of the command.
  package let queryCount: Int
  package let work: CheckWork
}

/// Where the checker gets files from; the compiler reads disks, tests hand out texts.
package protocol SourceReader {
  /// The bytes of a file, by the path that messages show.
  /// - Throws: `SourceReadError` with the reason in words.
  func bytes(of path: String) throws(SourceReadError) -> [UInt8]

  /// The bytes of a file that a space uses: the same, for a path whose words stay in the folder of the space.
  ///
  /// - Parameter folder: That folder; empty for the working directory.
  /// - Throws: `SourceReadError`; one that `leavesFolder` where a link leads out all the same.
  func bytes(of path: String, inside folder: String) throws(SourceReadError) -> [UInt8]

  /// The names of the files in a folder, for suggestions; none where it cannot be read.
  ///
  /// - Parameter root: The folder of the space, outside of which nothing is named.
  func names(in folder: String, inside root: String) -> [String]
}

extension SourceReader {
  /// Where there are no links, the words of a path say where it leads.
  package func bytes(of path: String, inside folder: String) throws(SourceReadError) -> [UInt8] {
    try bytes(of: path)
  }

  /// Where files cannot be listed.
  package func names(in folder: String, inside root: String) -> [String] { [] }
}

package struct SourceReadError: Error, Sendable {
  package let reason: String
  /// Whether the file lies outside of the folder that it must lie in.
  package let leavesFolder: Bool

  package init(reason: String, leavesFolder: Bool = false) {
    self.reason = reason
    self.leavesFolder = leavesFolder
  }
}

/// Bounds on what a space may use, so that no set of files takes a machine's memory.
enum UseLimits {
  static let files = 256
  /// All files of a space together.
  static let bytes = 16 << 20
}

/// Checks a space: reads its files, resolves names, types and shapes, and builds the graph. Of an architecture file the
/// result is its space with every decision bound.
///
/// - Parameters:
///   - path: The file of the space or of the architecture, as messages show it.
///   - input: Which of the file's input shapes to build for; nil: the first, or the one of the architecture. A shape that the file does not list is used
///     as it is: the caller said so.
///   - queries: Further requirements, each written as an entry of `require:`. Messages call their place `--where`.
///     An architecture takes none.
///   - devices: Latency tables beside those of the space, in the place of those of the same device.
/// - Returns: Nil when the log has errors.
package func checkSpace(
  at path: String, input: ImageShape? = nil, where queries: [String] = [], devices: [DeviceFile] = [],
  reader: some SourceReader, sources: inout SourceMap, log: inout DiagnosticLog
) -> CheckedSpace? {
  let bytes: [UInt8]
  do throws(SourceReadError) {
    bytes = try reader.bytes(of: path)
  } catch {
    let id = sources.add(path: path, bytes: [])
    log.error(
      CheckDiagnostic.unreadableFile(path, reason: error.reason), at: SourceRange(source: id, start: 0, end: 0))
    return nil
  }
  let id = sources.add(path: path, bytes: bytes)
  guard let root = parseYAML(id, in: sources, log: &log) else { return nil }
  guard !root.isArchitecture else {
    return checkArchitecture(
      root, at: path, input: input, devices: devices, reader: reader, sources: &sources, log: &log)
  }
  guard !refuses(root, at: path, log: &log) else { return nil }
  let loaded = LoadedSpace(root, at: path, devices: devices, reader: reader, sources: &sources, log: &log)
  let conditions = queries.enumerated().compactMap { index, text in
    query(text, path: queries.count == 1 ? "--where" : "--where (\(index + 1))", sources: &sources, log: &log)
  }
  return loaded?.assemble(input: input, queries: conditions, log: &log)
}

/// Whether a file is of another kind than a space, which is one error instead of one for each key.
private func refuses(_ root: YAMLNode, at path: String, log: inout DiagnosticLog) -> Bool {
  guard let kind = root.fileKind, let advice = kind.adviceForSpaces else { return false }
  log.error(
    CheckDiagnostic.wrongFile(path, found: kind, expected: .space), at: root.keyRange, notes: [Note(advice)])
  return true
}

extension FileKind {
  /// What to do with a file in the place of a space; nil for what is taken there.
  fileprivate var adviceForSpaces: String? {
    switch self {
    case .space, .architecture: nil
    case .library: "a space names it under 'use'; 'espalier validate' checks one by itself"
    case .latencyTable: "a space names it under 'devices', and a command by '--device NAME=FILE'"
    case .device: "'espalier device check' checks it"
    case .recipe: "'espalier search SPACE --recipe FILE' takes it"
    }
  }
}

extension YAMLNode {
  /// The first key of a mapping, where an error about the whole file stands.
  var keyRange: SourceRange {
    if case .mapping(let entries) = content, let first = entries.first { first.key.range } else { range }
  }
}

private func query(
  _ text: String, path: String, sources: inout SourceMap, log: inout DiagnosticLog
) -> RequirementDeclaration? {
  let id = sources.add(path: path, bytes: Array(text.utf8))
  guard let root = parseYAML(id, in: sources, log: &log) else { return nil }
  var reader = SpaceReader(log: log)
  defer { log = reader.log }
  return reader.requirement(root)
}

/// A space as its files say it, ready to be put together for an input shape.
struct LoadedSpace {
  private let declaration: SpaceDeclaration
  private let library: Library
  private let devices: DeviceTables

  /// Nil after an error that leaves nothing to put together.
  init?(
    _ root: YAMLNode, at path: String, devices: [DeviceFile], reader: some SourceReader, sources: inout SourceMap,
    log: inout DiagnosticLog
  ) {
    var spaceReader = SpaceReader(log: log)
    let declaration = spaceReader.space(root)
    log = spaceReader.log
    guard let declaration else { return nil }
    var library = Library(folder: folder(of: path), hidesBlocks: declaration.hidesBlocks, log: log)
    library.define(declaration.blocks)
    library.load(declaration.uses, from: path, open: [path], reader: reader, sources: &sources)
    log = library.log
    self.declaration = declaration
    self.library = library
    self.devices = Self.tables(devices, declaration, library, at: path, reader: reader, sources: &sources, log: &log)
  }

  /// Those of the command, then those of the space, whose paths are as those of used files are.
  private static func tables(
    _ files: [DeviceFile], _ declaration: SpaceDeclaration, _ library: Library, at path: String,
    reader: some SourceReader, sources: inout SourceMap, log: inout DiagnosticLog
  ) -> DeviceTables {
    var tables = DeviceTables(hidesNames: declaration.hidesDevices)
    for file in files {
      let text = "\(file.device)=\(file.path)"
      let id = sources.add(path: "--device", bytes: Array(text.utf8))
      let range = SourceRange(source: id, start: 0, end: text.utf8.count)
      tables.load(file.device, from: file.path, at: range, sources: &sources, log: &log) { () throws(SourceReadError) in
        try reader.bytes(of: file.path)
      }
    }
    for device in declaration.devices {
      guard let file = library.path(device.path, from: path, log: &log) else { continue }
      tables.load(device.name.value, from: file, at: device.path.range, sources: &sources, log: &log) {
        () throws(SourceReadError) in try reader.bytes(of: file, inside: library.folder)
      }
    }
    return tables
  }

  /// - Parameter input: Nil: the first that the file offers.
  /// - Returns: Nil when the log has errors.
  func assemble(
    input: ImageShape?, queries: [RequirementDeclaration] = [], log: inout DiagnosticLog
  ) -> CheckedSpace? {
    var assembly = Assembly(declaration, library: library, devices: devices, queries: queries, log: log)
    let checked = assembly.assemble(input: input)
    log = assembly.log
    return log.hasErrors ? nil : checked
  }
}

/// `a/b` of `a/b/c.yaml`; empty for a bare file name.
func folder(of path: String) -> String {
  path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
}

/// Blocks by name, from the space's own file and the files it uses.
struct Library {
  let folder: String
  var log: DiagnosticLog
  private(set) var signatures: [String: Signature]
  private(set) var blocks: [BlockDeclaration] = []
  /// Whether an error hid a block, so that an unknown operation may be that one.
  private(set) var hidesBlocks: Bool
  private var loaded: Set<String> = []
  private var bytesRead = 0

  init(folder: String, hidesBlocks: Bool, log: DiagnosticLog) {
    self.folder = folder
    self.hidesBlocks = hidesBlocks
    self.log = log
    signatures = Dictionary(uniqueKeysWithValues: Primitive.allCases.map { ($0.rawValue, $0.signature) })
  }

  mutating func define(_ declarations: [BlockDeclaration]) {
    for block in declarations {
      guard signatures[block.name.value] == nil else {
        let first = blocks.first { $0.name.value == block.name.value }
        log.error(
          CheckDiagnostic.duplicateName(block.name.value, what: first == nil ? "primitive operation" : "block"),
          at: block.name.range, notes: first.map { [Note("defined first here", at: $0.name.range)] } ?? [])
        // Which of the two a call means is not known, so calls are not looked at.
        signatures[block.name.value]?.isPoison = true
        continue
      }
      signatures[block.name.value] = block.signature
      blocks.append(block)
    }
  }

  /// Loads used files, each once, relative to the file that uses it and never outside the folder of the space.
  mutating func load(
    _ uses: [Located<String>], from user: String, open: [String], reader: some SourceReader, sources: inout SourceMap
  ) {
    for use in uses {
      guard let path = path(use, from: user, log: &log) else {
        hidesBlocks = true
        continue
      }
      guard !open.contains(path) else {
        log.error(CheckDiagnostic.includeCycle(use.value), at: use.range)
        continue
      }
      guard loaded.insert(path).inserted else { continue }
      let bytes: [UInt8]
      do throws(SourceReadError) {
        bytes = try read(path, reader: reader)
      } catch {
        hidesBlocks = true
        if error.leavesFolder {
          log.error(CheckDiagnostic.escapingPath(use.value), at: use.range, notes: [Note(error.reason)])
          continue
        }
        log.error(
          CheckDiagnostic.unreadableFile(use.value, reason: error.reason), at: use.range,
          notes: nearNames(use, at: path, reader: reader))
        guard !isFull else { return }
        continue
      }
      let id = sources.add(path: path, bytes: bytes)
      guard let root = parseYAML(id, in: sources, log: &log) else {
        hidesBlocks = true
        continue
      }
      if let kind = root.fileKind, kind != .library {
        hidesBlocks = true
        log.error(
          CheckDiagnostic.wrongFile(use.value, found: kind, expected: .library), at: use.range,
          notes: [Note("a library has the keys \(SpaceReader.libraryKeys.joined(separator: ", ")) only")])
        continue
      }
      var spaceReader = SpaceReader(log: log)
      let library = spaceReader.library(root)
      log = spaceReader.log
      hidesBlocks = hidesBlocks || spaceReader.hidesBlocks || library == nil
      guard let library else { continue }
      define(library.blocks)
      load(library.uses, from: path, open: open + [path], reader: reader, sources: &sources)
    }
  }

  /// A file beside the one that is not there, with a name like it.
  private func nearNames(_ use: Located<String>, at path: String, reader: some SourceReader) -> [Note] {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let inFolder = SpaceChecker.folder(of: path)
    guard let near = closest(to: name, among: reader.names(in: inFolder, inside: folder)) else { return [] }
    let meant = use.value.dropLast(name.utf8.count) + near
    guard use.value.hasSuffix(name) else { return [] }
    return [
      Note(
        "a file '\(near)' is there",
        fixIts: [FixIt("name that one", confidence: .likely, replacing: use.range, with: String(meant))])
    ]
  }

  /// Whether no more files are read.
  private var isFull: Bool { loaded.count > UseLimits.files || bytesRead > UseLimits.bytes }

  private mutating func read(_ path: String, reader: some SourceReader) throws(SourceReadError) -> [UInt8] {
    guard loaded.count <= UseLimits.files else {
      throw SourceReadError(reason: "a space uses at most \(UseLimits.files) files")
    }
    let bytes = try reader.bytes(of: path, inside: folder)
    bytesRead += bytes.count
    guard bytesRead <= UseLimits.bytes else {
      throw SourceReadError(reason: "the files that a space uses have at most \(UseLimits.bytes) bytes together")
    }
    return bytes
  }

  /// Where a path leads that a file of the space names; nil, after an error, where that is out of its folder.
  func path(_ use: Located<String>, from user: String, log: inout DiagnosticLog) -> String? {
    var parts = user.split(separator: "/", omittingEmptySubsequences: false).dropLast().map(String.init)
    let base = folder.isEmpty ? 0 : folder.split(separator: "/", omittingEmptySubsequences: false).count
    guard !use.value.hasPrefix("/") else {
      log.error(CheckDiagnostic.absolutePath(use.value), at: use.range)
      return nil
    }
    for part in use.value.split(separator: "/") where part != "." {
      guard part == ".." else {
        parts.append(String(part))
        continue
      }
      guard parts.count > base else {
        log.error(CheckDiagnostic.escapingPath(use.value), at: use.range)
        return nil
      }
      parts.removeLast()
    }
    return parts.joined(separator: "/")
  }
}
