package import SpaceIR

/// The networks of a set, drawn by deciding one decision after the other, each evenly among the options that those
/// decided before leave open within conditions and budgets.
///
/// Options that few networks have come up as often as others: this is how tools without counts draw, but nothing is drawn
/// and thrown away. The order is that of the layers (`NetworkWays`), in which a decision comes before those that hang on it.
package struct DecidedNetworks: Sendable {
  private enum Structure: Sendable {
    case diagram(MemberDiagram)
    case sums(WaySums)
  }

  private let structure: Structure

  /// Without budgets a diagram is enough.
  init(_ members: MemberDiagram) { structure = .diagram(members) }

  /// - Throws: `MoveError.tooLarge`.
  package init(_ ways: NetworkWays, memoryLimit: Int = 1 << 31) throws(MoveError) {
    structure = .sums(try WaySums(ways, ways.rows { _, _ in .one }, memoryLimit: memoryLimit))
  }

  package func draw(using generator: inout some RandomNumberGenerator) -> Architecture {
    switch structure {
    case .diagram(let members): members.draw(.decisions, using: &generator)
    case .sums(let sums): Self.draw(sums, using: &generator)
    }
  }

  private static func draw(_ sums: WaySums, using generator: inout some RandomNumberGenerator) -> Architecture {
    var place = WaySums.Place()
    var rows: [Int32] = []
    for (number, layer) in sums.ways.layers.enumerated() {
      var open: [(row: Int32, target: WaySums.Place)] = []
      for edge in layer.edges[layer.edges(of: place.state)] {
        let target = sums.place(place, along: edge)
        guard !sums.sum(target, before: number + 1).isZero else { continue }
        open += layer.members[edge.members].map { ($0, target) }
      }
      for position in layer.decisions.indices {
        let codes = open.map { layer.row(Int($0.row)).dropFirst(position).first ?? 0 }
        let options = Set(codes).sorted()
        let choice = options[options.count == 1 ? 0 : generator.below(options.count)]
        open = zip(open, codes).filter { $0.1 == choice }.map(\.0)
      }
      rows.append(open[0].row)
      place = open[0].target
    }
    return sums.ways.architecture(rows)
  }
}
