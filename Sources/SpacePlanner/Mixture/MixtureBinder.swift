import SpaceIR

/// Emits the forward pass of all architectures at once.
///
/// The value of a node is made once for each assignment of the enumerated decisions that it depends on: an *instance*.
/// What another layer reads, and what a choice gives, is the sum over the instances of mask times instance, where the
/// mask is the probability of the instance, channel by channel. Every instance runs as wide as it can be. Its channels
/// beyond those that a network has are garbage until they are masked, which is done where channels first meet: before a
/// convolution or a linear map, and at a sum.
struct MixtureBinder {
  /// Instances of one node.
  static let mostInstances = 4096

  var binder: ProgramBinder
  let book: MixtureBook
  let uses: LayerUses
  private let space: Space
  /// By node, then by the options of the decisions that it depends on.
  private var instances: [NodeID: [[Int]: Instance]] = [:]
  private var dependencies: [NodeID: [DecisionID]] = [:]
  /// Results as other layers read them.
  private var sums: [NodeID: Instance] = [:]
  private var adapted: [Adaptation: Instance] = [:]

  /// A value of an instance.
  struct Instance: Hashable {
    /// Nil: zeros.
    var buffer: BufferID?
    /// `[n, h, w, copies * c]`
    var shape: [Int]
    /// Whether channels beyond those of the network may be other than zero.
    var isPending = false
  }

  private struct Adaptation: Hashable {
    let buffer: BufferID
    let shape: [Int]
  }

  typealias Assignment = [DecisionID: Int]

  /// One summand: a value with the condition under which it is there.
  private struct Term {
    let node: NodeID
    let assignment: Assignment
    let picks: [MixtureVariable.Pick]
    let selector: MixtureBook.Selector?
  }

  init(plan: SupernetPlan, book: MixtureBook, options: BindingOptions) {
    self.book = book
    space = plan.space
    uses = LayerUses(plan)
    binder = ProgramBinder(plan: plan, of: .mixture(book), options: options)
  }

  /// Emits everything that the outputs depend on, layer by layer; returns the outputs in their order.
  mutating func run() throws(PlanError) -> [BufferID] {
    let useful = space.usefulNodes
    for node in space.body.nodes where useful.contains(node.id) && uses.exported.contains(node.id) {
      _ = try sum(of: node.id)
    }
    var outputs: [BufferID] = []
    for id in [space.body.result] + space.otherOutputs.map(\.node) {
      outputs.append(buffer(of: try sum(of: id)))
    }
    return outputs
  }

  // MARK: What an instance depends on

  private func node(_ id: NodeID) -> Node {
    guard let node = uses.nodes[id] else { preconditionFailure("\(id) is a node of the space") }
    return node
  }

  /// The enumerated decisions that tell instances of a node apart, ascending.
  private mutating func dependencies(of id: NodeID) -> [DecisionID] {
    if let known = dependencies[id] { return known }
    let node = node(id)
    var found = Set(node.operation.attributes.flatMap(\.expression.support) + node.type.extents.flatMap(\.support))
    found.formUnion(binder.plan.weights[id]?.keys ?? [])
    var inner: Set<DecisionID> = []
    if case .choice(let choice) = node.operation {
      for alternative in choice.alternatives {
        inner.formUnion(dependencies(of: alternative.region.result, readBy: node.layer))
      }
    }
    for operand in node.operation.operands { inner.formUnion(dependencies(of: operand, readBy: node.layer)) }
    let own = uses.enumerated(at: node)
    let result = found.union(inner).filter { own[$0] != nil }.sorted()
    dependencies[id] = result
    return result
  }

  /// Of a value as a layer reads it: what another layer gives is cut to the shape of the reader's instance.
  private mutating func dependencies(of id: NodeID, readBy layer: LayerID) -> Set<DecisionID> {
    let node = node(id)
    if node.layer == layer { return Set(dependencies(of: id)) }
    return Set(node.type.extents.flatMap(\.support)).intersection(uses.enumerated[layer].map { Set($0.keys) } ?? [])
  }

  // MARK: Values

  private mutating func value(of id: NodeID, _ assignment: Assignment) throws(PlanError) -> Instance {
    let decisions = dependencies(of: id)
    let key = decisions.map { assignment[$0] ?? 0 }
    if let known = instances[id]?[key] { return known }
    let node = node(id)
    let own = Assignment(uniqueKeysWithValues: zip(decisions, key))
    let made = try make(node, own)
    instances[id, default: [:]][key] = made
    let count = instances[id]?.count ?? 0
    guard count <= Self.mostInstances else { throw tooMany(count, node) }
    return made
  }

