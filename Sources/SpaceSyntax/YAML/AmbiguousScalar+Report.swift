package import Diagnostics

/// Reports an ambiguous scalar as an error with the remedy that fits the place; nil when it is not ambiguous.
///
/// Call it before reading a scalar as a word, a number or a truth value.
///
/// - Parameter range: Where the scalar is written; the fix-it replaces exactly this.
package func reportAmbiguity(
  of scalar: YAMLScalar, at range: SourceRange, expecting expectation: ScalarExpectation, log: inout DiagnosticLog
) -> Reported? {
  guard let ambiguity = ambiguity(of: scalar) else { return nil }
  let remedies = ambiguity.remedies(for: expectation, text: scalar.text)
  let kind = SyntaxDiagnostic.ambiguousScalar(scalar.text, ambiguity)
  if let only = remedies.first, remedies.count == 1 {
    return log.error(kind, at: range, fixIts: [FixIt(only.message, replacing: range, with: only.replacement)])
  }
  let notes = remedies.map { remedy in
    let fixIt = FixIt(remedy.message, confidence: .likely, replacing: range, with: remedy.replacement)
    return Note(remedy.condition, fixIts: [fixIt])
  }
  return log.error(kind, at: range, notes: notes)
}

extension AmbiguousScalar {
  /// A text to put in place of the scalar; the condition is shown when there are several.
  fileprivate struct Remedy {
    let condition: String
    let message: String
    let replacement: String

    static func quote(_ text: String) -> Remedy {
      Remedy(condition: "a word is written in quotes", message: "quote the word", replacement: "\"\(text)\"")
    }

    static func write(_ replacement: String, if condition: String) -> Remedy {
      Remedy(condition: condition, message: "write it plainly", replacement: replacement)
    }
  }

  fileprivate func remedies(for expectation: ScalarExpectation, text: String) -> [Remedy] {
    switch expectation {
    case .word: [.quote(text)]
    case .truth:
      if case .truthWord(let value) = self {
        [.write(String(value), if: "a truth value is 'true' or 'false'")]
      } else {
        []
      }
    case .number: numberRemedies
    }
  }

  private var numberRemedies: [Remedy] {
    switch self {
    case .octal(let value), .binary(let value):
      [.write(String(value), if: "a number is written in decimal digits")]
    case .underscored(let bare): [.write(bare, if: "a number has no underscores")]
    case .leadingZero(let decimal, let octal):
      [.write(String(decimal), if: "the digits are decimal")]
        + (octal.map { [.write(String($0), if: "the digits are octal")] } ?? [])
    case .truthWord, .sexagesimal, .notFinite, .tilde, .outOfRange: []
    }
  }
}
