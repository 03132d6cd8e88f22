package import Diagnostics
import SpaceIR

/// Where the parts of a space stand in its files, for what is found out about them later.
package struct SpaceOrigins: Sendable {
  /// Of each requirement of the space, in its order.
  package let requirements: [SourceRange]
  /// Of each decision, in the order of the space.
  package let decisions: [SourceRange]
  /// Of each option of each decision; of a range all the same.
  package let options: [[SourceRange]]
  /// Of each layer: its operation, or its name.
  package let layers: [SourceRange?]
  /// Of each group of the hints.
  package let groups: [SourceRange]
  /// Of the latency tables that the space names, by device.
  package let tables: [String: SourceRange]
  /// Of each requirement, for messages about an architecture that breaks it.
  let traces: [RequirementTrace?]

  init(
    _ choices: [ChoiceDeclaration], _ requirements: [ResolvedRequirement], layers: [SourceRange?],
    devices: [DeviceDeclaration], groups: [GroupDeclaration]
  ) {
    self.groups = groups.map(\.range)
    self.layers = layers
    tables = Dictionary(devices.map { ($0.name.value, $0.path.range) }) { first, _ in first }
    self.requirements = requirements.map(\.range)
    decisions = choices.map(\.range)
    options = choices.map { $0.options.map(\.range) }
    traces = requirements.map(\.trace)
  }
}