  private mutating func make(_ node: Node, _ assignment: Assignment) throws(PlanError) -> Instance {
    switch node.operation {
    case .choice(let choice): return try alternatives(of: choice, node, assignment)
    case .join(.add, let operands)
    where operands.contains { $0.presence.map { book.bound($0, assignment).constant == nil } ?? false }:
      return try weighedSum(of: operands, node, assignment)
    case .join(_, let operands):
      let present = operands.filter { operand in
        operand.presence.map { book.bound($0, assignment).constant == .boolean(true) } ?? true
      }
      return try operation(node, present.map(\.node), assignment)
    default: return try operation(node, node.operation.operands, assignment)
    }
  }

  /// A value as a layer's instance reads it.
  private mutating func read(
    _ id: NodeID, by layer: LayerID, _ assignment: Assignment
  ) throws(PlanError) -> Instance {
    if node(id).layer == layer { return try value(of: id, assignment) }
    let whole = try sum(of: id)
    return adapt(whole, to: try shape(of: node(id).type, assignment))
  }

  /// What was summed over the options of other decisions, with the channels and pixels that this instance has.
  private mutating func adapt(_ instance: Instance, to shape: [Int]) -> Instance {
    guard instance.shape != shape else { return instance }
    guard let buffer = instance.buffer else { return Instance(buffer: nil, shape: shape) }
    let key = Adaptation(buffer: buffer, shape: shape)
    if let known = adapted[key] { return known }
    var made = buffer
    var current = instance.shape
    if current[1] != shape[1] || current[2] != shape[2] {
      current = [shape[0], shape[1], shape[2], current[3]]
      made = binder.emit(.resize(.nearest), [made], [current])
    }
    if current[3] != shape[3] { made = withChannels(shape[3], made, current) }
    let result = Instance(buffer: made, shape: shape, isPending: instance.isPending)
    adapted[key] = result
    return result
  }

  /// A value with its first channels alone, or with zeros after its own.
  private mutating func withChannels(_ count: Int, _ buffer: BufferID, _ shape: [Int]) -> BufferID {
    let target = Array(shape[..<3]) + [count]
    let made = count > shape[3] ? binder.emit(.zero, [], [target]) : binder.newBuffer(target)
    let range = ChannelRange(first: 0, place: 0, count: min(count, shape[3]))
    binder.forward.append(
      Instruction(kernel: .copyChannels(range, adds: false), inputs: [buffer], outputs: [made], slices: []))
    return made
  }

  /// One operation of an instance.
  private mutating func operation(
    _ node: Node, _ operands: [NodeID], _ assignment: Assignment
  ) throws(PlanError) -> Instance {
    var values: [Instance] = []
    for id in operands {
      let value = try read(id, by: node.layer, assignment)
      values.append(node.operation.mixesChannels ? try masked(value, id, assignment) : value)
    }
    let shape = try shape(of: node.type, assignment)
    // What is as wide in every network can differ in its greatest width.
    if node.operation.wantsEqualWidths { values = values.map { adapt($0, to: Array($0.shape[..<3]) + [shape[3]]) } }
    binder.results = [:]
    binder.zeros = [:]
    for (id, value) in zip(operands, values) {
      if let buffer = value.buffer { binder.results[id] = buffer } else { binder.zeros[id] = value.shape }
    }
    let made = try emitting(node, assignment) { (binder) throws(EvaluationError) in try binder.emit(node, operands) }
    let isOpen = try book.isOpen(node.type.channels, assignment)
    return Instance(
      buffer: made, shape: shape,
      isPending: isOpen && made != nil && node.operation.leavesGarbage(values.map(\.isPending)))
  }

  private mutating func emitting<Result>(
    _ node: Node, _ assignment: Assignment, _ body: (inout ProgramBinder) throws(EvaluationError) -> Result
  ) throws(PlanError) -> Result {
    book.assignment = assignment
    do throws(EvaluationError) {
      return try body(&binder)
    } catch {
      throw book.failure ?? refused(node, "one of its extents or attributes has no value for some combination")
    }
  }

  private mutating func shape(of type: TensorType, _ assignment: Assignment) throws(PlanError) -> [Int] {
    book.assignment = assignment
    do throws(EvaluationError) {
      return try binder.shape(of: type)
    } catch {
      throw book.failure ?? .noValue
    }
  }

