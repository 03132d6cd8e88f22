import SpaceAnalysis
import SpaceCompiler
import SpaceIR

/// What `count --options` shows: how many networks have each option, and which options none has.
struct OptionTable {
  private let space: Space
  private let shares: OptionShares

  /// - Throws: `CommandFailure` where the networks cannot be counted, or there is none.
  init(of compiled: CompiledSpace, memory: MemoryLimit) throws {
    space = compiled.space
    do throws(BudgetError) {
      shares = try OptionShares(compiled.space, memoryLimit: memory.bytes)
    } catch {
      throw CommandFailure(error, in: compiled.space)
    }
  }

  var text: String {
    var table = AlignedTable([.left, .left, .right, .right, .left])
    for id in space.decisionIDs {
      for (option, value) in space[id].options.enumerated() {
        let count = shares.counts[id.index][option]
        let share = count.share(of: shares.total)
        let (low, high) = ((share.lowerBound * 100).fixed(2), (share.upperBound * 100).fixed(2))
        let note =
          count.greatest.value == 0 ? "no network has it" : shares.forced(id) == option ? "the only one left" : ""
        table.add([
          option == 0 ? space[id].name : "", "\(value)", low == high ? "\(low) %" : "\(low) to \(high) %",
          count.shortText, note,
        ])
      }
    }
    return "\n" + table.text()
  }

  var json: JSONValue {
    .array(
      space.decisionIDs.map { id in
        .object([
          ("decision", .string(space[id].name)),
          (
            "options",
            .array(
              zip(space[id].options, shares.counts[id.index]).map { value, count in
                .object([("option", value.json), ("networks", count.json)])
              })
          ),
        ])
      })
  }
}
