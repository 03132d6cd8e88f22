import Diagnostics
import SpaceIR
import SpaceSyntax

/// A node's result, or poison where an error was shown.
struct Tensor: Sendable {
  let id: NodeID
  var type: TensorType
}

/// Bounds on what blocks expand to: a few lines of blocks that use each other twice would fill any memory.
enum ExpansionLimits {
  static let operations = 100_000
  /// Of blocks in one another, which is also the depth of the recursion.
  static let depth = 64
  /// Operands and operators of an expression after its names are replaced by what they stand for.
  static let parts = 2_000
}

/// Builds the graph from declarations: expands blocks and stages, resolves names, checks types and shapes.
///
/// A nil tensor or type means that an error was shown earlier on that path; what depends on it stays silent, and
/// everything else is still checked, so that one run shows every error.
struct Expander {
  let signatures: [String: Signature]
  /// Whether an error hid a block, so that an unknown operation may be that one.
  let hidesBlocks: Bool
  /// Nil where an error was shown.
  let classes: Int?
  var log: DiagnosticLog
  var decisions: [Decision] = []
  var layers: [Layer] = []
  /// Decisions that the enclosing alternatives have fixed to one option.
  var fixed: [DecisionID: Value] = [:]
  /// What holds in the enclosing alternatives: each selector with the values that lead here.
  var conditions: [PathCondition] = []
  /// The existence of decisions made here.
  var existence: Existence?
  /// Blocks being expanded with the places that use them, to refuse recursion and to name the use in errors.
  var openBlocks: [Use] = []
  private var nextNode = 0
  /// Operations and blocks expanded so far, each as often as it is used.
  private var operations = 0
  /// Errors already shown, by code and place: a block is expanded at every use, its errors are shown once.
  private var shown: Set<ShownError> = []

  struct PathCondition {
    let selector: Expression
    let values: [Value]
  }

  struct Use {
    let block: String
    let range: SourceRange
  }

  private struct ShownError: Hashable {
    let code: String
    let range: SourceRange
  }

  init(signatures: [String: Signature], hidesBlocks: Bool, classes: Int?, log: DiagnosticLog) {
    self.signatures = signatures
    self.hidesBlocks = hidesBlocks
    self.classes = classes
    self.log = log
  }

  mutating func report(
    _ kind: CheckDiagnostic, at range: SourceRange, notes: [Note] = [], fixIts: [FixIt] = []
  ) {
    guard shown.insert(ShownError(code: kind.code, range: range)).inserted else { return }
    var notes = notes
    if kind.dependsOnUse, let use = openBlocks.first, use.range != range {
      notes.append(Note("with what '\(use.block)' is given here", at: use.range))
    }
    log.error(kind, at: range, notes: notes, fixIts: fixIts)
  }

  /// Takes one more operation into account; false once there are too many, which is said the first time.
  mutating func countsOperation(at range: SourceRange) -> Bool {
    operations += 1
    if operations == ExpansionLimits.operations + 1 {
      report(.tooManyOperations(limit: ExpansionLimits.operations), at: range)
    }
    return operations <= ExpansionLimits.operations
  }

  mutating func nodeID() -> NodeID {
    defer { nextNode += 1 }
    return NodeID(index: nextNode)
  }

  /// Adds a decision, or the constant when there is one option.
  mutating func decide(parameter: String, owner: String, choice: ChoiceDeclaration) -> Typed {
    let options = choice.options.map(\.value)
    let type = commonType(of: options)
    guard options.count > 1 else { return Typed(expression: .constant(options[0]), type: type) }
    let name = owner.isEmpty ? parameter : "\(owner).\(parameter)"
    decisions.append(
      Decision(name: name, parameter: parameter, owner: owner, options: options, existence: existence))
    return Typed(expression: .decision(DecisionID(index: decisions.count - 1)), type: type)
  }

  private func commonType(of values: [Value]) -> ValueType {
    values.contains { $0.type == .rational } ? .rational : values[0].type
  }

  /// Where nodes are being appended: the layer, the place inside it, and the list itself.
  struct Site {
    var nodes: [Node] = []
    let layer: LayerID
    var place: [String] = []
    var counts: [String: Int] = [:]

    /// A label that is unique among its siblings: `conv`, then `conv2`.
    mutating func label(_ name: String) -> String {
      counts[name, default: 0] += 1
      let count = counts[name, default: 1]
      return count == 1 ? name : "\(name)\(count)"
    }
  }

  mutating func append(_ operation: Operation, type: TensorType, label: String, to site: inout Site) -> Tensor {
    let id = nodeID()
    let place = (site.place + [site.label(label)]).joined(separator: ".")
    site.nodes.append(Node(id: id, operation: operation, type: type, layer: site.layer, place: place))
    return Tensor(id: id, type: type)
  }
}

extension TensorType {
  /// With the extents rewritten.
  func mapping(_ transform: (Expression) -> Expression) -> TensorType {
    TensorType(
      copies: transform(copies), channels: transform(channels), height: transform(height), width: transform(width))
  }
}
