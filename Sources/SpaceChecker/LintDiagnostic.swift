import Diagnostics

/// What is right and still doubtful, and what only an analysis of the whole space can tell. The checker reports what the
/// files show, the compiler what the analysis finds.
package enum LintDiagnostic: DiagnosticKind {
  /// No network meets all requirements; those that already exclude one another, in the order of the file. An error.
  case emptySpace(conflicting: [String])
  case unusedDecision(String)
  case unusedBlock(String)
  case unusedParameter(String, block: String)
  case vacuousRequirement(String)
  /// An option that no network of the space takes.
  case deadOption(decision: String, option: String)
  /// A decision that has the same option wherever it exists.
  case forcedDecision(String, option: String)
  /// Two options that give the same networks.
  case equalOptions(decision: String, String, String)
  /// A `join` where one tensor is given.
  case unusedJoin
  /// Kernels of the space that were not measured.
  case missingRows(device: String, count: Int)

  package var code: String {
    switch self {
    case .emptySpace: "ES3003"
    case .unusedDecision: "ES3010"
    case .unusedBlock: "ES3011"
    case .unusedParameter: "ES3012"
    case .vacuousRequirement: "ES3013"
    case .deadOption: "ES3014"
    case .forcedDecision: "ES3015"
    case .equalOptions: "ES3016"
    case .unusedJoin: "ES3017"
    case .missingRows: "ES6003"
    }
  }

  package var message: String {
    switch self {
    case .emptySpace(let conflicting) where conflicting.count == 1:
      "no network of the space meets the requirement \(quoted(conflicting))"
    case .emptySpace(let conflicting):
      "no network of the space meets the requirements \(quoted(conflicting)) at once"
    case .unusedDecision(let name): "no network depends on the decision '\(name)'"
    case .unusedBlock(let name): "the block '\(name)' is never used"
    case .unusedParameter(let name, let block): "the block '\(block)' never uses its parameter '\(name)'"
    case .vacuousRequirement(let text): "every network meets the requirement '\(text)', so it says nothing"
    case .deadOption(let decision, let option):
      "the requirements leave no network in which '\(decision)' is \(option)"
    case .forcedDecision(let decision, let option): "the requirements leave '\(decision)' the option \(option) alone"
    case .equalOptions(let decision, let first, let second):
      "the options \(first) and \(second) of '\(decision)' give the same networks"
    case .unusedJoin: "the output {of: last} is one tensor, so 'join' says nothing"
    case .missingRows(let device, let count):
      "the latency table of '\(device)' has no row for \(count == 1 ? "a kernel" : "\(count) kernels") of the space"
    }
  }

  private func quoted(_ texts: [String]) -> String {
    let quoted = texts.map { "'\($0)'" }
    guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
    return "\(quoted.dropLast().joined(separator: ", ")) and \(last)"
  }
}
