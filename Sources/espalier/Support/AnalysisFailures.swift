import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import SpacePlanner

extension CommandFailure {
  /// A cost that does not fit 64 bits, and what the checker should have refused.
  init(_ error: CostError, in space: Space) {
    switch error {
    case .overflow(let node): self.init("the costs of '\(space.name)' do not fit 64 bits, at node \(node.index)")
    case .malformed(let node): self.init("node \(node.index) of '\(space.name)' has no cost")
    case .notAMember: self.init("the architecture is not a member of '\(space.name)'")
    case .noTable(let device):
      let known = space.latencyTables.map(\.device)
      self.init(
        "no latency table of '\(device)' is known: "
          + (known.isEmpty
            ? "name it by '--device \(device)=FILE', or under 'devices' in the space"
            : "there are tables of \(known.joined(separator: ", "))"))
    case .noRow(let row):
      let path = space.latencyTable(of: row.device)?.path ?? ""
      self.init(
        "the latency table of '\(row.device)' (\(path)) has no row for a kernel that '\(space.layerName(of: row.node))' "
          + "of '\(space.name)' needs\nnote: measure it, and add\n  - {\(row.kernel), latency: ...}"
          + "\nnote: 'espalier device rows' writes a table with every kernel of a space")
    }
  }

  init(_ error: CostModelError, in space: Space) {
    let advice =
      "decisions far apart depend on each other there\nhelp: fix some decisions by '--where', or draw networks with "
      + "their costs: 'espalier sample FILE -n 1000'"
    switch error {
    case .cost(let cost): self.init(cost, in: space)
    case .noMembers: self.init(conflictIn: space)
    case .noValue(let requirements): self.init(MemberError.noValue(requirements: requirements), in: space)
    case .tooManyStates(let owner, let limit):
      self.init("the costs of '\(space.name)' need more than \(limit.grouped) states at '\(owner)': \(advice)")
    case .tooManyEdges(let owner, let limit):
      self.init("the costs of '\(space.name)' need more than \(limit.grouped) edges at '\(owner)': \(advice)")
    case .tooManySteps(let owner, let limit):
      self.init(
        "the costs of '\(space.name)' take more than \(limit.grouped) evaluations, which are spent at '\(owner)': \(advice)"
      )
    }
  }

  init(_ error: MemberError, in space: Space) {
    self.init("the networks of '\(space.name)' cannot be counted: \(error.reason(in: space))")
  }

  /// A space without a network, and requirements that explain it.
  init(conflictIn space: Space) {
    let reason = space.conflict().map { "\(space.names(of: $0)) cannot hold together" }
    self.init("no network of '\(space.name)' meets its requirements" + (reason.map { ": \($0)" } ?? ""))
  }

  init(_ error: BudgetError, in space: Space) {
    switch error {
    case .model(let error): self.init(error, in: space)
    case .band(let measure, let error):
      let isEmpty = if case .empty = error { true } else { false }
      self.init(error, unit: measure.unit, in: space, remedy: isEmpty ? space.remedy : nil)
    case .contradictory(let measure):
      self.init("no network of '\(space.name)' meets its budgets: two of them leave no \(measure.unit) between them")
    }
  }

  init(_ error: MemberSetError, in space: Space) {
    switch error {
    case .empty: self.init(conflictIn: space)
    case .members(let error): self.init(error, in: space)
    case .budgets(let error): self.init(error, in: space)
    }
  }

