package import Diagnostics
package import SpaceIR
import SpaceSyntax

/// Where a bound space comes from.
package struct CheckedArchitecture: Sendable {
  package let choices: Architecture
  /// Where the file says what it decides.
  package let choicesRange: SourceRange
  /// What the file says its space hashed to; nil: it does not say.
  package let statedHash: StatedHash?
  /// The space with its decisions, for the input shape of the file; nil where it is wrong for that shape and the caller
  /// asked for another.
  package let space: Space?

  package struct StatedHash: Sendable {
    package let text: String
    package let range: SourceRange
  }
}

/// Checks an architecture file: its space as every space, then its choices against it.
///
/// - Returns: The bound space; nil when the log has errors.
func checkArchitecture(
  _ root: YAMLNode, at path: String, input: ImageShape?, devices: [DeviceFile], reader: some SourceReader,
  sources: inout SourceMap, log: inout DiagnosticLog
) -> CheckedSpace? {
  // A mistake in one file must not keep the other from being checked, and a graph is built only in a log without errors:
  // so the space comes first, found by a reading whose errors are shown by the second one.
  var preview = SpaceReader(log: DiagnosticLog())
  let found = preview.architecture(root)
  let loaded = found.flatMap {
    loadSpace(of: $0, from: path, devices: devices, reader: reader, sources: &sources, log: &log)
  }
  let checked = loaded?.assemble(input: input ?? found?.input, log: &log)
  var spaceReader = SpaceReader(log: log)
  guard let declaration = spaceReader.architecture(root), let loaded, let checked else {
    log = spaceReader.log
    return nil
  }
  var resolver = ArchitectureResolver(
    declaration, space: checked.space, origins: checked.origins, formerNames: checked.formerNames, reader: spaceReader)
  let bound = resolver.resolve()
  log = resolver.reader.log
  guard let (choices, boundSpace) = bound, !log.hasErrors else { return nil }
  var space = boundSpace
  space.name = declaration.name.value
  let origin = CheckedArchitecture(
    choices: choices, choicesRange: declaration.choicesRange,
    statedHash: declaration.hash.map { .init(text: $0.value, range: $0.range) },
    space: loaded.space(for: declaration.input, unless: input, is: checked.space))
  return CheckedSpace(
    space: space, expectations: checked.expectations, inputs: checked.inputs, origins: checked.origins,
    formerNames: [:], architecture: origin, queryCount: 0, work: checked.work)
}

extension LoadedSpace {
  /// The space as an architecture file means it: the one at hand, or another where the caller asked for another shape.
  fileprivate func space(for stated: ImageShape?, unless wanted: ImageShape?, is space: Space) -> Space? {
    guard let wanted, wanted != stated else { return space }
    var log = DiagnosticLog()
    return assemble(input: stated, log: &log)?.space
  }
}

/// Reads the space that an architecture file names; nil after an error.
private func loadSpace(
  of declaration: ArchitectureDeclaration, from path: String, devices: [DeviceFile], reader: some SourceReader,
  sources: inout SourceMap, log: inout DiagnosticLog
) -> LoadedSpace? {
  let name = declaration.spaceFile
  let spacePath = resolve(name.value, from: path)
  let bytes: [UInt8]
  do throws(SourceReadError) {
    bytes = try reader.bytes(of: spacePath)
  } catch {
    log.error(CheckDiagnostic.unreadableFile(name.value, reason: error.reason), at: name.range)
    return nil
  }
  let id = sources.add(path: spacePath, bytes: bytes)
  guard let root = parseYAML(id, in: sources, log: &log) else { return nil }
  guard !root.isArchitecture else {
    log.error(CheckDiagnostic.architectureOfArchitecture(name.value), at: name.range)
    return nil
  }
  if let kind = root.fileKind, kind != .space {
    log.error(CheckDiagnostic.wrongFile(name.value, found: kind, expected: .space), at: name.range)
    return nil
  }
  return LoadedSpace(root, at: spacePath, devices: devices, reader: reader, sources: &sources, log: &log)
}

/// A path relative to the folder of `user`. Steps upwards stay as they are written: through a link to a folder they lead
/// elsewhere than the text suggests.
private func resolve(_ path: String, from user: String) -> String {
  guard !path.hasPrefix("/") else { return path }
  var path = Substring(path)
  while path.hasPrefix("./") { path = path.dropFirst(2) }
  let folder = folder(of: user)
  return folder.isEmpty && !user.hasPrefix("/") ? String(path) : "\(folder)/\(path)"
}
