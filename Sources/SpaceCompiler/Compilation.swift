package import Diagnostics
package import SpaceAnalysis
package import SpaceChecker
package import SpaceIR
import SpacePlanner

/// A space that passed every check, with the answers that are cheap for every space.
package struct CompiledSpace: Sendable {
  package let space: Space
  /// The shapes that the file offers, the default first.
  package let inputs: [ImageShape]
  /// See `hash(of:)`; made when asked for.
  package var hash: String { SpaceCompiler.hash(of: space) }
  package let encodings: NetworkCount
  package let factorisedLogits: Int
  /// Nil where a joint group has more combinations than a categorical can hold.
  package let jointLogits: Int?
}

/// Everything one compilation found.
package struct Compilation: Sendable {
  package let sources: SourceMap
  package let diagnostics: [Diagnostic]
  /// Nil when there are errors.
  package let result: CompiledSpace?

  package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}

/// Compiles a space file: parse, check, count, and hold it against what the file expects.
///
/// - Parameters:
///   - path: The file, as messages show it.
///   - input: The image shape to compile for; nil: the first that the file offers.
package func compileSpace(
  at path: String, input: ImageShape? = nil, reader: some SourceReader = DiskReader()
) -> Compilation {
  var sources = SourceMap()
  var log = DiagnosticLog()
  let checked = checkSpace(at: path, input: input, reader: reader, sources: &sources, log: &log)
  let result = checked.map { analyse($0, log: &log) }
  return Compilation(sources: sources, diagnostics: log.diagnostics, result: log.hasErrors ? nil : result)
}

private func analyse(_ checked: CheckedSpace, log: inout DiagnosticLog) -> CompiledSpace {
  let space = checked.space
  let joint = Result { () throws(DistributionPlanError) in try DistributionPlan.joint(for: space) }
  let compiled = CompiledSpace(
    space: space, inputs: checked.inputs, encodings: DecisionForest(space).encodings,
    factorisedLogits: DistributionPlan.factorised(for: space).logits, jointLogits: (try? joint.get())?.logits)
  for entry in checked.expectations.entries {
    if case .failure(let error) = joint, entry.quantity == .jointLogits {
      log.error(CompileDiagnostic.notPlannable(reason: error.description), at: entry.range)
    }
    guard let found = compiled.text(of: entry.quantity), found != entry.text else { continue }
    let name = entry.quantity.rawValue
    log.error(
      CompileDiagnostic.expectationFailed(quantity: name, expected: entry.text, found: found), at: entry.range,
      fixIts: [FixIt("write what the space has", confidence: .likely, replacing: entry.range, with: found)])
  }
  return compiled
}

extension CompiledSpace {
  /// Nil for quantities that take a search to answer; the cost range is checked by the analysis, not on every compilation.
  fileprivate func text(of quantity: Expectations.Quantity) -> String? {
    switch quantity {
    case .encodings: encodings.description
    case .factorisedLogits: String(factorisedLogits)
    case .jointLogits: jointLogits.map(String.init)
    case .leastMACs, .greatestMACs: nil
    }
  }
}
