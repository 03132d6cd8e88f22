/// What checking a space took, in steps that are the same on every machine.
package struct CheckWork: Hashable, Sendable {
  /// Operations and blocks expanded, each as often as it is used.
  package var operations = 0
  /// Expressions evaluated, and conditions looked through, to prove shapes and values over all members.
  package var proofSteps = 0

  static func + (a: CheckWork, b: CheckWork) -> CheckWork {
    CheckWork(operations: a.operations + b.operations, proofSteps: a.proofSteps + b.proofSteps)
  }
}

/// A count that copies of its owner share.
final class StepCounter {
  private(set) var count = 0
  func add(_ steps: Int) { count += steps }
}
