import Diagnostics
import SpaceAnalysis
import SpaceChecker
import SpaceIR

extension CheckedSpace {
  /// What only counting can tell: an empty space, options that no network takes, requirements that say nothing, options
  /// that are the same network. Silent where the space cannot be counted within the limits of a quick answer.
  func lint(_ members: Result<MemberDiagram, MemberError>, log: inout DiagnosticLog) {
    lintOptions(log: &log)
    guard !space.requirements.isEmpty, case .success(let members) = members else { return }
    guard members.count.value > 0 else { return reportEmptiness(log: &log) }
    lintRequirements(VacuousRequirements(space, members: members, limits: .quick).indices(effort: 100_000), log: &log)
    lintCounts(members.optionCounts(), log: &log)
  }

  /// Kernels that the tables of the space have no row for; silent where finding them takes long.
  func lintTables(log: inout DiagnosticLog) {
    let limits = CostModelLimits(states: 5_000, edges: 200_000, steps: 300_000)
    for table in space.latencyTables {
      guard let range = origins.tables[table.device],
        let missing = try? space.kernels(missingIn: table, limits: limits),
        !missing.isEmpty
      else { continue }
      let examples = missing.prefix(3).map { row -> Note in
        let layer = space.layer(of: row.node)
        let place = layer.flatMap { origins.layers[$0.index] }
        return Note("'\(row.kernel)', in '\(layer.map { space.layers[$0.index].name } ?? "")'", at: place)
      }
      log.warning(
        LintDiagnostic.missingRows(device: table.device, count: missing.count), at: range,
        notes: examples + [Note("'espalier device rows' writes a table with all of them")])
    }
  }

  /// An empty space alone, which is an error.
  func lintEmptiness(_ members: Result<MemberDiagram, MemberError>, log: inout DiagnosticLog) {
    if case .success(let members) = members, members.count.value == 0 { reportEmptiness(log: &log) }
  }

  /// A block states at one place what each of its uses requires: it says nothing where no use has need of it.
  private func lintRequirements(_ vacuous: [Int], log: inout DiagnosticLog) {
    let useful = Set(space.requirements.indices).subtracting(vacuous).map { origins.requirements[$0] }
    var passed = Set(useful)
    for index in vacuous where passed.insert(origins.requirements[index]).inserted {
      log.warning(
        LintDiagnostic.vacuousRequirement(space.requirements[index].text), at: origins.requirements[index])
    }
  }

  private func reportEmptiness(log: inout DiagnosticLog) {
    let conflict = space.conflict(limits: .quick) ?? Array(space.requirements.indices)
    let first = conflict.first ?? 0
    let notes = conflict.dropFirst().map { Note("and this one", at: origins.requirements[$0]) }
    log.error(
      LintDiagnostic.emptySpace(conflicting: conflict.map { space.requirements[$0].text }),
      at: origins.requirements[first], notes: notes)
  }

  private func lintCounts(_ counts: [[NetworkCount]], log: inout DiagnosticLog) {
    for (index, options) in counts.enumerated() {
      let decision = space.decisions[index]
      let live = options.indices.filter { options[$0].value > 0 }
      // A decision that no network has hangs on a dead option, which is said.
      guard live.count < options.count, let only = live.first else { continue }
      if live.count == 1 {
        log.warning(
          LintDiagnostic.forcedDecision(decision.name, option: decision.options[only].description),
          at: origins.decisions[index])
        continue
      }
      for option in options.indices where options[option].value == 0 {
        log.warning(
          LintDiagnostic.deadOption(decision: decision.name, option: decision.options[option].description),
          at: origins.options[index][option])
      }
    }
  }

  /// A decision that nothing uses is reported as a whole by the checker.
  private func lintOptions(log: inout DiagnosticLog) {
    guard space.hasAtMost(parts: 300_000) else { return }
    var reported: Set<SourceRange> = []
    for pair in equalOptions(in: space) {
      let decision = space[pair.decision]
      let range = origins.options[pair.decision.index][pair.second]
      // Layers of a stage say the same at one place.
      guard reported.insert(range).inserted else { continue }
      guard !log.diagnostics.contains(where: { $0.code == "ES3010" && $0.message.contains("'\(decision.name)'") })
      else { continue }
      log.warning(
        LintDiagnostic.equalOptions(
          decision: decision.name, decision.options[pair.first].description,
          decision.options[pair.second].description),
        at: range, notes: [Note("the other one", at: origins.options[pair.decision.index][pair.first])])
    }
  }
}

extension Space {
  /// Whether comparing all operations is quick: their expressions and types have no more parts than this together.
  fileprivate func hasAtMost(parts: Int) -> Bool {
    var left = parts
    body.forEachNode { node in
      guard left > 0 else { return }
      for attribute in node.operation.attributes { left -= attribute.expression.size }
      for extent in node.type.extents { left -= extent.size }
    }
    return left > 0
  }
}
