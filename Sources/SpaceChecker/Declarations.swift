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
  /// The shapes that the one input can have; of several inputs that of the first.
  var inputs: [Located<ImageShape>] = []
  /// The name of the first input where `inputs:` names them; the others after it.
  var inputName: Located<String>?
  var otherInputs: [NamedShape] = []
  /// Whether an error hid the name of an input.
  var hidesInputs = false
  /// The first output; `from` only where `outputs:` names them.
  var outputs: [OutputDeclaration] = []
  var blocks: [BlockDeclaration] = []
  var decisions: [NamedChoice] = []
  var network: [NetworkItem] = []
  var devices: [DeviceDeclaration] = []
  /// Whether an error hid a device, so that an unknown one may be that one.
  var hidesDevices = false
  var requirements: [RequirementDeclaration] = []
  var networkRange: SourceRange?
  var hints = Hints()
  var hintRanges: [Located<String>] = []
  /// Those of `hints`, in its order.
  var groups: [GroupDeclaration] = []
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

struct NamedShape: Sendable {
  let name: Located<String>
  /// Nil where an error was shown.
  let shape: ImageShape?
}

/// What the network gives: classes as `[classes, 1, 1]`, or a map.
struct OutputDeclaration: Sendable {
  /// Nil for the one output of a space that does not name it.
  let name: Located<String>?
  /// The item of the network; nil: its last.
  let from: Located<String>?
  let shape: Located<ImageShape>
}

enum NetworkItem: Sendable {
  case operation(name: Located<String>, Call)
  case stage(StageDeclaration)
  case parallel(name: Located<String>, ParallelDeclaration)
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
  /// Whether an error hid how many layers there are.
  var hidesDepth = false
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
  /// The tensors that are read; nil: the current one.
  var from: Located<[Located<String>]>?
  /// Where the operation is there; nil: everywhere.
  var presence: ExpressionSyntax?
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
  /// The decision's former name.
  var was: String?
  let range: SourceRange
}

/// A user-defined operation: a block, a rule of a grammar, or a cell.
struct BlockDeclaration: Sendable {
  enum Content: Sendable {
    /// Items one after another, and an optional residual shortcut.
    case body([BodyItem], ShortcutDeclaration?)
    case rule(RuleDeclaration)
    case cell(CellDeclaration)
  }
  let name: Located<String>
  /// What the block reads; `in` unless the file names its inputs.
  var inputs: [Located<String>] = []
  let parameters: [ParameterDeclaration]
  /// Whether all uses share the choices made inside; nil: it was not said, and there may be none.
  var decide: Located<DecisionScope>?
  var requirements: [ExpressionSyntax] = []
  let content: Content
  /// Whether an error hides the parameters; calls of such a block stay silent.
  var isPoison = false
  /// Parameters that nothing in the block names.
  var unusedParameters: [Located<String>] = []
}

/// A rule of a grammar: every use decides for a production.
struct RuleDeclaration: Sendable {
  /// Uses inside one another; nil: no bound of its own.
  let maxDepth: Located<Int>?
  let productions: [NamedItems]
}

/// A production, a branch, an operation of a cell: items under a name.
struct NamedItems: Sendable {
  let name: Located<String>
  let items: [BodyItem]
}

/// A cell: nodes in an order, each joining what earlier ones give.
struct CellDeclaration: Sendable {
  enum Inputs: Sendable {
    /// Every earlier node.
    case all
    /// Each earlier node or not.
    case any
    /// An unordered set of so many.
    case choose(Int)
    /// So many independent picks.
    case slots(Int)
  }
  enum Gathering: Sendable {
    case nodes
    case last
    case looseEnds
    /// Any of the earlier ones, through an operation of their own.
    case any(edge: CellOperation)
  }
  let prepare: [NamedItems]
  let nodes: [Located<String>]
  let inputs: Located<Inputs>
  let edge: CellOperation
  let operation: CellOperation
  let join: Located<Join>
  /// NAS-Bench-101's rule: the width that the nodes which feed the output share.
  let splitWidth: ExpressionSyntax?
  let output: Located<Gathering>
  let outputJoin: Located<Join>
}

enum CellOperation: Sendable {
  case items([BodyItem])
  case oneOf([NamedItems])

  var isNothing: Bool {
    if case .items(let items) = self { items.isEmpty } else { false }
  }
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
  case parallel(label: Located<String>?, ParallelDeclaration)
}

/// Branches that start at one tensor and are joined.
struct ParallelDeclaration: Sendable {
  let branches: [NamedItems]
  let join: Located<Join>
  let range: SourceRange
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
    case terms
    case jointLogits = "joint_logits"
    case factorisedLogits = "factorised_logits"
    case leastMACs = "least_macs"
    case greatestMACs = "greatest_macs"
  }
  package var entries: [Entry] = []

  package init() {}
}
