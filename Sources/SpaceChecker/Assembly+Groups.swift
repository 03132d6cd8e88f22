import Diagnostics
import SpaceIR

extension Assembly {
  /// Every group of the distribution names decisions of the space, none of them twice, that exist together.
  mutating func checkGroups(of space: Space) {
    var groupOf: [DecisionID: (number: Int, name: Located<String>)] = [:]
    for (number, group) in declaration.groups.enumerated() {
      for name in group.names {
        let found = space.decisions(under: name.value)
        guard !found.isEmpty else {
          reportUnknown(name, space)
          continue
        }
        for id in found {
          guard let other = groupOf[id] else {
            groupOf[id] = (number, name)
            continue
          }
          log.error(
            CheckDiagnostic.groupedTwice(space[id].name), at: name.range,
            notes: [Note("it stands here too", at: other.name.range)])
          break
        }
      }
      checkConditions(of: group, groupOf.filter { $0.value.number == number }.keys.sorted(), space)
    }
  }

  private mutating func reportUnknown(_ name: Located<String>, _ space: Space) {
    let known = Set(space.decisions.flatMap { [$0.name, $0.owner] }).filter { !$0.isEmpty }.sorted()
    let fixIts = log.closest(to: name.value, among: known).map { meant in
      // Brackets of a name would be read as a list.
      let written = meant.contains("[") ? "\"\(meant)\"" : meant
      return [FixIt("did you mean '\(meant)'?", replacing: name.range, with: written)]
    }
    log.error(CheckDiagnostic.unknownGroupMember(name.value), at: name.range, fixIts: fixIts ?? [])
  }

  /// Decisions of one categorical exist all together or not at all, up to what they decide among themselves.
  private mutating func checkConditions(of group: GroupDeclaration, _ members: [DecisionID], _ space: Space) {
    guard space.isForest, let first = members.first else { return }
    let inside = Set(members)
    let conditions = members.map { space.outerCondition(of: $0, where: inside.contains) }
    guard let place = conditions.firstIndex(where: { $0 != conditions[0] }) else { return }
    // The one that exists more rarely is named.
    let (other, condition) =
      conditions[place].map { (members[place], $0) } ?? (first, conditions[0] ?? Existence(parent: first, options: []))
    log.error(
      CheckDiagnostic.dividedGroup(
        decision: space[other].name, parent: space[condition.parent].name,
        options: condition.options.map { space[condition.parent].options[$0].description }), at: group.range,
      notes: [Note("take '\(space[condition.parent].name)' into the group, or leave '\(space[other].name)' out")])
  }
}
