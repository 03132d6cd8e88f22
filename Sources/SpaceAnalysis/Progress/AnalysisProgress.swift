import Foundation
import Synchronization

/// How far an answer is that takes long.
///
/// Whoever wants to know puts `observing` around a question; without one nothing is measured. It is told from inside the
/// work, in the same thread, once for each state or layer: often enough for a person, and no more than a thousandth of
/// the work.
package enum AnalysisProgress {
  /// What is being done; an answer goes through some of these, some of them twice.
  package enum Stage: Hashable, Sendable, CaseIterable {
    /// Conditions between decisions become a diagram, decision by decision.
    case conditions
    /// Costs become a diagram, block by block.
    case costs
    /// States are split by what further budgets have spent, block by block.
    case budgets
    /// Networks are counted by cost, in additions.
    case counts
    /// Partial networks are compared, block by block.
    case fronts
    /// Graphs are compared, wiring by wiring.
    case graphs
  }

  package struct Report: Hashable, Sendable {
    package let stage: Stage
    /// Of `total`, in the unit of the stage.
    package let done: Int
    package let total: Int

    package init(stage: Stage, done: Int, total: Int) {
      self.stage = stage
      self.done = done
      self.total = total
    }

    /// Whether the parts of the stage take about the same time, so that the time that is left can be told from them.
    package var isEven: Bool {
      switch stage {
      case .counts, .graphs: true
      // Later blocks can have a thousand times the states of the first ones.
      case .conditions, .costs, .budgets, .fronts: false
      }
    }
  }

  /// By thread. A task-local value would do, but binding one outside of a task crashes a statically linked executable
  /// (Swift 6.3 on Linux).
  private static let observers = Mutex<[ObjectIdentifier: @Sendable (Report) -> Void]>([:])

  /// Answers a question and tells the observer how far that is; questions of other threads are their own.
  package static func observing<Answer>(
    _ observer: @escaping @Sendable (Report) -> Void, _ answer: () throws -> Answer
  ) rethrows -> Answer {
    let thread = ObjectIdentifier(Thread.current)
    let outer = observers.withLock { $0.updateValue(observer, forKey: thread) }
    defer { observers.withLock { $0[thread] = outer } }
    return try answer()
  }

  static func tell(_ stage: Stage, _ done: Int, of total: Int) {
    let observer = observers.withLock { $0.isEmpty ? nil : $0[ObjectIdentifier(Thread.current)] }
    observer?(Report(stage: stage, done: done, total: total))
  }
}
