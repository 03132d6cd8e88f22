import Diagnostics
import SpaceIR

/// A node's result, or poison where an error was shown.
struct Tensor: Sendable {
  let id: NodeID
  /// Its type where it is there.
  var type: TensorType
  /// Where the tensor is there; nil: everywhere.
  var presence: Expression?
  /// The type that its node has everywhere; nil: the same.
  var written: TensorType?
}

/// The tensors that an item can read: the result of each item before it, some of them under a name.
///
/// A nil tensor is poison.
struct Wires: Sendable {
  private var history: [Tensor?]
  private let inputCount: Int
  private var named: [String: Tensor?]
  /// Whether an error hid an item's name, so that an unknown name may be that one.
  var hidesNames = false

  init(_ inputs: [(name: String, tensor: Tensor?)]) {
    history = inputs.map(\.tensor)
    inputCount = inputs.count
    named = Dictionary(inputs.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
  }

  var current: Tensor? { history.last ?? nil }

  /// What an item gives becomes the current tensor.
  mutating func append(_ tensor: Tensor?, name: String?) {
    history.append(tensor)
    if let name { named[name] = .some(tensor) }
    if name == nil, tensor == nil { hidesNames = true }
  }

  /// The same with another current tensor, where an alternative sees it bound.
  func with(current tensor: Tensor?) -> Wires {
    var wires = self
    if !wires.history.isEmpty { wires.history[wires.history.count - 1] = tensor }
    return wires
  }

  /// Nil where nothing has the name; `.some(nil)` is poison. `back.2` is the result before the current one; before the
  /// first item there is the first, and where no item is yet, the last input.
  func lookup(_ name: String) -> Tensor?? {
    if let known = named[name] { return .some(known) }
    guard let steps = Wires.stepsBack(name), !history.isEmpty else { return hidesNames ? .some(nil) : nil }
    let first = min(inputCount, history.count - 1)
    return .some(history[max(first, history.count - steps)])
  }

  /// The number of `back.N`, at least 1.
  static func stepsBack(_ name: String) -> Int? {
    guard name.hasPrefix("back."), let steps = Int(name.dropFirst(5)), steps >= 1 else { return nil }
    return steps
  }

  var names: [String] { named.keys.sorted() }
}

extension Expander {
  /// The tensors that a call reads; nil after an error about their names or their number.
  ///
  /// - Parameter isPoison: Whether an error hides what the call says, perhaps its `from`.
  mutating func operands(
    of call: Call, _ signature: Signature, isPoison: Bool = false, wires: Wires
  ) -> [Tensor?]? {
    let range = call.from?.range ?? call.op.range
    var tensors: [Tensor?] = [wires.current]
    if let from = call.from {
      tensors = []
      for name in from.value {
        guard let tensor = wires.lookup(name.value) else {
          reportUnknownTensor(name, wires)
          return nil
        }
        tensors.append(tensor)
      }
    }
    let found = call.from?.value.count ?? 1
    let expected: String
    switch signature.reads {
    case .one:
      if found == 1 { return tensors }
      expected = "one tensor"
    case .queryAndMemory:
      if found == 1 { return tensors + tensors }
      if found == 2 { return tensors }
      expected = "one tensor, or a query and a memory"
    case .many:
      if found >= 2 { return tensors }
      expected = "two tensors or more"
    case .named(let names):
      if found == names.count { return tensors }
      expected = "\(names.count) tensors, \(names.joined(separator: " and "))"
    }
    if isPoison { return nil }
    report(
      .tensorCount(operation: signature.name, expected: expected, found: found), at: range,
      notes: call.from == nil ? [Note("name them: 'from: [...]'")] : [])
    return nil
  }

  private mutating func reportUnknownTensor(_ name: Located<String>, _ wires: Wires) {
    let known = wires.names
    let meant = closest(to: name.value, among: known)
    let notes = meant == nil ? [Note("known here: \((known + ["back.1", "back.2"]).joined(separator: ", "))")] : []
    report(.unknownTensor(name.value), at: name.range, notes: notes, fixIts: didYouMean(meant, at: name.range))
  }

  /// The tensor with decisions that an enclosing alternative has fixed replaced, always there where the enclosing
  /// conditions say so.
  func bound(_ tensor: Tensor?) -> Tensor? {
    guard var tensor else { return nil }
    tensor.type = tensor.type.mapping { $0.binding { fixed[$0] } }
    tensor.presence = tensor.presence.flatMap(open)
    return tensor
  }

  /// What the enclosing conditions leave open of a presence; nil: it holds here.
  private func open(_ presence: Expression) -> Expression? {
    let stated = conditions.filter { $0.values == [.boolean(true)] }.flatMap(\.selector.conjuncts)
    if presence.conjuncts.allSatisfy(stated.contains) { return nil }
    let bound = presence.binding { fixed[$0] }
    return bound == .constant(.boolean(true)) ? nil : bound
  }

  /// Where all the operands are there, and the condition of the call itself holds; nil: everywhere.
  func presence(of operands: [Tensor?], _ own: Expression?, _ signature: Signature) -> Expression? {
    var parts: [Expression] = []
    if case .many = signature.reads {} else { parts = operands.compactMap { $0?.presence } }
    if let own { parts.append(own) }
    var unique: [Expression] = []
    for part in parts.compactMap(open) where !unique.contains(part) { unique.append(part) }
    guard let first = unique.first else { return nil }
    let all = unique.dropFirst().reduce(first) { .binary(.and, $0, $1) }.folded
    return all == .constant(.boolean(true)) ? nil : all
  }
}

extension Expression {
  /// The claims that `and` joins.
  fileprivate var conjuncts: [Expression] {
    guard case .binary(.and, let a, let b) = self else { return [self] }
    return a.conjuncts + b.conjuncts
  }
}
