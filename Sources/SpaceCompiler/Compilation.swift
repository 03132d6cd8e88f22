package import Diagnostics
package import SpaceAnalysis
package import SpaceChecker
package import SpaceIR
import SpacePlanner

/// A space or a bound one that passed every check, with the answers that are cheap for every space.
package struct CompiledSpace: Sendable {
  package let space: Space
  /// The shapes that the file offers, the default first.
  package let inputs: [ImageShape]
  /// How many of the last requirements of the space are not of the file but of the command.
  package let queryCount: Int
  /// The latency tables that the command named.
  package let devices: [DeviceFile]
  /// See `hash(of:)`; made when asked for. It is that of the file.
  package var hash: String {
    var space = space
    space.requirements.removeLast(queryCount)
    return SpaceCompiler.hash(of: space)
  }
  /// The networks that meet the space's conditions; budgets are not among these. See `MemberLimits.quick`.
  package let members: Result<MemberDiagram, MemberError>
  package var encodings: EncodingCount { EncodingCount(members, of: space) }
  /// What the file expects, of a space; an architecture expects nothing.
  package let expectations: Expectations
  package let factorisedLogits: Int
  /// Nil where a joint group has more combinations than a categorical can hold.
  package let jointLogits: Int?
  /// The choices that bound the space, where the file is an architecture: `space` then has no decisions left.
  package let architecture: Architecture?
  /// Of an architecture: the hash of the space that it is of, for the shape of the file; nil where the space is wrong for
  /// that.
  package let hashOfItsSpace: String?
  /// Of an architecture: the space that it is of, with its decisions; nil as for the hash.
  package let itsSpace: Space?
  /// Where each requirement of the space is written, in its order.
  let requirementRanges: [SourceRange]
  package let work: CompilationWork
}

/// What a compilation took, in steps that are the same on every machine.
package struct CompilationWork: Hashable, Sendable {
  package let check: CheckWork
  /// Nodes of the graph.
  package let nodes: Int
  /// Edges of the diagrams that count the members; 0 where they were not counted.
  package let edges: Int
}

/// Everything one compilation found.
package struct Compilation: Sendable {
  package let sources: SourceMap
  package let diagnostics: [Diagnostic]
  /// Diagnostics that were left out because there are too many.
  package let omitted: Int
  /// Nil when there are errors, and for a library.
  package let result: CompiledSpace?
  /// Of a library: how many blocks, rules and cells it has.
  package var libraryCount: Int?

  package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}

/// Compiles a space or an architecture file: parse, check, count, and hold it against what the file expects.
///
/// - Parameters:
///   - path: The file, as messages show it.
///   - input: The image shape to compile for; nil: the first that the file offers.
///   - queries: Further requirements for a space, each written as an entry of `require:`. Of the answers only the networks
///     that meet them are counted; the hash is that of the file. What the file expects is not held against them, and no
///     doubts are reported.
///   - devices: Latency tables beside those of the space, in the place of those of the same device.
package func compileSpace(
  at path: String, input: ImageShape? = nil, where queries: [String] = [], devices: [DeviceFile] = [],
  reader: some SourceReader = DiskReader()
) -> Compilation {
  var sources = SourceMap()
  var log = DiagnosticLog()
  let checked = checkSpace(
    at: path, input: input, where: queries, devices: devices, reader: reader, sources: &sources, log: &log)
  let result = checked.map { analyse($0, devices, log: &log) }
  return Compilation(
    sources: sources, diagnostics: log.diagnostics, omitted: log.omitted, result: log.hasErrors ? nil : result)
}

/// Checks a library of blocks by itself; nil for a file that is none.
///
/// - Parameter path: The file, as messages show it.
package func compileLibrary(at path: String, reader: some SourceReader = DiskReader()) -> Compilation? {
  var sources = SourceMap()
  var log = DiagnosticLog()
  guard let count = checkLibrary(at: path, reader: reader, sources: &sources, log: &log) else { return nil }
  return Compilation(
    sources: sources, diagnostics: log.diagnostics, omitted: log.omitted, result: nil, libraryCount: count)
}

/// Each group of the hints has as many combinations as one categorical can hold.
private func checkGroups(_ space: Space, _ origins: SpaceOrigins, log: inout DiagnosticLog) {
  guard space.hasJointPlan else { return }
  let limit = 1_000_000
  for (group, range) in zip(space.decisionGroups, origins.groups) {
    guard let combinations = DistributionPlan.excess(of: group, in: space, limit: limit) else { continue }
    let found = Int(exactly: combinations).map(String.init) ?? "about \(combinations)"
    log.error(CompileDiagnostic.groupTooLarge(combinations: found, limit: limit), at: range)
  }
}