  private mutating func masked(
    _ value: Instance, _ id: NodeID, _ assignment: Assignment
  ) throws(PlanError) -> Instance {
    guard value.isPending, let buffer = value.buffer else { return value }
    // The same value is masked alike whoever reads it.
    let key = Adaptation(buffer: buffer, shape: value.shape)
    if let known = adapted[key] { return known }
    let node = node(id)
    let made = try emitting(node, assignment) { (binder) throws(EvaluationError) in
      try binder.masked(buffer, node.type.channels)
    }
    let result = Instance(buffer: made, shape: value.shape)
    adapted[key] = result
    return result
  }

  private mutating func buffer(of value: Instance) -> BufferID {
    value.buffer ?? binder.emit(.zero, [], [value.shape])
  }

  // MARK: Sums

  /// A node's value over all options of its layer's decisions, masked.
  private mutating func sum(of id: NodeID) throws(PlanError) -> Instance {
    if let known = sums[id] { return known }
    let node = node(id)
    let terms = try assignments(of: dependencies(of: id), node).map { assignment in
      Term(node: id, assignment: assignment, picks: picks(assignment), selector: nil)
    }
    var result = try sum(terms, at: node, type: node.type, [:])
    if result.isPending { result = try masked(result, id, [:]) }
    sums[id] = result
    return result
  }

  /// The alternatives of a choice, each with the probability that it is taken.
  private mutating func alternatives(
    of choice: Choice, _ node: Node, _ assignment: Assignment
  ) throws(PlanError) -> Instance {
    let own = (uses.enumerated[node.layer] ?? [:]).filter { $0.value == .choice(node.id) }
    var terms: [Term] = []
    for alternative in choice.alternatives {
      let needed = dependencies(of: alternative.region.result, readBy: node.layer).union(choice.selector.support)
      for inner in try assignments(of: needed.filter { own[$0] != nil }.sorted(), node) {
        let whole = assignment.merging(inner) { _, new in new }
        guard let selector = try selector(choice.selector, alternative.values, whole) else { continue }
        terms.append(
          Term(
            node: alternative.region.result, assignment: whole, picks: picks(inner),
            selector: selector.values.isEmpty ? nil : selector))
      }
    }
    return try sum(terms, at: node, type: node.type, assignment)
  }

  /// A sum of operands of which some need not be there.
  private mutating func weighedSum(
    of operands: [Operand], _ node: Node, _ assignment: Assignment
  ) throws(PlanError) -> Instance {
    var terms: [Term] = []
    for operand in operands {
      let presence = operand.presence ?? .constant(.boolean(true))
      guard let selector = try selector(presence, [.boolean(true)], assignment) else { continue }
      terms.append(
        Term(
          node: operand.node, assignment: assignment, picks: [], selector: selector.values.isEmpty ? nil : selector))
    }
    return try sum(terms, at: node, type: node.type, assignment)
  }

  /// The condition that an expression has one of some values; without values where it always has, nil where never.
  private mutating func selector(
    _ expression: Expression, _ values: [Value], _ assignment: Assignment
  ) throws(PlanError) -> MixtureBook.Selector? {
    let bound = book.bound(expression, assignment)
    if let value = bound.constant {
      return values.contains(value) ? MixtureBook.Selector(expression: bound, values: []) : nil
    }
    let possible = try book.values(of: bound).filter(values.contains)
    return possible.isEmpty ? nil : MixtureBook.Selector(expression: bound, values: possible)
  }

  /// - Parameter assignment: Of the instance that the sum is.
  private mutating func sum(
    _ terms: [Term], at node: Node, type: TensorType, _ assignment: Assignment
  ) throws(PlanError) -> Instance {
    if terms.count == 1, terms[0].picks.isEmpty, terms[0].selector == nil {
      return try read(terms[0].node, by: node.layer, terms[0].assignment)
    }
    let target = try shape(of: type, assignment)
    var total: BufferID?
    for term in terms {
      let value = try read(term.node, by: node.layer, term.assignment)
      guard let buffer = value.buffer else { continue }
      let spread = spread(buffer, value.shape, to: target)
      let mask = try mask(of: term, value, target, at: node)
      if let total {
        binder.forward.append(
          Instruction(kernel: .mask(adds: true), inputs: [spread], outputs: [total], slices: [binder.add(mask)]))
      } else {
        total = binder.emit(.mask(adds: false), [spread], [target], slices: [binder.add(mask)])
      }
    }
    return Instance(buffer: total, shape: target)
  }

