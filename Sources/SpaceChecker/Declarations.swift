package import Diagnostics
import SpaceIR
import SpaceSyntax

// The space as written, after its keys were read and before names, types and shapes are looked at. Every part keeps its
// range, so that a later stage can point at it.

/// A value with the place it was written at.
struct Located<Content: Sendable>: Sendable {
  let value: Content
  let range: SourceRange

  init(_ value: Content, _ range: SourceRange) {
    self.value = value
    self.range = range
  }
}

/// A file's top level.
struct SpaceDeclaration: Sendable {
  var name: Located<String>?
  var uses: [Located<String>] = []
  var inputs: [Located<ImageShape>] = []
  var classes: Located<Int>?
  var blocks: [BlockDeclaration] = []
  var decisions: [NamedChoice] = []
  var network: [NetworkItem] = []
  var requirements: [RequirementDeclaration] = []
  var networkRange: SourceRange?
  var hints = Hints()
  var hintRanges: [Located<String>] = []
  /// Whether an error hid a block or a used file, so that an unknown operation may be one of those.
  var hidesBlocks = false
  var expectations: Expectations?
}

/// One entry of `decisions:`, shared by the whole network.
struct NamedChoice: Sendable {
  let name: Located<String>
  /// Nil where an error was shown.
  let choice: ChoiceDeclaration?
}

enum NetworkItem: Sendable {
  case operation(name: Located<String>, Call)
  case stage(StageDeclaration)
  /// An error was shown here; the name, where it could be read, keeps what refers to it silent.
  case poison(name: String?)
}

/// `stage:`: one call repeated, each repetition with weights of its own.
struct StageDeclaration: Sendable {
  let name: Located<String>
  let layers: Located<LayerCount>
  /// Whether the stage decides once for all layers or each layer for itself; nil where it was not said.
  let decide: Located<DecisionScope>?
  let layer: Call
  let range: SourceRange
  /// Whether an error hid who decides.
  var hidesScope = false
}

enum LayerCount: Sendable {
  case fixed(Int)
  /// The depth is a decision: layers are dropped from the end.
  case chosen([Int])
}

enum DecisionScope: String, Sendable, CaseIterable {
  case once
  case each
}

/// `{op: NAME, argument: value, ...}`.
struct Call: Sendable {
  let op: Located<String>
  let arguments: [Argument]
  /// What `or:` lists.
  let alternatives: [CallAlternative]
  let range: SourceRange
  /// Whether an error hid a key, which may be an argument.
  var hidesArguments = false
}

enum CallAlternative: Sendable {
  /// The layer is left out: its input passes through.
  case bypass(SourceRange)
  case call(Call)
  /// An error was shown here.
  case poison
}

struct Argument: Sendable {
  let name: Located<String>
  let value: ArgumentValue
}

indirect enum ArgumentValue: Sendable {
  case expression(ExpressionSyntax)
  case choice(ChoiceDeclaration)
  /// A value for the first layer of a stage and another for the rest.
  case firstRest(first: ArgumentValue, rest: ArgumentValue, SourceRange)
  /// An error was shown here.
  case poison
}

struct ChoiceDeclaration: Sendable {
  let options: [Located<Value>]
  let scope: Located<DecisionScope>?
  let range: SourceRange
}

/// A user-defined block: parameters, a body of calls, and an optional residual shortcut.
struct BlockDeclaration: Sendable {
  let name: Located<String>
  let parameters: [ParameterDeclaration]
  let body: [BodyItem]
  let shortcut: ShortcutDeclaration?
  /// Whether an error hides the parameters; calls of such a block stay silent.
  var isPoison = false
  /// Parameters that nothing in the block names.
  var unusedParameters: [Located<String>] = []
}

struct ParameterDeclaration: Sendable {
  let name: Located<String>
  let type: ValueType
  let words: [String]
  let defaultValue: Located<Value>?
}

indirect enum BodyItem: Sendable {
  /// An error was shown here.
  case poison
  case call(label: Located<String>?, Call)
  case branch(subject: ExpressionSyntax, cases: [BranchCase], otherwise: [BodyItem]?, SourceRange)
  case condition(ExpressionSyntax, then: [BodyItem], otherwise: [BodyItem], SourceRange)
}

struct BranchCase: Sendable {
  let value: Located<Value>
  let items: [BodyItem]
}

struct ShortcutDeclaration: Sendable {
  /// Nil: in every member of the space.
  let condition: ExpressionSyntax?
  let range: SourceRange
}

/// What the author says must come out, each with its place; checked against the compiler's own answer.
package struct Expectations: Sendable {
  package struct Entry: Sendable {
    package let quantity: Quantity
    /// As written, digits only.
    package let text: String
    package let range: SourceRange
  }
  package enum Quantity: String, Sendable, CaseIterable {
    case encodings
    case jointLogits = "joint_logits"
    case factorisedLogits = "factorised_logits"
    case leastMACs = "least_macs"
    case greatestMACs = "greatest_macs"
  }
  package var entries: [Entry] = []
}
