import Search
import Supernet

/// How far the runs of several seeds are.
struct SeedStates {
  private let folder: SeedFolder
  private let states: [(seed: UInt64, state: RunState?)]

  /// - Throws: `RunError`, where what defines a run cannot be read.
  init(_ folder: SeedFolder) throws {
    self.folder = folder
    states = try folder.seeds.map { ($0, folder.isBegun($0) ? try RunState(of: folder.run(of: $0)) : nil) }
  }

  private var finished: [(UInt64, RunResult)] {
    states.compactMap { seed, state in state?.result.map { (seed, $0) } }
  }

  var text: String {
    var head = AlignedTable([.left, .left])
    head.add(["runs", folder.path])
    head.add(["state", "\(finished.count) of \(counted(states.count, "seed")) finished"])
    if let first = states.lazy.compactMap(\.state).first?.definition {
      head.add(["space", "\(first.space), hash \(first.spaceHash.prefix(12))"])
      head.add(["method", "\(first.method.rawValue), data \(first.data)"])
    }
    if finished.count < states.count { head.add(["resume", "the others, with: espalier resume \(folder.path)"]) }
    var table = AlignedTable([.right, .left, .right, .right, .right])
    table.add(["seed", "state", "steps", "MACs", "test accuracy"])
    for (seed, state) in states { table.add(row(seed, state)) }
    let comparison = finished.count > 1 ? "\n" + SeedComparison(finished).text : ""
    return head.text() + "\n" + table.text() + comparison
  }

  private func row(_ seed: UInt64, _ state: RunState?) -> [String] {
    guard let state else { return [String(seed), "not begun", "-", "-", "-"] }
    return [
      String(seed), state.word + (state.isTraining ? ": \(state.trainingText)" : ""),
      "\(state.steps.grouped) of \(state.definition.totalSteps.grouped)", state.result?.macs.grouped ?? "-",
      state.result?.networks.first.map { ($0.result.accuracy * 100).fixed(2) + " %" } ?? "-",
    ]
  }

  var json: JSONValue {
    .object([
      ("runs", .string(folder.path)), ("finished", .integer(finished.count)),
      (
        "seeds",
        .array(
          states.map { seed, state in
            state?.json
              ?? .object([
                ("run", .string(folder.run(of: seed))), ("state", .string("not begun")),
                ("seed", .string(String(seed))),
              ])
          })
      ),
    ])
  }
}