  /// A smaller map's pixels at the places that it would be sampled from, with zeros between (fbnetv2.md, section 2.2:
  /// copies of a pixel would spoil those of other resolutions).
  private mutating func spread(_ buffer: BufferID, _ shape: [Int], to target: [Int]) -> BufferID {
    guard shape[1] != target[1] || shape[2] != target[2] else { return buffer }
    return binder.emit(
      .resizeBackward(.nearest, adds: false), [buffer], [[shape[0], target[1], target[2], shape[3]]])
  }

  private mutating func mask(
    of term: Term, _ value: Instance, _ target: [Int], at node: Node
  ) throws(PlanError) -> WeightSlice {
    let type = self.node(term.node).type
    let copies = book.bound(type.copies, term.assignment).constant?.integer ?? 0
    guard copies == 1 || value.shape[3] == target[3], copies > 0 else {
      throw refused(node, "its alternatives have different numbers of copies of their channels")
    }
    let width = min(value.shape[3], target[3]) / copies
    let channels = value.isPending ? book.bound(type.channels, term.assignment) : .integer(width)
    return try book.mask(
      MixtureBook.MaskKey(
        picks: term.picks, selector: term.selector, channels: channels, width: width, copies: copies))
  }

  // MARK: Assignments

  private func picks(_ assignment: Assignment) -> [MixtureVariable.Pick] {
    assignment.sorted { $0.key < $1.key }
      .map { MixtureVariable.Pick(source: .decision($0.key), outcome: $0.value) }
  }

  private func assignments(of decisions: [DecisionID], _ node: Node) throws(PlanError) -> [Assignment] {
    var result: [Assignment] = [[:]]
    for decision in decisions {
      let options = space[decision].options.indices
      guard result.count * options.count <= Self.mostInstances else {
        throw tooMany(
          decisions.reduce(1) { $0.multipliedReportingOverflow(by: space[$1].options.count).partialValue }, node)
      }
      result = result.flatMap { known in options.map { known.merging([decision: $0]) { _, new in new } } }
    }
    return result.filter(isAllowed)
  }

  /// Whether a network can have these options together, as far as requirements on nothing else tell: what no network
  /// has need not have a shape.
  private func isAllowed(_ assignment: Assignment) -> Bool {
    !space.requirements.contains { requirement in
      guard case .condition(let condition) = requirement.claim else { return false }
      return book.bound(condition, assignment).constant == .boolean(false)
    }
  }

  private func tooMany(_ count: Int, _ node: Node) -> PlanError {
    .tooManyInstances(layer: space.layers[node.layer.index].name, count: count)
  }

  private func refused(_ node: Node, _ reason: String) -> PlanError {
    .notMixed(layer: space.layers[node.layer.index].name, reason: reason)
  }
}

extension Operation {
  /// Whether the operands have as many channels as the result.
  fileprivate var wantsEqualWidths: Bool {
    switch self {
    case .add, .join(.add, _), .join(.multiply, _): true
    default: false
    }
  }

  /// Whether a channel of the result depends on others of the operand, so that those must be right.
  fileprivate var mixesChannels: Bool {
    switch self {
    case .convolution, .linear, .attention, .quantize, .slice, .shuffle, .softmax, .layerNorm: true
    case .input, .depthwise, .batchNorm, .activation, .squeezeExcite, .splitAttention, .pool, .globalPool, .resize,
      .positionEmbedding, .zero, .add, .join, .choice:
      false
    }
  }

  /// Whether channels that a network has not can be other than zero in the result.
  ///
  /// - Parameter operands: The same of each operand.
  fileprivate func leavesGarbage(_ operands: [Bool]) -> Bool {
    switch self {
    case .convolution, .linear, .attention, .batchNorm, .layerNorm, .positionEmbedding: true
    // A wider operand must not show past a narrower one: the sum is masked (fbnetv2.md, pitfall 3).
    case .add, .join(.add, _): true
    case .activation(let function, _):
      // The others are zero at zero.
      operands.contains(true)
        || [.sigmoid, .hardSigmoid].contains(function.constant?.word.flatMap(ActivationFunction.init(rawValue:)))
        || function.constant == nil
    case .join(.multiply, _): operands.allSatisfy { $0 }
    case .join(.concat, _), .depthwise, .squeezeExcite, .splitAttention, .pool, .globalPool, .resize:
      operands.contains(true)
    case .input, .quantize, .slice, .shuffle, .softmax, .zero, .choice: false
    }
  }
}
