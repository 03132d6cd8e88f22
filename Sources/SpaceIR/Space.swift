/// A checked search space: its decisions, its typed graph, and hints that never change the set of networks.
package struct Space: Hashable, Sendable {
  package var name: String
  /// Parents before children.
  package var decisions: [Decision]
  package var layers: [Layer]
  package var input: ImageShape
  /// Empty unless the file names its inputs.
  package var inputName = ""
  package var otherInputs: [NamedInput] = []
  /// Of the body's result.
  package var output: ImageShape
  /// Empty unless the file names its outputs.
  package var outputName = ""
  /// Further results, each a node of the body itself.
  package var otherOutputs: [NamedOutput] = []
  /// What members meet beyond making their decisions.
  package var requirements: [Requirement]
  package var hints: Hints
  /// What is known of devices, beside the space.
  package var devices = DeviceKnowledge()
  /// The body; its result has the shape of the output, for logits `[n, classes, 1, 1]`.
  package var body: Region

  package init(
    name: String, decisions: [Decision], layers: [Layer], input: ImageShape, classes: Int,
    requirements: [Requirement] = [], hints: Hints, body: Region
  ) {
    self.name = name
    self.decisions = decisions
    self.layers = layers
    self.input = input
    output = ImageShape(channels: classes, height: 1, width: 1)
    self.requirements = requirements
    self.hints = hints
    self.body = body
  }

  /// Channels of the (first) output: for logits the number of classes.
  package var classes: Int {
    get { output.channels }
    set { output = ImageShape(channels: newValue, height: 1, width: 1) }
  }

  package subscript(id: DecisionID) -> Decision { decisions[id.index] }

  /// Whether every decision hangs on at most one other.
  package var isForest: Bool { decisions.allSatisfy { $0.existence?.others.isEmpty ?? true } }

  package var decisionIDs: [DecisionID] { decisions.indices.map(DecisionID.init(index:)) }

  /// The value an architecture gives a decision; nil where it does not exist.
  package func value(of id: DecisionID, in architecture: Architecture) -> Value? {
    architecture[id].map { decisions[id.index].options[$0] }
  }

  /// Whether a decision exists, given the choices of its ancestors.
  package func exists(_ id: DecisionID, in architecture: Architecture) -> Bool {
    decisions[id.index].existence?.holds(in: architecture) ?? true
  }

  /// Whether exactly the existing decisions are decided, each with an option of its domain.
  package func contains(_ architecture: Architecture) -> Bool {
    guard architecture.choices.count == decisions.count else { return false }
    return decisionIDs.allSatisfy { id in
      guard let option = architecture[id] else { return !exists(id, in: architecture) }
      return exists(id, in: architecture) && decisions[id.index].options.indices.contains(option)
    }
  }
}

/// Channels, height and width of one image.
package struct ImageShape: Hashable, Sendable {
  package var channels: Int
  package var height: Int
  package var width: Int
  package init(channels: Int, height: Int, width: Int) {
    self.channels = channels
    self.height = height
    self.width = width
  }
}

/// An input beside the first: the images that `input 1` and later read.
package struct NamedInput: Hashable, Sendable {
  package var name: String
  package var shape: ImageShape
  package init(name: String, shape: ImageShape) {
    self.name = name
    self.shape = shape
  }
}

/// A result beside the body's own.
package struct NamedOutput: Hashable, Sendable {
  package var name: String
  package var node: NodeID
  package var shape: ImageShape
  package init(name: String, node: NodeID, shape: ImageShape) {
    self.name = name
    self.node = node
    self.shape = shape
  }
}

/// Index of a layer in `Space.layers`.
package struct LayerID: Hashable, Sendable, Comparable {
  package let index: Int
  package init(index: Int) { self.index = index }
  package static func < (a: LayerID, b: LayerID) -> Bool { a.index < b.index }
}

/// One repetition of a stage, or one named operation of the network: what owns weights.
package struct Layer: Hashable, Sendable {
  /// `s2[1]`, `stem`.
  package let name: String
  /// The decisions whose options this layer's operations were written with, its own and those shared with its stage.
  package let decisions: [DecisionID]
  package init(name: String, decisions: [DecisionID]) {
    self.name = name
    self.decisions = decisions
  }
}

/// Advice to the planner. Never changes the set of networks (language page, principle 14).
package struct Hints: Hashable, Sendable {
  /// How the weights of a layer depend on one of its decisions.
  package enum Sharing: String, Hashable, Sendable, CaseIterable {
    /// One tensor of the largest size; an option uses its first channels.
    case slice
    /// One tensor for each option.
    case separate
    /// One tensor, used by all options alike.
    case shared
    /// One kernel of the largest size; a smaller one is its centre.
    case nested
    /// One tensor of the largest size; an option's channels are kept by a mask (FBNetV2, arXiv 2004.05565).
    case mask
  }
  package enum Grouping: String, Hashable, Sendable, CaseIterable {
    /// One categorical for each decision.
    case factorised
    /// One categorical over the tuple of each owner's decisions.
    case joint
  }
  /// Of what is in no group.
  package var distribution: Grouping
  /// What is decided together beyond one owner: for each group the names of what it holds, as `decisions(under:)` reads
  /// them. A decision is in one group at most, and the decisions of a group exist under one condition outside it.
  package var groups: [[String]]
  /// By parameter name, in the order of the file; the planner has defaults for the rest.
  package var sharing: [SharingHint]

  package struct SharingHint: Hashable, Sendable {
    package let parameter: String
    package let sharing: Sharing
    package init(parameter: String, sharing: Sharing) {
      self.parameter = parameter
      self.sharing = sharing
    }
  }

  /// Whether no categorical decides several decisions.
  package var isFactorised: Bool { distribution == .factorised && groups.isEmpty }

  package init(distribution: Grouping = .joint, groups: [[String]] = [], sharing: [SharingHint] = []) {
    self.distribution = distribution
    self.groups = groups
    self.sharing = sharing
  }
}
