package import SpaceIR

/// The text of an architecture file: a space with every decision bound, in the space language.
///
/// - Parameters:
///   - spaceFile: The space, relative to where the text will be stored.
///   - comment: Lines for people, put first.
package func architectureFile(
  _ architecture: Architecture, of space: Space, spaceFile: String, spaceHash: String, comment: [String]
) -> String {
  var lines = comment.map { $0.isEmpty ? "#" : "# \($0)" }
  lines += [
    "espalier: 1",
    "architecture: \(space.name)",
    "of: \(quotedIfNeeded(spaceFile))",
    "hash: \"\(spaceHash)\"",
    "input: {channels: \(space.input.channels), height: \(space.input.height), width: \(space.input.width)}",
    "choices:",
  ]
  for id in space.decisionIDs {
    guard let value = space.value(of: id, in: architecture) else { continue }
    lines.append("  \(space[id].name): \(text(of: value))")
  }
  return lines.joined(separator: "\n") + "\n"
}

private func text(of value: Value) -> String {
  switch value {
  case .word(let word): quotedIfNeeded(word)
  case .rational(let rational) where rational.description.contains("/"): "\"\(rational)\""
  case .integer, .rational, .boolean: value.description
  }
}

/// Quotes what another YAML reader might take for something else than a word.
private func quotedIfNeeded(_ word: String) -> String {
  let ambiguous = ["yes", "no", "on", "off", "true", "false", "null", "y", "n"]
  let isPlain =
    word.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || ("0"..."9").contains($0) || "_-+./".unicodeScalars.contains($0)
    } && word.unicodeScalars.first?.properties.isAlphabetic == true && !ambiguous.contains(word.lowercased())
  if isPlain { return word }
  let escaped = word.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
  return "\"\(escaped)\""
}
