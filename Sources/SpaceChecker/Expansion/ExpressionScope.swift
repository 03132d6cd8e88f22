import Diagnostics
import SpaceIR

/// An expression with its static type.
struct Typed: Sendable {
  let expression: Expression
  let type: ValueType
  /// Where an argument was written; nil for defaults and built-in names.
  var range: SourceRange?
  /// Where the value was given that an argument inside blocks hands on by its name; nil for what is worked out here.
  var given: SourceRange?
}

/// The names an expression can use, each with what it stands for; nil where an error was already shown.
///
/// A copy that is changed a little, as each layer of a network makes one, shares the rest with the original: what was
/// defined before `inner()` is looked up behind what was defined after.
struct ExpressionScope: Sendable {
  private struct Entry<Meaning: Sendable>: Sendable {
    let order: Int
    let meaning: Meaning
  }
  /// Names for values, and names for tensors, of which the extents can be read; nil is poison.
  private struct Names: Sendable {
    var values: [String: Entry<Typed?>] = [:]
    var shapes: [String: Entry<TensorType?>] = [:]
    var isEmpty: Bool { values.isEmpty && shapes.isEmpty }
  }
  private var outer = Names()
  private var own = Names()
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
    (scope.outer, scope.own) = (own, Names())
    return scope
  }

  mutating func poison(everythingUnder name: String) { poisoned.insert(name) }

  /// Takes a name away, and keeps why for the one who asks for it.
  mutating func hide(_ name: String, because reason: String) {
    own.values[name] = nil
    reasons[name] = reason
  }

  /// Why a name that could be expected is not known.
  func reason(for name: String) -> String? { reasons[name] }

  mutating func define(_ name: String, as value: Typed?) {
    count += 1
    own.values[name] = Entry(order: count, meaning: value)
  }

  /// Nil when the name is unknown; `.some(nil)` when it is known and poisoned.
  func lookup(_ name: String) -> Typed?? {
    if let entry = own.values[name] ?? outer.values[name] { return .some(entry.meaning) }
    guard let dot = name.lastIndex(of: ".") else { return nil }
    if let extent = Extent(rawValue: String(name[name.index(after: dot)...])),
      let shape = shape(of: String(name[..<dot]))
    {
      return .some(shape.map { Typed(expression: extent.of($0), type: .integer) })
    }
    guard let dot = name.firstIndex(of: "."), poisoned.contains(String(name[..<dot])) else { return nil }
    return .some(nil)
  }

  private func shape(of name: String) -> TensorType?? { (own.shapes[name] ?? outer.shapes[name])?.meaning }

  /// In the order of their definition.
  var names: [String] {
    let values = outer.values.merging(own.values) { $1 }.map { (order: $1.order, names: [$0]) }
    let shapes = outer.shapes.merging(own.shapes) { $1 }.map { name, entry in
      (order: entry.order, names: Extent.allCases.map { "\(name).\($0.rawValue)" })
    }
    return (values + shapes).sorted { $0.order < $1.order }.flatMap(\.names)
  }

  /// Adds `prefix.channels`, `prefix.height`, `prefix.width` of a tensor, or poison.
  mutating func define(_ prefix: String, shape: TensorType?) {
    count += 1
    own.shapes[prefix] = Entry(order: count, meaning: shape)
  }

  /// What can be read of a tensor.
  private enum Extent: String, CaseIterable {
    case channels, height, width

    func of(_ shape: TensorType) -> Expression {
      switch self {
      case .channels: shape.channels
      case .height: shape.height
      case .width: shape.width
      }
    }
  }
}
