import SpaceIR

extension NetworkWays {
  /// The layers of a space without budgets, one for each decision: components one after the other.
  ///
  /// - Parameter together: Decisions that shall be neighbours.
  static func layers(
    of space: Space, together: [[Int]], limits: MemberLimits
  ) throws(MoveError) -> [Layer] {
    var layers: [Layer] = []
    for component in components(of: space, together: together) {
      let group = component.group
      do throws(MemberError) {
        var builder = ConditionDiagramBuilder(group, in: space, limits: limits, keepingOrder: component.isOrdered)
        for layer in try builder.diagram().layers { layers.append(Layer(layer, of: space)) }
      } catch {
        throw .members(error)
      }
    }
    return layers
  }

  private struct Component {
    let group: ConditionGroup
    /// Whether decisions that belong together are neighbours in the file's order only.
    let isOrdered: Bool
  }

  /// Decisions that conditions, existence or a common weight tie together; different components are independent.
  private static func components(of space: Space, together: [[Int]]) -> [Component] {
    let conjuncts = Conjunct.all(of: space) { _ in true }
    var sets = DisjointSets(count: space.decisions.count)
    for (index, decision) in space.decisions.enumerated() {
      for condition in decision.existence?.conditions ?? [] { sets.unite(index, condition.decision.index) }
    }
    for tie in conjuncts.map({ $0.support.map(\.index) }) + together {
      for other in tie.dropFirst() { sets.unite(tie[0], other) }
    }
    var numbers: [Int: Int] = [:]
    var members: [[Int]] = []
    for index in space.decisions.indices {
      let root = sets.root(of: index)
      if root == index {
        numbers[root] = members.count
        members.append([])
      }
      if let number = numbers[root] { members[number].append(index) }
    }
    var conditions = [[Conjunct]](repeating: [], count: members.count)
    for conjunct in conjuncts {
      guard let first = conjunct.support.first, let number = numbers[sets.root(of: first.index)] else { continue }
      conditions[number].append(conjunct)
    }
    let ordered = Set(together.compactMap { numbers[sets.root(of: $0[0])] })
    return members.indices.map { number in
      Component(
        group: ConditionGroup(decisions: members[number], conjuncts: conditions[number]),
        isOrdered: ordered.contains(number))
    }
  }
}

extension NetworkWays.Layer {
  fileprivate init(_ layer: ConditionDiagram.Layer, of space: Space) {
    decisions = [layer.decision]
    codes = (0...space.decisions[layer.decision].options.count).map { Int32($0) }
    edges = layer.edges.map { NetworkWays.Edge(target: $0.target, bin: 0, members: $0.members) }
    edgeStarts = layer.edgeStarts
    members = layer.members.map { $0 + 1 }
  }
}

extension CostModel {
  /// The layers of a diagram, one for each block of decisions.
  ///
  /// - Parameter edges: By layer, then state: the edges to take, with ranges of the layer's members.
  func wayLayers(_ edges: (_ layer: Int, _ state: Int) -> [NetworkWays.Edge]) -> [NetworkWays.Layer] {
    layers.enumerated().map { number, layer in
      var starts = [0]
      for table in layer.tables { starts.append(starts[starts.count - 1] + table.count) }
      var result = NetworkWays.Layer(
        decisions: layer.tables.first.map { Array($0.block.original) } ?? [], codes: layer.tables.flatMap(\.codes))
      result.members = layer.members
      for state in 0..<layer.stateCount {
        let first = Int32(starts[layer.tableOf[state]])
        for edge in edges(number, state) {
          // States that came of one share its members.
          if first > 0 { for place in edge.members { result.members[place] = layer.members[place] + first } }
          result.edges.append(edge)
        }
        result.edgeStarts.append(result.edges.count)
      }
      return result
    }
  }
}

extension BandSampler {
  /// The layers of the sampler's diagram, with its bins.
  func wayLayers() -> [NetworkWays.Layer] {
    model.wayLayers { layer, state in
      bins.edges(of: state, in: layer).map { NetworkWays.Edge(target: $0.target, bin: $0.bin, members: $0.members) }
    }
  }
}
