/// A broken invariant of the IR; always a mistake of a pass, or of a text written by hand.
package struct VerifierFailure: Hashable, Sendable {
  /// Numbered as in the comment of `Space.verify()`.
  package enum Invariant: Int, Hashable, Sendable, CaseIterable {
    case uniqueNodes = 1
    case definedNodes
    case ends
    case resultTypes
    case alternatives
    case alternativeTypes
    case parents
    case existence
    case domains
    case decisionReferences
    case layers
    case weightNames
    case expressionTypes
    case values
    case requirements
    case divisors
    case joins
    case windows
  }

  package let invariant: Invariant
  package let message: String
  /// The lines of the nodes around the mistake, its own marked with `>`; empty where no node is involved.
  package let nodes: [String]

  init(_ invariant: Invariant, _ message: String, nodes: [String] = []) {
    self.invariant = invariant
    self.message = message
    self.nodes = nodes
  }

  package var number: Int { invariant.rawValue }
}

extension VerifierFailure: CustomStringConvertible {
  package var description: String { (["V\(number): \(message)"] + nodes).joined(separator: "\n") }
}
