import Diagnostics
import SpaceIR
import SpaceSyntax

/// Bounds on what blocks and rules expand to: a few lines of blocks that use each other twice would fill any memory.
enum ExpansionLimits {
  static let operations = 200_000
  /// Of blocks in one another, which is also the depth of the recursion.
  static let depth = 64
  /// Operands and operators of an expression after its names are replaced by what they stand for.
  static let parts = 8_000
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
  private(set) var layers: [Layer] = []
  /// Where each layer is written; nil for the inputs of a space without a network.
  private(set) var layerRanges: [SourceRange?] = []
  /// The latency tables that budgets can name.
  var devices = DeviceTables()
  /// Decisions that the enclosing alternatives have fixed to one option.
  var fixed: [DecisionID: Value] = [:]
  /// What holds in the enclosing alternatives: each selector with the values that lead here.
  var conditions: [PathCondition] = []
  /// Pairs of extents of which the first is never the greater one, by the way they were made.
  var knownOrders: [(lesser: Expression, greater: Expression)] = []
  /// When decisions made here exist.
  var circumstances = Circumstances()
  /// Decisions that all uses of a block share, by name, and the blocks that decide so.
  var sharedDecisions: [String: Typed] = [:]
  var sharedBlocks: [String: SharedBlock] = [:]
  /// Under what the outermost of the blocks being expanded that decide once is used here.
  var outerCircumstances = Circumstances()
  /// What blocks demand of their uses.
  var demands: [ResolvedRequirement] = []
  /// Uses of blocks so far that do not have what these require, whatever is decided.
  var brokenDemands = 0
  /// Former names of decisions.
  var formerNames: [FormerName] = []
  /// Which rules each operation leads to, and whether a rule can end.
  var grammar: Grammar
  /// Blocks being expanded with the places that use them, to refuse recursion and to name the use in errors.
  var openBlocks: [Use] = []
  /// What layers are given, by layer and parameter: `s1[2].kernel`.
  var layerArguments: [String: Typed] = [:]
  /// The names of the network at its end.
  var networkNames = ExpressionScope()
  /// Where each decision is made.
  var origins: [ChoiceDeclaration] = []
  /// What is known to hold in every member, and the decisions that it speaks of.
  var assumptions = Assumptions()
  /// Whether this expansion only learns what requirements demand. What they can rule out is not known yet, so operands
  /// that do not fit are taken as if they did, and uses behind them are reached.
  var isRehearsal = false
  /// By the place of an argument inside a block that hands on a parameter, where its present use got the value.
  var givenPlaces: [SourceRange: SourceRange] = [:]
  /// Operations and blocks that something calls.
  var usedOperations: Set<String> = []
  /// Steps of all proofs.
  let proofSteps = StepCounter()
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
    /// Whether the block is a rule that bounds its own depth.
    var isBounded = false
  }

  /// A block that decides once, with the circumstances of each of its uses.
  struct SharedBlock {
    let name: Located<String>
    var uses: [Circumstances] = []
    var decisions: [DecisionID] = []
  }

  struct FormerName {
    let decision: DecisionID
    let name: String
  }

  private struct ShownError: Hashable {
    let code: String
    let range: SourceRange
  }

  init(signatures: [String: Signature], hidesBlocks: Bool, classes: Int?, log: DiagnosticLog) {
    self.signatures = signatures
    grammar = Grammar(signatures)
    self.hidesBlocks = hidesBlocks
    self.classes = classes
    self.log = log
  }

  /// - Parameters:
  ///   - range: What is wrong; of an argument that a block hands on, the error stands where its value was given.
  ///   - option: The option of a choice that is the wrong value.
  mutating func report(
    _ kind: CheckDiagnostic, at range: SourceRange, option: SourceRange? = nil, notes: [Note] = [], fixIts: [FixIt] = []
  ) {
    let given = option ?? (kind.isOfOneArgument ? givenPlaces[range] : nil)
    guard shown.insert(ShownError(code: kind.code, range: given ?? range)).inserted else { return }
    var notes = notes
    if let given {
      let isInside = range.source == given.source && range.start <= given.start && given.end <= range.end
      if !isInside { notes.append(Note("this needs it", at: range)) }
      log.error(kind, at: given, notes: notes, fixIts: fixIts)
      return
    }
    if kind.dependsOnUse, let use = openBlocks.first, use.range != range {
      notes.append(Note("with what '\(use.block)' is given here", at: use.range))
    }
    log.error(kind, at: range, notes: notes, fixIts: fixIts)
  }

  mutating func append(_ layer: Layer, at range: SourceRange?) {
    layers.append(layer)
    layerRanges.append(range)
  }

  /// The last layer, once its decisions are known.
  mutating func settle(_ layer: Layer) { layers[layers.count - 1] = layer }

  var work: CheckWork { CheckWork(operations: operations, proofSteps: proofSteps.count) }

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
    guard options.count > 1, !circumstances.isDead else {
      return Typed(expression: .constant(options[0]), type: type)
    }
    if circumstances.isTangled {
      report(
        .tangledExistence(owner.isEmpty ? parameter : "\(owner).\(parameter)"), at: choice.range,
        notes: [Note("conditions of single decisions, joined by 'and', can say when a decision exists")])
    }
    let name = owner.isEmpty ? parameter : "\(owner).\(parameter)"
    origins.append(choice)
    decisions.append(
      Decision(
        name: name, parameter: parameter, owner: owner, options: options,
        existence: Existence(circumstances.conditions)))
    let id = DecisionID(index: decisions.count - 1)
    if let was = choice.was { formerNames.append(FormerName(decision: id, name: was)) }
    return Typed(expression: .decision(id), type: type)
  }

  /// A decision of a block: a new one at each use, or the one that all uses share.
  mutating func decide(
    parameter: String, in site: Site, below label: String?, choice: ChoiceDeclaration
  ) -> Typed {
    let owner = (site.path + (label.map { [$0] } ?? [])).joined(separator: ".")
    guard let block = site.sharedBlock else { return decide(parameter: parameter, owner: owner, choice: choice) }
    let name = "\(owner).\(parameter)"
    if let known = sharedDecisions[name] { return known }
    let made = decide(parameter: parameter, owner: owner, choice: choice)
    sharedDecisions[name] = made
    if case .decision(let id) = made.expression { sharedBlocks[block]?.decisions.append(id) }
    return made
  }

  private func commonType(of values: [Value]) -> ValueType {
    values.contains { $0.type == .rational } ? .rational : values[0].type
  }

  /// Where nodes are being appended: the layer, the place inside it, and the list itself.
  struct Site {
    var nodes: [Node] = []
    let layer: LayerID
    var place: [String] = [] {
      didSet { placeText = place.isEmpty ? "" : place.joined(separator: ".") + "." }
    }
    /// What the places of nodes made here begin with.
    private(set) var placeText = ""
    var counts: [String: Int] = [:]
    /// What decisions made here are named after.
    var path: [String] = []
    /// The block around of which all uses share their decisions; nil: every use decides for itself.
    var sharedBlock: String?
    /// Whether the block around says who decides, so that choices may be made.
    var mayDecide = false

    init(layer: LayerID, path: [String] = []) {
      self.layer = layer
      self.path = path
    }

    /// A site for the nodes of an alternative at this place.
    ///
    /// - Parameter part: What it adds to the names of decisions; nil: nothing, so that labels go on as outside.
    func alternative(_ label: String, path part: String?) -> Site {
      var site = Site(layer: layer, path: path + (part.map { [$0] } ?? []))
      site.place = place + [label]
      (site.sharedBlock, site.mayDecide) = (sharedBlock, mayDecide)
      if part == nil { site.counts = counts }
      return site
    }

    /// A label that is unique among its siblings: `conv`, then `conv2`.
    mutating func label(_ name: String) -> String {
      let count = nextCount(name)
      counts[name] = count
      // What the author calls `conv2` and the second `conv` are two.
      let label = Self.numbered(name, count)
      if label != name { counts[label, default: 0] += 1 }
      return label
    }

    /// The label that the next sibling of this name gets.
    func nextLabel(_ name: String) -> String { Self.numbered(name, nextCount(name)) }

    private func nextCount(_ name: String) -> Int {
      var count = counts[name, default: 0] + 1
      while count > 1, counts[Self.numbered(name, count)] != nil { count += 1 }
      return count
    }

    private static func numbered(_ name: String, _ count: Int) -> String { count == 1 ? name : "\(name)\(count)" }
  }

  mutating func append(_ operation: Operation, type: TensorType, label: String, to site: inout Site) -> Tensor {
    let id = nodeID()
    let place = site.placeText + site.label(label)
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
