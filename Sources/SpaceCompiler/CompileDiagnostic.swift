import Diagnostics

/// What the analysis finds wrong with a space that is well formed.
enum CompileDiagnostic: DiagnosticKind {
  case expectationFailed(quantity: String, expected: String, found: String)
  case notPlannable(reason: String)

  var code: String {
    switch self {
    case .expectationFailed: "ES3001"
    case .notPlannable: "ES4001"
    }
  }

  var message: String {
    switch self {
    case .expectationFailed(let quantity, let expected, let found):
      "the file expects \(expected) \(quantity), the space has \(found)"
    case .notPlannable(let reason): "the space cannot be planned: \(reason)"
    }
  }
}