private func analyse(_ checked: CheckedSpace, _ devices: [DeviceFile], log: inout DiagnosticLog) -> CompiledSpace {
  checkGroups(checked.space, checked.origins, log: &log)
  let compiled = CompiledSpace(checked, devices, architecture: checked.architecture?.choices)
  if let architecture = checked.architecture {
    checkHash(architecture, log: &log)
    checkBudgets(of: architecture, checked.origins, log: &log)
    if let space = architecture.space {
      let whole = CompiledSpace(checked, devices, space: space, architecture: nil)
      check(checked.expectations, of: whole, log: &log)
    }
  } else if checked.queryCount > 0 {
    checked.lintEmptiness(compiled.members, log: &log)
  } else {
    checked.lint(compiled.members, log: &log)
    checked.lintTables(log: &log)
    check(checked.expectations, of: compiled, log: &log)
  }
  return compiled
}

private func jointPlan(of space: Space) -> Result<DistributionPlan, DistributionPlanError> {
  Result { () throws(DistributionPlanError) in try DistributionPlan.joint(for: space) }
}

extension Space {
  /// Whether a distribution over owners' tuples describes the space: not where a decision hangs on several.
  fileprivate var hasJointPlan: Bool { isForest }
}

private func check(_ expectations: Expectations, of compiled: CompiledSpace, log: inout DiagnosticLog) {
  for entry in expectations.entries {
    if entry.quantity == .jointLogits, !compiled.space.hasJointPlan {
      let reason = "a decision that exists under several conditions has no place in a joint distribution yet"
      log.error(CompileDiagnostic.notPlannable(reason: reason), at: entry.range)
    } else if entry.quantity == .jointLogits, case .failure(let error) = jointPlan(of: compiled.space) {
      log.error(CompileDiagnostic.notPlannable(reason: error.description), at: entry.range)
    }
    guard let found = compiled.text(of: entry.quantity), found != entry.text else { continue }
    report(entry, found: found, log: &log)
  }
}

private func report(_ entry: Expectations.Entry, found: String, log: inout DiagnosticLog) {
  log.error(
    CompileDiagnostic.expectationFailed(quantity: entry.quantity.rawValue, expected: entry.text, found: found),
    at: entry.range,
    fixIts: [FixIt("write what the space has", confidence: .likely, replacing: entry.range, with: found)])
}

extension CompiledSpace {
  /// Holds a range of MACs over the space's networks against what the file expects, which no compilation asks for. The
  /// file speaks of its first input: for another there is nothing to hold against.
  package func check(leastMACs: Int, greatestMACs: Int) -> [Diagnostic] {
    var log = DiagnosticLog()
    guard space.input == inputs.first else { return [] }
    for entry in expectations.entries {
      let found: Int
      switch entry.quantity {
      case .leastMACs: found = leastMACs
      case .greatestMACs: found = greatestMACs
      case .encodings, .terms, .jointLogits, .factorisedLogits: continue
      }
      if String(found) != entry.text { report(entry, found: String(found), log: &log) }
    }
    return log.diagnostics
  }
}

extension Compilation {
  /// With the range of MACs held against what the file expects, where it expects one, and the space's budgets against
  /// what its networks cost.
  ///
  /// Not part of every compilation, because it takes the diagram of the costs; a space whose diagram passes the limits
  /// is left as it is, and `count --costs` is what tells.
  ///
  /// - Parameters:
  ///   - limits: For what the file expects, which was asked for.
  ///   - budgetLimits: For the budgets, which every validation looks at.
  /// - Complexity: That of `CostModel.init(_:measure:)`, which the limits bound.
  package func checkingCosts(
    limits: CostModelLimits = CostModelLimits(edges: 1_000_000), budgetLimits: CostModelLimits = .quick
  ) -> Compilation {
    guard let result else { return self }
    let found = result.checkedExpectations(limits: limits) + result.checkedBudgets(limits: budgetLimits)
    guard !found.isEmpty else { return self }
    return Compilation(sources: sources, diagnostics: diagnostics + found, omitted: omitted, result: nil)
  }
}

extension CompiledSpace {
  fileprivate func checkedExpectations(limits: CostModelLimits) -> [Diagnostic] {
    guard expectations.entries.contains(where: { $0.quantity.isCost }),
      let model = try? CostModel(space, measure: .macs, limits: limits)
    else { return [] }
    let (least, greatest) = model.leastAndGreatest
    return check(leastMACs: least, greatestMACs: greatest)
  }
}

