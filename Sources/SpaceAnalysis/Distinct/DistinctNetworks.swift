import BigInt
package import SpaceIR

/// How many networks of a space are different as graphs of operations.
///
/// Of each network everything is left out from which the result is not computed; a skip is what it passes on, a sum inside a
/// sum is its terms, zeros leave sums and pass operations that map zero to zero. What remains is the same for two networks
/// where their operations can be matched one to one, with equal attributes and matching operands. Operands of sums,
/// products and concatenations have no order. A width that is shared out among the operands of a join follows from the
/// graph and is not compared. An operation that a decision chooses is matched with such operations.
///
/// Within budgets a network counts where one of the ways to decide it is within them: what is left out has its cost.
package struct DistinctNetworks: Hashable, Sendable {
  package let count: NetworkCount
  /// Whether the count is exact; otherwise it is the most that there can be: the parts of the space that were counted apart
  /// can make the same network in two ways, because one of them can be a skip or zero.
  package let isExact: Bool
  /// Work counters: ways to wire the space, and of these the different ones that were compared as graphs.
  package let wirings: Int
  package let graphs: Int
}

/// Why different networks were not counted.
package enum DistinctError: Error, Hashable, Sendable {
  case members(MemberError)
  /// One part of the space has more members to compare than the limit.
  case tooMany(limit: Int)
  /// A graph has too many symmetries.
  case tooSymmetric(limit: Int)
  /// The networks within the budgets are not known.
  case budgets(BudgetError)
  /// Costs are counted in steps, so that networks close to an end of a budget cannot be listed.
  case inexact
  /// More networks are within the budgets, of which each is compared, than the limit.
  case tooManyWithin(limit: Int)
  /// A network with several results is not cut into parts.
  case severalOutputs
  /// A selector has no value in some network; the checker promises otherwise.
  case noValue(NodeID)
}

extension Space {
  /// Counts the networks of a space that are different as graphs.
  ///
  /// The space is cut where all data passes one tensor. Parts that depend on no common decision are counted apart and
  /// multiplied; repetitions of one part are counted once. Decisions that do nothing but choose operations are not
  /// enumerated: a graph's symmetries tell how many different networks they make.
  ///
  /// Within budgets no part stands alone: every network within them is made and compared.
  ///
  /// - Parameter limit: The most members of a part, chosen operations left out; within budgets the most members.
  /// - Throws: `DistinctError`.
  /// - Complexity: O(members of each part, without such decisions) evaluations, one canonical form for each different graph.
  package func distinctNetworks(limit: Int = 4_000_000) throws(DistinctError) -> DistinctNetworks {
    guard otherOutputs.isEmpty else { throw .severalOutputs }
    let listed = try budgets.isEmpty ? nil : membersWithinBudgets(limit: limit)
    let members: MemberDiagram
    do throws(MemberError) {
      members = try MemberDiagram(self)
    } catch {
      throw .members(error)
    }
    let cutting = GraphCutting(self, members, isWhole: listed != nil)
    let components = cutting.components
    var (count, isExact) = (BigUInt(1), true)
    var (wirings, graphs, holds) = (0, 0, false)
    for component in components {
      var census = GraphCensus(self, members, component, cutting.atoms, limit: limit)
      if let listed { try census.run(over: listed) } else { try census.run() }
      count *= BigUInt(census.count)
      wirings += census.wirings
      graphs += census.graphs
      holds = holds || census.hasTrivial
    }
    if components.count > 1 || components.contains(where: { $0.templates.count > 1 }) { isExact = !holds }
    if members.count.value == 0 { count = 0 }
    return DistinctNetworks(count: NetworkCount(count), isExact: isExact, wirings: wirings, graphs: graphs)
  }
}

extension Space {
  /// - Throws: `DistinctError`.
  private func membersWithinBudgets(limit: Int) throws(DistinctError) -> BudgetedMembers {
    let members: BudgetedMembers
    do throws(BudgetError) {
      members = try BudgetedMembers(self)
    } catch {
      throw .budgets(error)
    }
    guard members.countUpper.value <= limit else { throw .tooManyWithin(limit: limit) }
    guard members.isExact else { throw .inexact }
    return members
  }
}

