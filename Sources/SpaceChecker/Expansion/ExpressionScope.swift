import Diagnostics
import SpaceIR

/// An expression with its static type.
struct Typed: Sendable {
  let expression: Expression
  let type: ValueType
  /// Where an argument was written; nil for defaults and built-in names.
  var range: SourceRange?
}

/// The names an expression can use, each with what it stands for; nil where an error was already shown.
struct ExpressionScope: Sendable {
  private(set) var entries: [(name: String, value: Typed?)] = []
  /// Layers whose arguments could not be read: everything under such a name is poison.
  private var poisoned: Set<String> = []
  /// What a requirement knows besides; nil for expressions of the network and of blocks.
  var members: MemberNames?
  /// The layer that a star stands for, inside an element of a list.
  var layer: Int?
  /// Arguments of stages that are not one value, with the reason.
  private var reasons: [String: String] = [:]

  mutating func poison(everythingUnder name: String) { poisoned.insert(name) }

  /// Takes a name away, and keeps why for the one who asks for it.
  mutating func hide(_ name: String, because reason: String) {
    entries.removeAll { $0.name == name }
    reasons[name] = reason
  }

  /// Why a name that could be expected is not known.
  func reason(for name: String) -> String? { reasons[name] }

  mutating func define(_ name: String, as value: Typed?) {
    entries.removeAll { $0.name == name }
    entries.append((name, value))
  }

  /// Nil when the name is unknown; `.some(nil)` when it is known and poisoned.
  func lookup(_ name: String) -> Typed?? {
    for entry in entries where entry.name == name { return .some(entry.value) }
    guard let dot = name.firstIndex(of: "."), poisoned.contains(String(name[..<dot])) else { return nil }
    return .some(nil)
  }

  var names: [String] { entries.map(\.name) }

  /// Adds `prefix.channels`, `prefix.height`, `prefix.width` of a tensor, or poison.
  mutating func define(_ prefix: String, shape: TensorType?) {
    let extents = [("channels", shape?.channels), ("height", shape?.height), ("width", shape?.width)]
    for (name, extent) in extents {
      define("\(prefix).\(name)", as: extent.map { Typed(expression: $0, type: .integer) })
    }
  }
}