extension Expectations.Quantity {
  fileprivate var isCost: Bool {
    switch self {
    case .leastMACs, .greatestMACs: true
    case .encodings, .terms, .jointLogits, .factorisedLogits: false
    }
  }
}

/// An architecture that names the hash of its space belongs to that space and no later one: an option may be found in
/// both and still mean another network.
private func checkHash(_ architecture: CheckedArchitecture, log: inout DiagnosticLog) {
  guard let stated = architecture.statedHash, let space = architecture.space else { return }
  let found = hash(of: space)
  guard found != stated.text else { return }
  log.error(
    CompileDiagnostic.changedSpace(expected: stated.text, found: found), at: stated.range,
    notes: [
      Note(
        "space '\(space.name)' has changed since, or another input shape is meant",
        fixIts: [
          FixIt("accept the space as it is", confidence: .likely, replacing: stated.range, with: "\"\(found)\"")
        ])
    ])
}

/// Holds the costs of an architecture against the budgets of its space.
private func checkBudgets(of architecture: CheckedArchitecture, _ origins: SpaceOrigins, log: inout DiagnosticLog) {
  guard let space = architecture.space else { return }
  for (requirement, range) in zip(space.requirements, origins.requirements) {
    guard case .budget(let budget) = requirement.claim,
      let kind = CompileDiagnostic(budget, of: requirement.text, for: architecture.choices, in: space)
    else { continue }
    log.error(kind, at: architecture.choicesRange, notes: [Note("required here", at: range)])
  }
}

extension Space {
  fileprivate var nodeCount: Int {
    var count = 0
    body.forEachNode { _ in count += 1 }
    return count
  }
}

extension CompileDiagnostic {
  /// Nil for a cost within the bounds, and for one that does not fit 64 bits.
  fileprivate init?(_ budget: Budget, of requirement: String, for choices: Architecture, in space: Space) {
    let devices = if case .latency(let device) = budget.quantity { [device] } else { [String]() }
    do throws(CostError) {
      let found = try cost(of: choices, in: space, devices: devices)[budget.quantity]
      self.init(budget, of: requirement, found: found)
    } catch .noRow(let row) {
      self = .unknownLatency(
        device: row.device, kernel: row.kernel.description, layer: space.layerName(of: row.node))
    } catch {
      return nil
    }
  }

  /// Nil for a cost within the bounds.
  fileprivate init?(_ budget: Budget, of requirement: String, found: Int) {
    if let greatest = budget.greatest, found > greatest {
      self = .overBudget(cost: budget.quantity.word, found: found, bound: greatest, requirement: requirement)
    } else if let least = budget.least, found < least {
      self = .underBudget(cost: budget.quantity.word, found: found, bound: least, requirement: requirement)
    } else {
      return nil
    }
  }
}

extension CompiledSpace {
  /// - Parameter space: Of an architecture, the space that it is of; nil: what was checked.
  fileprivate init(
    _ checked: CheckedSpace, _ devices: [DeviceFile], space: Space? = nil, architecture: Architecture?
  ) {
    let space = space ?? checked.space
    let members = Result { () throws(MemberError) in try MemberDiagram(space, limits: .quick) }
    self.init(
      space: space, inputs: checked.inputs, queryCount: checked.queryCount, devices: devices,
      members: members,
      expectations: checked.architecture == nil && checked.queryCount == 0 ? checked.expectations : Expectations(),
      factorisedLogits: DistributionPlan.factorised(for: space).logits,
      jointLogits: space.hasJointPlan ? DistributionPlan.jointLogits(of: space) : nil,
      architecture: architecture, hashOfItsSpace: checked.architecture?.space.map(SpaceCompiler.hash),
      itsSpace: checked.architecture?.space, requirementRanges: checked.origins.requirements,
      work: CompilationWork(
        check: checked.work, nodes: space.nodeCount, edges: (try? members.get().edgeCount) ?? 0))
  }

  /// Nil for what takes a search to answer, the range of costs, and for counts that do not exist.
  fileprivate func text(of quantity: Expectations.Quantity) -> String? {
    switch quantity {
    case .encodings: encodings.description
    case .terms: distinctTerms(of: space)?.description ?? "not counted"
    case .factorisedLogits: String(factorisedLogits)
    case .jointLogits: jointLogits.map(String.init)
    case .leastMACs, .greatestMACs: nil
    }
  }
}
