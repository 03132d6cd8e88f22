/// A commented starting point: a small space that compiles as it is and shows one way of writing them.
package enum SpaceTemplate: String, CaseIterable, Sendable {
  /// Stages of blocks one after the other.
  case chain
  /// A cell with searched edges, stacked.
  case cell
  /// Patches, and a searched number of encoder layers.
  case transformer
  /// Rules that build a network from smaller ones.
  case grammar

  /// - Parameter name: Of the space.
  package func text(name: String) -> String {
    let body =
      switch self {
      case .chain: Self.chainText
      case .cell: Self.cellText
      case .transformer: Self.transformerText
      case .grammar: Self.grammarText
      }
    return body.replacing("NAME", with: name) + "\n"
  }
}

/// A name for a space in a file: the file's own, without what a name cannot hold.
package func spaceName(forFile path: String) -> String {
  let file = path.split(separator: "/").last.map(String.init) ?? ""
  let stem = file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
  let characters = stem.map { character in
    character.isASCII && (character.isLetter || character.isNumber || "_-.+".contains(character)) ? character : "-"
  }
  let name = String(characters.drop { !$0.isLetter })
  return name.isEmpty ? "my-space" : name
}