/// The body of a space cut into parts.
struct GraphCutting {
  /// Parts that share decisions, or decisions that conditions tie together.
  struct Component {
    /// Without repetitions.
    var templates: [GraphTemplate]
    /// By decision.
    var isWalked: [Bool]
  }
  private(set) var atoms: GraphAtoms
  private(set) var components: [Component]

  /// - Parameter isWhole: Whether all parts are one component, and every decision is made.
  init(_ space: Space, _ members: MemberDiagram, isWhole: Bool = false) {
    let roles = DecisionRoles(space)
    var labels = isWhole ? roles.labels.map { _ in false } : roles.labels
    while true {
      atoms = GraphAtoms(labels: labels, wires: roles.wires)
      var templates: [GraphTemplate] = []
      var texts: Set<[String]> = []
      for part in Self.parts(of: space.body) {
        let template = GraphTemplate(part.nodes, input: part.input, result: part.result, &atoms)
        guard !template.atoms.isEmpty || !template.labelDecisions.isEmpty else { continue }
        if texts.insert(template.text).inserted { templates.append(template) }
      }
      guard !isWhole else {
        let all = Component(templates: templates, isWalked: space.decisions.map { _ in true })
        components = templates.isEmpty ? [] : [all]
        return
      }
      components = Self.components(templates, atoms, of: space, members)
      // Chosen operations are left open where one part alone has them.
      let shared = components.filter { $0.templates.count > 1 }.flatMap(\.templates).flatMap(\.labelDecisions)
      for decision in shared { labels[decision] = false }
      if shared.isEmpty { return }
    }
  }

  /// Runs of the body's nodes, each with the one node before it that it reads.
  private static func parts(of body: Region) -> [(nodes: ArraySlice<Node>, input: NodeID, result: NodeID)] {
    var last: [NodeID: Int] = [:]
    for (index, node) in body.nodes.enumerated() {
      for operand in node.outerOperands { last[operand] = max(last[operand] ?? 0, index) }
    }
    last[body.result] = body.nodes.count
    var parts: [(nodes: ArraySlice<Node>, input: NodeID, result: NodeID)] = []
    var (start, reach) = (1, 0)
    for index in body.nodes.indices.dropFirst() {
      // The last reader of everything before the node: a cut is where that is no later node.
      reach = max(reach, last[body.nodes[index - 1].id] ?? 0)
      guard reach <= index || index + 1 == body.nodes.count else { continue }
      let result = index + 1 == body.nodes.count ? body.result : body.nodes[index].id
      parts.append((body.nodes[start...index], body.nodes[start - 1].id, result))
      start = index + 1
    }
    return parts
  }

  private static func components(
    _ templates: [GraphTemplate], _ atoms: GraphAtoms, of space: Space, _ members: MemberDiagram
  ) -> [Component] {
    var sets = DisjointSets(count: space.decisions.count)
    for group in members.groups {
      for layer in group.diagram.layers.dropFirst() { sets.unite(group.diagram.layers[0].decision, layer.decision) }
    }
    for (index, decision) in space.decisions.enumerated() {
      for condition in decision.existence?.conditions ?? [] { sets.unite(index, condition.decision.index) }
    }
    let supports = templates.map { template in
      Set(template.atoms.flatMap { atoms.expressions[$0].support.map(\.index) } + template.labelDecisions).sorted()
    }
    for support in supports {
      for decision in support.dropFirst() { sets.unite(support[0], decision) }
    }
    var components: [Int: Component] = [:]
    let roots = space.decisions.indices.map { sets.root(of: $0) }
    for (template, support) in zip(templates, supports) {
      let root = roots[support[0]]
      components[
        root, default: Component(templates: [], isWalked: roots.indices.map { roots[$0] == root })
      ].templates.append(template)
    }
    return components.keys.sorted().compactMap { root in
      guard var component = components[root] else { return nil }
      for decision in component.templates.flatMap(\.labelDecisions) { component.isWalked[decision] = false }
      return component
    }
  }
}

extension Node {
  /// Operands, those of the nodes in its regions included.
  fileprivate var outerOperands: [NodeID] {
    guard case .choice(let choice) = operation else { return operation.operands }
    return choice.alternatives.flatMap { alternative in
      alternative.region.nodes.flatMap(\.outerOperands) + [alternative.region.result]
    }
  }
}
