import Diagnostics

/// What the analysis finds wrong with a space that is well formed.
enum CompileDiagnostic: DiagnosticKind {
  case expectationFailed(quantity: String, expected: String, found: String)
  case changedSpace(expected: String, found: String)
  case notPlannable(reason: String)
  case groupTooLarge(combinations: String, limit: Int)
  case overBudget(cost: String, found: Int, bound: Int, requirement: String)
  case underBudget(cost: String, found: Int, bound: Int, requirement: String)
  case budgetOutOfReach(requirement: String, cost: String, end: BudgetEnd, found: Int)
  case budgetsTogetherOutOfReach(requirements: [String])
  case unknownLatency(device: String, kernel: String, layer: String)

  /// Which end of a cost's range a budget lies beyond.
  enum BudgetEnd: Hashable {
    case least
    case greatest
  }

  var code: String {
    switch self {
    case .expectationFailed: "ES3001"
    case .changedSpace: "ES3002"
    case .budgetOutOfReach, .budgetsTogetherOutOfReach: "ES3004"
    case .notPlannable: "ES4001"
    case .groupTooLarge: "ES4002"
    case .overBudget, .underBudget: "ES2307"
    case .unknownLatency: "ES6004"
    }
  }

  var message: String {
    switch self {
    case .expectationFailed(let quantity, let expected, let found):
      "the file expects \(expected) \(quantity), the space has \(found)"
    case .changedSpace(let expected, let found):
      "the architecture was made in a space with hash \(expected), but the hash of its space is \(found)"
    case .notPlannable(let reason): "the space cannot be planned: \(reason)"
    case .groupTooLarge(let combinations, let limit):
      "a categorical has at most \(limit) options, and the decisions of this group have \(combinations) combinations"
    case .overBudget(let cost, let found, let bound, let requirement):
      "the architecture has \(found) \(cost), \(found - bound) more than the \(bound) that '\(requirement)' allows"
    case .underBudget(let cost, let found, let bound, let requirement):
      "the architecture has \(found) \(cost), \(bound - found) fewer than the \(bound) that '\(requirement)' asks for"
    case .budgetOutOfReach(let requirement, let cost, .least, let found):
      "no network meets the budget '\(requirement)': the least that one has is \(found) \(cost)"
    case .budgetOutOfReach(let requirement, let cost, .greatest, let found):
      "no network meets the budget '\(requirement)': the most that one has is \(found) \(cost)"
    case .budgetsTogetherOutOfReach(let requirements):
      "no network meets the budgets \(requirements.map { "'\($0)'" }.joined(separator: " and ")) at once"
    case .unknownLatency(let device, let kernel, let layer):
      "the latency on '\(device)' is not known: its table has no row for '\(kernel)', which '\(layer)' needs"
    }
  }
}
