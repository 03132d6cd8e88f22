import SpaceIR

/// The operations of one layer, as far as they stand together: an attribute of the network, and an object of a class that
/// layers of one structure share.
struct TorchBlock: Sendable {
  struct Step: Sendable {
    let node: Node
    let form: TorchForm
    let operands: [NodeID]
    /// The name of the submodule, where there is one.
    let attribute: String
    /// Whether the result is `[batch, features]`.
    let isFlat: Bool
    /// For each operand whether it is.
    let flatOperands: [Bool]
  }
  /// `s2_1` of the layer `s2[1]`.
  let attribute: String
  /// What its operations are called after: `inverted_residual`.
  let kind: String
  let steps: [Step]
  /// Values of other blocks that it reads, in the order of their first use.
  let inputs: [NodeID]
  /// Its values that others read.
  let outputs: [NodeID]

  /// Blocks of one signature are objects of one class.
  var signature: String {
    var places: [NodeID: String] = [:]
    for (index, input) in inputs.enumerated() { places[input] = "i\(index)" }
    var lines = [kind]
    for (index, step) in steps.enumerated() {
      let operands = zip(step.operands, step.flatOperands).map { "\(places[$0] ?? "?")\($1 ? "f" : "")" }
      let constructor = step.form.constructor.map { piece in
        switch piece {
        case .text(let text): text
        case .slot(let slot): "{\(slot.role.rawValue)}"
        }
      }
      var call = "\(step.form.call)"
      if case .function = step.form.call { call = "function" }
      lines.append("\(step.attribute) \(call) \(constructor.joined()) of \(operands.joined(separator: ","))")
      places[step.node.id] = "s\(index)"
    }
    lines.append("returns " + outputs.map { places[$0] ?? "?" }.joined(separator: ","))
    return lines.joined(separator: "\n")
  }

  /// Every slot in the order of the text, with what it belongs to.
  var slots: [(step: Int, slot: TorchSlot)] {
    steps.indices.flatMap { index in
      var found = steps[index].form.constructor.compactMap { piece -> (step: Int, slot: TorchSlot)? in
        if case .slot(let slot) = piece { (index, slot) } else { nil }
      }
      if case .function(let slot) = steps[index].form.call { found.append((index, slot)) }
      return found
    }
  }
}

extension BoundNetwork {
  /// The blocks of the network in order; inputs are no part of them.
  ///
  /// - Parameter images: What stands for the first input where it is not read.
  func torchBlocks(images: NodeID) -> [TorchBlock] {
    var types: [NodeID: BoundExtents] = [:]
    for node in nodes { types[node.id] = node.type.extents4 }
    var flat: Set<NodeID> = []
    var names = TorchNames()
    var blocks: [TorchBlock] = []
    var rest = nodes[...]
    while let first = rest.first {
      if case .input = first.operation {
        rest.removeFirst()
        continue
      }
      let run = rest.prefix { $0.layer == first.layer && !$0.isInput }
      rest = rest.dropFirst(run.count)
      blocks.append(block(Array(run), images, { types[$0] ?? .none }, &flat, &names))
    }
    return blocks
  }

  private func block(
    _ run: [Node], _ images: NodeID, _ type: (NodeID) -> BoundExtents, _ flat: inout Set<NodeID>,
    _ names: inout TorchNames
  ) -> TorchBlock {
    let own = Set(run.map(\.id))
    let prefix = commonPrefix(run.map { $0.place.split(separator: ".").map(String.init) })
    var inner = TorchNames()
    var inputs: [NodeID] = []
    var steps: [TorchBlock.Step] = []
    for node in run {
      let form = torchForm(of: node, type: type)
      var operands = node.operation.operands
      if case .zero = node.operation { operands = [images] }
      for operand in operands where !own.contains(operand) && !inputs.contains(operand) { inputs.append(operand) }
      let areFlat = operands.map(flat.contains)
      let isFlat = form.takesFlat || (form.call.keepsFlat && !areFlat.isEmpty && areFlat.allSatisfy { $0 })
      if isFlat { flat.insert(node.id) }
      let label = node.place.split(separator: ".").map(String.init).dropFirst(prefix)
      let attribute = form.constructor.isEmpty ? "" : inner.name(label.joined(separator: "_"))
      steps.append(
        TorchBlock.Step(
          node: node, form: form, operands: operands, attribute: attribute, isFlat: isFlat, flatOperands: areFlat))
    }
    let read = Set(nodes.filter { !own.contains($0.id) }.flatMap(\.operation.operands) + outputs.map(\.node))
    return TorchBlock(
      attribute: names.name(space.layers[run[0].layer.index].name),
      kind: kind(of: run, prefix: prefix), steps: steps, inputs: inputs,
      outputs: run.map(\.id).filter(read.contains))
  }

  /// The block of the space that the operations are of: the last name that their places share.
  private func kind(of run: [Node], prefix: Int) -> String {
    let shared = run[0].place.split(separator: ".").prefix(prefix).map(String.init)
    let name = shared.last { $0 != "else" && $0.contains { $0.isLetter } }
    return name ?? space.layers[run[0].layer.index].name.prefix { $0 != "[" }.description
  }

  /// How many first parts of the places are the same; the last part of a place is its own.
  private func commonPrefix(_ places: [[String]]) -> Int {
    var count = 0
    while let part = places.first?.dropLast().dropFirst(count).first,
      places.allSatisfy({ $0.count > count + 1 && $0[count] == part })
    { count += 1 }
    return count
  }
}

extension Node {
  fileprivate var isInput: Bool {
    if case .input = operation { true } else { false }
  }
}

extension BoundExtents {
  fileprivate static let none = BoundExtents(copies: 1, channels: 1, height: 1, width: 1)
}

extension TorchForm.Call {
  /// Whether the result has the form of the operands.
  var keepsFlat: Bool {
    switch self {
    case .function, .sum, .product: true
    case .module, .concatenation, .globalPool: false
    }
  }
}
