package import Diagnostics

/// Reads a file that holds one YAML document.
///
/// Scalars keep their text and style; `YAMLScalar.value` resolves them by the 1.2 core schema. Duplicate keys, tags,
/// aliases and the like are reported and the reading goes on; where libyaml cannot go on, or a limit is passed, the
/// result is nil. After any error the log has errors, also when there is a tree.
///
/// - Parameter nodes: The most keys and values.
/// - Returns: The root, which is never a poison node, or nil after an error.
/// - Complexity: O(bytes) time; the tree has at most so many nodes.
package func parseYAML(
  _ source: SourceID, in sources: SourceMap, nodes: Int = YAMLLimits.nodes, log: inout DiagnosticLog
) -> YAMLNode? {
  let bytes = sources[source].bytes
  let base = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  guard checkEncoding(bytes, of: source, from: base, log: &log) else { return nil }
  var builder = YAMLTreeBuilder(source: source, bytes: bytes, limit: nodes)
  let stop = bytes.withUnsafeBufferPointer { buffer in
    builder.read(YAMLEventReader(bytes, buffer: buffer, from: base), log: &log)
  }
  switch stop {
  case .finished(let root): return root
  case .failed: return nil
  }
}