  init(_ error: DistinctError, in space: Space) {
    switch error {
    case .members(let error): self.init(error, in: space)
    case .tooMany(let limit):
      self.init(
        "one part of '\(space.name)' has more than \(limit.grouped) networks, which are compared one by one: "
          + "leave '--distinct' out, or fix some decisions by '--where'")
    case .tooSymmetric(let limit):
      self.init(
        "a network of '\(space.name)' has more than \(limit.grouped) symmetries to compare: "
          + "leave '--distinct' out, or fix some decisions by '--where'")
    case .budgets(let error): self.init(error, in: space)
    case .tooManyWithin(let limit):
      self.init(
        "more than \(limit.grouped) networks of '\(space.name)' are within the budgets, and '--distinct' compares each: "
          + "tighten a budget, or leave '--distinct' out")
    case .inexact:
      self.init(
        "'--distinct' compares the networks within the budgets one by one, and those close to a limit cannot be told: "
          + "costs are counted in steps; leave out a budget, or '--distinct'")
    case .severalOutputs: self.init("'--distinct' compares networks of one output, '\(space.name)' has several")
    case .noValue(let node): self.init("a choice at node \(node.index) of '\(space.name)' has no value in some network")
    }
  }

  init(_ error: ParetoError, in space: Space) {
    switch error {
    case .model(let error): self.init(error, in: space)
    case .budget(let error): self.init(error, in: space)
    case .noMembers: self.init("no network of '\(space.name)' meets its budgets")
    case .tooManyLabels(let limit):
      self.init(
        "more than \(limit.grouped) partial networks of '\(space.name)' do not beat each other: "
          + "leave out a budget, or ask for fewer measures")
    case .tooManyCriteria(let count):
      self.init("\(count) measures and bounds of budgets are too many to compare networks by; 4 are the most")
    }
  }

  /// Why nothing can be drawn from a band of costs, and which way to move it.
  ///
  /// - Parameter remedy: What to do about an empty band; nil: move it.
  init(_ error: BandError, unit: String, in space: Space, remedy given: String? = nil) {
    switch error {
    case .empty(let band, let least, let greatest):
      let range =
        least == greatest ? "it has \(least.grouped)" : "its networks have \(least.grouped) to \(greatest.grouped)"
      let place = least == greatest ? "around" : "inside"
      let remedy = band.overlaps(least...greatest) ? "widen the band" : "choose a band \(place) that"
      self.init("no network of '\(space.name)' has \(Self.text(of: band)) \(unit): \(range); \(given ?? remedy)")
    case .unresolved(let band, let binWidth, let uncertainty):
      self.init(
        "the band of \(Self.text(of: band)) \(unit) is too narrow to tell whether a network of '\(space.name)' is inside: "
          + "costs are counted in steps of \(binWidth.grouped); widen the band by \(uncertainty.grouped) or more")
    case .tooLarge(let bytes, let limit):
      self.init(
        "counting the networks in the band takes \(bytes.byteText), more than \(limit.byteText): "
          + "leave out a budget, or allow more ('count' and 'costs' take '--memory')")
    }
  }

  private static func text(of band: ClosedRange<Int>) -> String {
    if band.lowerBound == band.upperBound { return band.lowerBound.grouped }
    if band.upperBound == .max { return "\(band.lowerBound.grouped) or more" }
    return "\(band.lowerBound.grouped) to \(band.upperBound.grouped)"
  }
}

extension CostModelError {
  /// Whether the costs are there and only take too long to tell.
  var isAboutEffort: Bool {
    switch self {
    case .tooManyStates, .tooManyEdges, .tooManySteps: true
    case .cost, .noMembers, .noValue: false
    }
  }
}

extension CostMeasure {
  /// In tables, where there is little room.
  var heading: String {
    switch self {
    case .macs, .weights: unit
    case .parameters, .poolingInputs, .activationBytes: word
    case .latency: "latency"
    }
  }

  /// Three digits: `1.50M`, of a latency `812 us`.
  func shortNumber(_ cost: Int) -> String {
    guard device != nil else { return cost.short }
    return switch cost.magnitude {
    case ..<1000: "\(cost) ns"
    case ..<1_000_000: "\((Double(cost) / 1e3).fixed(cost.magnitude < 100_000 ? 1 : 0)) us"
    default: "\((Double(cost) / 1e6).fixed(2)) ms"
    }
  }

