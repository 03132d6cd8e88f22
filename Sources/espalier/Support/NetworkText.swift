import SpaceAnalysis
import SpaceIR

/// One network as `sample` and `unrank` print it.
struct NetworkText {
  private let space: Space
  private let network: Architecture
  private let cost: NetworkCost

  /// - Throws: `CommandFailure` where a cost does not fit 64 bits.
  init(of network: Architecture, in space: Space) throws {
    self.space = space
    self.network = network
    do throws(CostError) {
      cost = try SpaceAnalysis.cost(of: network, in: space)
    } catch {
      throw CommandFailure(error, in: space)
    }
  }

  /// `# LABEL: 1,234 MACs, 56 parameters` and a line for each decision.
  func text(label: String) -> String {
    let rest = space.decisions.isEmpty ? ", no decisions" : ""
    let head = "# \(label): \(cost.macs.grouped) MACs, \(cost.parameters.grouped) parameters\(rest)\n"
    return head + space.choices(of: network).map { "\($0.name): \($0.value)\n" }.joined()
  }

  /// On one line.
  func json(index: JSONValue) -> String {
    let object = JSONValue.object([
      ("index", index), ("macs", .integer(cost.macs)), ("parameters", .integer(cost.parameters)),
      ("decisions", .object(space.choices(of: network).map { ($0.name, $0.value.json) })),
    ])
    return object.compact + "\n"
  }
}
