/// Everything one stage can report: a case for each rule, which knows its code and its wording.
package protocol DiagnosticKind: Sendable {
  /// Permanent, such as `ES0019`: never renumbered or reused.
  var code: String { get }
  /// States the rule that was broken: lower case, no full stop, names quoted.
  var message: String { get }
}

/// Whether the input is refused (`error`) or only doubtful (`warning`).
package enum Severity: String, Hashable, Sendable {
  case error
  case warning
}

/// A cause or a hint beside a diagnostic, with its own place when it has one, and its own remedies.
package struct Note: Hashable, Sendable {
  package let message: String
  package let range: SourceRange?
  /// Lines that belong together, columns and all: a drawing.
  package let figure: [String]
  package let fixIts: [FixIt]

  package init(_ message: String, at range: SourceRange? = nil, figure: [String] = [], fixIts: [FixIt] = []) {
    self.message = message
    self.range = range
    self.figure = figure
    self.fixIts = fixIts
  }
}

/// A remedy as text edits.
package struct FixIt: Hashable, Sendable {
  /// How sure it is that the edits give what the author meant.
  package enum Confidence: String, Hashable, Sendable {
    /// May be applied without asking.
    case certain
    /// The best guess among several.
    case likely
    /// Leaves something for the author to fill in.
    case hasPlaceholder
  }

  /// One replaced range; an empty range is an insertion.
  package struct Edit: Hashable, Sendable {
    package let range: SourceRange
    package let replacement: String

    package init(range: SourceRange, replacement: String) {
      self.range = range
      self.replacement = replacement
    }
  }

  package let confidence: Confidence
  package let message: String
  /// Disjoint, and in rising order within one file.
  package let edits: [Edit]

  package init(_ message: String, confidence: Confidence = .certain, edits: [Edit]) {
    self.confidence = confidence
    self.message = message
    self.edits = edits
  }

  package init(
    _ message: String, confidence: Confidence = .certain, replacing range: SourceRange, with replacement: String
  ) {
    self.init(message, confidence: confidence, edits: [Edit(range: range, replacement: replacement)])
  }
}

/// One report: what is wrong, where, why, and how to mend it.
package struct Diagnostic: Hashable, Sendable {
  package let severity: Severity
  package let code: String
  package let message: String
  /// The smallest text that is wrong.
  package let range: SourceRange
  package let notes: [Note]
  package let fixIts: [FixIt]
}