  /// With the unit: `1.50M MACs`, `812 us`.
  func short(_ cost: Int) -> String { device == nil ? "\(cost.short) \(heading)" : shortNumber(cost) }
}

extension MemberSet {
  /// The networks that meet the requirements of a space and further budgets, with failures in words; at least one.
  static func members(of compiled: CompiledSpace, budgets: [Budget] = []) throws -> MemberSet {
    do throws(MemberSetError) {
      return try MemberSet(compiled.space, members: try? compiled.members.get(), budgets: budgets)
    } catch {
      throw CommandFailure(error, in: compiled.space)
    }
  }

  /// As `members`, for a command that speaks of numbers: it is said where networks close to a budget's end have none.
  static func numbered(in compiled: CompiledSpace) throws -> MemberSet {
    let members = try members(of: compiled)
    if !members.isExact { Terminal.standardError.line("numbering \(members.size(named: "budget"))") }
    return members
  }

  /// How many networks the draws come from: every one of the band, or as many as certainly are inside.
  func size(named name: String) -> String {
    let (least, most) = (NetworkCount(count).grouped, NetworkCount(countUpper).grouped)
    let networks = count == 1 ? "network" : "networks"
    guard isExact else { return "\(least) \(networks) in the \(name), which has at most \(most)" }
    return count == 1 ? "1 network, the only one in the \(name)" : "\(least) networks, all in the \(name)"
  }
}

extension CompiledSpace {
  /// The members as compiled, or counted again within full limits where the quick ones were passed.
  func fullyCounted() throws(MemberError) -> MemberDiagram {
    if case .success(let diagram) = members { return diagram }
    return try MemberDiagram(space)
  }
}

extension Space {
  /// - Throws: `CommandFailure` where a decision exists under several conditions: a distribution has one for each.
  func requireForest() throws {
    guard !isForest else { return }
    throw CommandFailure(
      """
      '\(name)' has decisions that exist under several conditions, for which a search has no distribution yet
      help: 'espalier sample' draws its networks
      """)
  }
}

extension CostModel {
  /// The diagram of a space, with failures in words.
  static func model(of space: Space, _ measure: CostMeasure) throws -> CostModel {
    do throws(CostModelError) {
      return try CostModel(space, measure: measure)
    } catch {
      throw CommandFailure(error, in: space)
    }
  }
}

extension SupernetPlan {
  /// The plan of a space, with failures in words.
  static func plan(of space: Space) throws -> SupernetPlan {
    do throws(PlanError) {
      return try SupernetPlan(for: space)
    } catch {
      throw CommandFailure("'\(space.name)' cannot be planned: \(error.description)")
    }
  }
}

extension Space {
  /// Which limit to raise, and how far, so that some network meets the budgets; nil where that is not known.
  fileprivate var remedy: String? {
    guard let least = try? leastBudgets(), !least.isEmpty else { return nil }
    let single = least.filter { $0.shortfall ?? 0 > 0 }.map { budget in
      let above = (budget.least ?? 0) - budget.limit
      return "\((budget.least ?? 0).grouped) \(budget.measure.unit) (\(above.grouped) more)"
    }
    if !single.isEmpty {
      let others = least.count > 1 ? ", everything else as it is" : ""
      return "raise the limit to \(single.joined(separator: ", or that to "))\(others)"
        + least.filter { $0.shortfall ?? 0 > 0 }.compactMap(note).joined()
    }
    guard least.allSatisfy({ $0.least == nil }) else { return nil }
    return "no limit is enough to raise alone; raise two of them"
  }

  /// The network that has the least that a limit could be raised to.
  private func note(on budget: LeastBudget) -> String? {
    budget.architecture.map { network in
      let lines = choices(of: network).map { "\n  \($0.name): \($0.value)" }
      return "\nnote: a network with \((budget.least ?? 0).grouped) \(budget.measure.unit):" + lines.joined()
    }
  }
}
