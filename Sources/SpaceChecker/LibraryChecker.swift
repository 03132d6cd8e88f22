package import Diagnostics
import SpaceSyntax

/// Checks a file of blocks by itself, with the files that it uses: keys, names, functions and rules. Shapes depend on what
/// a use is given and are checked there.
///
/// - Returns: How many blocks, rules and cells it has; nil for a file that is no library, about which nothing is said.
package func checkLibrary(
  at path: String, reader: some SourceReader, sources: inout SourceMap, log: inout DiagnosticLog
) -> Int? {
  guard let bytes = try? reader.bytes(of: path) else { return nil }
  let id = sources.add(path: path, bytes: bytes)
  var found = DiagnosticLog()
  guard let root = parseYAML(id, in: sources, log: &found), root.fileKind == .library else { return nil }
  var spaceReader = SpaceReader(log: found)
  guard let (uses, blocks) = spaceReader.library(root) else { return nil }
  var library = Library(folder: folder(of: path), hidesBlocks: spaceReader.hidesBlocks, log: spaceReader.log)
  library.define(blocks)
  library.load(uses, from: path, open: [path], reader: reader, sources: &sources)
  var assembly = Assembly(SpaceDeclaration(), library: library, devices: DeviceTables(), log: library.log)
  assembly.checkLibrary()
  log = assembly.log
  return blocks.count
}
