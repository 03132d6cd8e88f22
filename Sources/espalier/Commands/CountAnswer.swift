import SpaceAnalysis
import SpaceCompiler
import SpaceIR

/// Everything that `count` says about a space, in numbers.
struct CountAnswer {
  let compiled: CompiledSpace
  let networks: EncodingCount
  /// Nil where the space has no budgets.
  let budgeted: BudgetedCount?
  /// Nil where it is the number of networks, or there is no such number.
  let terms: NetworkCount?
  /// Networks that are different as graphs, where that was asked.
  let distinct: DistinctNetworks?
  /// Nothing where a search cannot start, because decisions depend on each other.
  let starts: [SearchStart]
  /// What the ranges were found on.
  let models: [CostModel]
  let ranges: [(measure: CostMeasure, range: CostRange)]

  /// - Throws: `CommandFailure` for costs that cannot be counted, or that no network has.
  init(of compiled: CompiledSpace, costs: Bool, distinct: Bool, memory: MemoryLimit) throws {
    self.compiled = compiled
    let space = compiled.space
    do throws(MemberError) {
      networks = .exact(try compiled.fullyCounted().count)
    } catch {
      networks = .uncounted(error, reason: error.reason(in: space))
    }
    do throws(BudgetError) {
      budgeted = space.budgets.isEmpty ? nil : try BudgetedCount(of: space, memory: memory)
    } catch {
      throw CommandFailure(error, in: space)
    }
    do throws(DistinctError) {
      self.distinct = distinct ? try space.distinctNetworks() : nil
    } catch {
      throw CommandFailure(error, in: space)
    }
    let merged = distinctTerms(of: space)
    terms = merged == networks.count ? nil : merged
    starts = space.requirements.isEmpty && space.isForest ? SearchStart.starts(of: space) : []
    models = try (costs ? [CostMeasure.macs, .parameters] : []).map { try CostModel.model(of: space, $0) }
    ranges = models.map { ($0.measure, $0.range()) }
  }

  func text(members: Bool) -> String {
    let space = compiled.space
    var table = AlignedTable([.left, .left])
    table.add(["networks", networks.count.map(Self.text) ?? networks.description])
    if let budgeted { table.add(["in budget", budgeted.count.text]) }
    if let distinct { table.add(["distinct", Self.text(of: distinct)]) }
    if let terms { table.add(["terms", "\(Self.text(of: terms)) after merging options that are the same"]) }
    table.add([
      "decisions", space.decisions.isEmpty ? "none: nothing is left to search" : space.decisions.count.grouped,
    ])
    if !space.decisions.isEmpty, !starts.isEmpty { add(starts, to: &table) }
    for (measure, range) in ranges {
      let name = measure == .macs ? "MACs" : measure.name
      table.add([name, Self.text(from: range.least.cost, to: range.greatest.cost)])
    }
    return "\(compiled.title)\n" + table.text() + (members ? ranges.map(memberText).joined() : "")
  }

  private func add(_ starts: [SearchStart], to table: inout AlignedTable) {
    table.add(["logits", starts.map { "\($0.logits.grouped) \($0.grouping.rawValue)" }.joined(separator: ", ")])
    table.add(["entropy", starts.map { "\($0.entropy.fixed(2)) nats \($0.grouping.rawValue)" }.joined(separator: ", ")])
    table.add(["draws", starts.map { "\($0.draws) \($0.grouping.rawValue)" }.joined(separator: ", ")])
  }

  private static func text(of count: NetworkCount) -> String {
    count.grouped == count.short ? count.grouped : "\(count.grouped) (\(count.short))"
  }

  private static func text(of distinct: DistinctNetworks) -> String {
    guard !distinct.isExact else { return text(of: distinct.count) }
    return "at most \(text(of: distinct.count)): parts that can be skips or zeros were counted apart and multiplied, "
      + "and such parts can make one network in two ways"
  }

  private static func text(from low: Int, to high: Int) -> String {
    low == high
      ? "\(low.grouped) (\(low.short))" : "\(low.grouped) to \(high.grouped) (\(low.short) to \(high.short))"
  }

  /// Both ends of a range as `sample` writes networks.
  private func memberText(_ measure: CostMeasure, _ range: CostRange) -> String {
    [("least", range.least), ("greatest", range.greatest)].map { end, extreme in
      let lines = compiled.space.choices(of: extreme.architecture).map { "\($0.name): \($0.value)\n" }
      return "\n# \(end) \(measure.unit): \(extreme.cost.grouped)\n" + lines.joined()
    }.joined()
  }

  /// - Parameter more: What comes after.
  func json(members: Bool, _ more: [(key: String, value: JSONValue)]) -> JSONValue {
    let space = compiled.space
    var answer: [(key: String, value: JSONValue)] = [
      ("version", .integer(1)),
      ("space", .string(space.name)),
      ("hash", .string(compiled.hash)),
      ("input", .string(space.input.text)),
      ("classes", .integer(space.classes)),
      ("encodings", networks.json),
      ("terms", distinctTerms(of: space).map { .string($0.description) } ?? .null),
      ("decisions", .integer(space.decisions.count)),
      ("distributions", .object(starts.map { ($0.grouping.rawValue, $0.json) })),
    ]
    if let budgeted {
      answer.append(("in_budget", budgeted.count.json))
    }
    if let distinct {
      answer.append(
        (
          "distinct",
          .object([("networks", .string(distinct.count.description)), ("is_exact", .boolean(distinct.isExact))])
        ))
    }
    if !ranges.isEmpty {
      answer.append(("costs", .object(ranges.map { ($0.measure.name, json($0.range, members: members)) })))
    }
    return .object(answer + more)
  }

  private func json(_ range: CostRange, members: Bool) -> JSONValue {
    var ends: [(key: String, value: JSONValue)] = [
      ("least", .integer(range.least.cost)), ("greatest", .integer(range.greatest.cost)),
    ]
    for (name, extreme) in [("least_member", range.least), ("greatest_member", range.greatest)] where members {
      ends.append((name, .object(compiled.space.choices(of: extreme.architecture).map { ($0.name, $0.value.json) })))
    }
    return .object(ends)
  }
}

extension Space {
  /// The existing decisions of an architecture by name, with what was chosen.
  func choices(of architecture: Architecture) -> [(name: String, value: Value)] {
    decisionIDs.compactMap { id in value(of: id, in: architecture).map { (self[id].name, $0) } }
  }
}
