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
///
/// A copy that is changed a little, as each layer of a network makes one, shares the rest with the original: what was
/// defined before `inner()` is looked up behind what was defined after.
struct ExpressionScope: Sendable {
  private struct Entry: Sendable {
    let order: Int
    let value: Typed?
  }
  private var outer: [String: Entry] = [:]
  private var entries: [String: Entry] = [:]
  /// Layers whose arguments could not be read: everything under such a name is poison.
  private var poisoned: Set<String> = []
  /// What a requirement knows besides; nil for expressions of the network and of blocks.
  var members: MemberNames?
  /// The layer that a star stands for, inside an element of a list.
  var layer: Int?
  /// Arguments of stages that are not one value, with the reason.
  private var reasons: [String: String] = [:]
  private var count = 0

  /// A scope inside this one.
  ///
  /// - Precondition: this one is not inside another.
  func inner() -> ExpressionScope {
    precondition(outer.isEmpty, "scopes are two deep")
    var scope = self
    (scope.outer, scope.entries) = (entries, [:])
    return scope
  }

  mutating func poison(everythingUnder name: String) { poisoned.insert(name) }

  /// Takes a name away, and keeps why for the one who asks for it.
  mutating func hide(_ name: String, because reason: String) {
    entries[name] = nil
    reasons[name] = reason
  }

  /// Why a name that could be expected is not known.
  func reason(for name: String) -> String? { reasons[name] }

  mutating func define(_ name: String, as value: Typed?) {
    count += 1
    entries[name] = Entry(order: count, value: value)
  }

  /// Nil when the name is unknown; `.some(nil)` when it is known and poisoned.
  func lookup(_ name: String) -> Typed?? {
    if let entry = entries[name] ?? outer[name] { return .some(entry.value) }
    guard let dot = name.firstIndex(of: "."), poisoned.contains(String(name[..<dot])) else { return nil }
    return .some(nil)
  }

  /// In the order of their definition.
  var names: [String] {
    outer.merging(entries) { $1 }.sorted { $0.value.order < $1.value.order }.map(\.key)
  }

  /// Adds `prefix.channels`, `prefix.height`, `prefix.width` of a tensor, or poison.
  mutating func define(_ prefix: String, shape: TensorType?) {
    let extents = [("channels", shape?.channels), ("height", shape?.height), ("width", shape?.width)]
    for (name, extent) in extents {
      define("\(prefix).\(name)", as: extent.map { Typed(expression: $0, type: .integer) })
    }
  }
}
