import Diagnostics
import SpaceIR
import SpaceSyntax

/// What an architecture file says, before it is held against its space.
struct ArchitectureDeclaration {
  let name: Located<String>
  /// As written: relative to the architecture file, or absolute.
  let spaceFile: Located<String>
  /// Of the space that the choices were made in.
  let hash: Located<String>?
  /// Nil: the first that the space offers.
  let input: ImageShape?
  /// By decision, in the order of the file. The options are read once their domain is known.
  let choices: [YAMLEntry]
  /// The key `choices`; the whole file where there is none.
  let choicesRange: SourceRange
  /// Whether an error hides a choice, so that one may seem to be missing.
  let hidesChoices: Bool
}

extension YAMLNode {
  /// Whether a file binds the decisions of another one; told by the key `architecture`, or by what only such a file has.
  var isArchitecture: Bool {
    guard case .mapping(let entries) = content else { return false }
    let keys = Set(entries.map(\.key.text))
    return keys.contains("architecture") || (keys.isSuperset(of: ["of", "choices"]) && !keys.contains("space"))
  }
}

extension SpaceReader {
  static let architectureKeys = ["espalier", "architecture", "of", "hash", "input", "choices"]

  /// Nil, after an error, where the name or the space is not given.
  mutating func architecture(_ root: YAMLNode) -> ArchitectureDeclaration? {
    guard
      let fields = Fields(
        root, place: "an architecture", allowed: Self.architectureKeys, unreadable: unreadable, log: &log)
    else { return nil }
    version(fields)
    let name = fields.required("architecture", log: &log)?.value.title("the name of an architecture", log: &log)
    let spaceFile = fields.required("of", log: &log)?.value.text("the path of a space", log: &log)
    let hash = fields["hash"]?.value.text("the hash of a space", log: &log)
    let shape = fields["input"].flatMap { input($0.value) }
    let choices = choices(fields)
    guard let name, let spaceFile else { return nil }
    return ArchitectureDeclaration(
      name: name, spaceFile: spaceFile, hash: hash, input: shape?.value, choices: choices ?? [],
      choicesRange: fields["choices"]?.key.range ?? fields.range,
      hidesChoices: choices == nil || root.range.contains(anyOf: unreadable))
  }

  /// Nil after an error. A space without decisions leaves nothing to write after the key.
  private mutating func choices(_ fields: Fields) -> [YAMLEntry]? {
    guard let value = fields.required("choices", log: &log)?.value else { return nil }
    if let scalar = value.scalar, scalar.value == .null { return [] }
    return value.mapping("'choices'", log: &log)
  }
}
