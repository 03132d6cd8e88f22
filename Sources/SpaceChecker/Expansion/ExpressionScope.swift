import SpaceIR

/// An expression with its static type.
struct Typed: Sendable {
  let expression: Expression
  let type: ValueType
}

/// The names an expression can use, each with what it stands for; nil where an error was already shown.
struct ExpressionScope: Sendable {
  private(set) var entries: [(name: String, value: Typed?)] = []

  mutating func define(_ name: String, as value: Typed?) {
    entries.removeAll { $0.name == name }
    entries.append((name, value))
  }

  /// Nil when the name is unknown; `.some(nil)` when it is known and poisoned.
  func lookup(_ name: String) -> Typed?? {
    for entry in entries where entry.name == name { return .some(entry.value) }
    return nil
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
