import SpaceAnalysis
import SpaceIR

/// One network as `sample` and `unrank` print it.
struct NetworkText {
  private let space: Space
  private let network: Architecture
  private let cost: NetworkCost
  private let devices: [String]

  /// - Throws: `CommandFailure` where a cost does not fit 64 bits, or a bounded latency is not known.
  init(of network: Architecture, in space: Space) throws {
    self.space = space
    self.network = network
    do throws(CostError) {
      devices = space.budgetedDevices
      cost = try SpaceAnalysis.cost(of: network, in: space, devices: devices)
    } catch {
      throw CommandFailure(error, in: space)
    }
  }

  /// `# LABEL: 1,234 MACs, 56 parameters` and a line for each decision; then what bounded latencies are.
  func text(label: String) -> String {
    let rest = space.decisions.isEmpty ? ", no decisions" : ""
    let latencies = devices.map { device -> String in
      let measure = CostMeasure.latency(device: device)
      return ", \(cost[measure].grouped) \(measure.unit)"
    }
    let head =
      "# \(label): \(cost.macs.grouped) MACs, \(cost.parameters.grouped) parameters\(latencies.joined())\(rest)\n"
    return head + space.choices(of: network).map { "\($0.name): \($0.value)\n" }.joined()
  }

  /// On one line.
  func json(index: JSONValue) -> String {
    let latencies = devices.map { ($0, JSONValue.integer(cost[CostMeasure.latency(device: $0)])) }
    let costs: [(key: String, value: JSONValue)] =
      [("macs", .integer(cost.macs)), ("parameters", .integer(cost.parameters))]
      + (devices.isEmpty ? [] : [("latency_ns", .object(latencies))])
    let decisions = JSONValue.object(space.choices(of: network).map { ($0.name, $0.value.json) })
    let object = JSONValue.object([("index", index)] + costs + [("decisions", decisions)])
    return object.compact + "\n"
  }
}
