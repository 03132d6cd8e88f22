/// Everything that the report of a run shows, as plain values: who fills it knows runs, who draws it does not.
///
/// Costs are in `costUnit` for one image, losses and entropies in nats, times in seconds, accuracies shares of 1.
package struct RunStory: Hashable, Sendable {
  package var space: String
  package var method: String
  package var data: String
  package var seed: UInt64
  /// `finished`, `stopped while searching`.
  package var state: String
  package var totalSteps: Int
  /// First steps, in which the distribution stays as it is.
  package var warmUpSteps: Int
  /// Steps before which something changed, in order.
  package var turns: [Turn]
  package var costUnit = "MACs"
  /// Cost above which networks are pushed down; nil: cost plays no part.
  package var target: Int?
  package var searchSeconds: Double?
  package var trainingSeconds: Double?
  /// In order, numbered from 0; people are shown numbers from 1.
  package var steps: [Step]
  package var validation = Validation.oneBatch
  /// Whether the method learns a distribution, which then has an entropy; the others score networks one by one.
  package var learnsDistribution = true
  package var distribution: DistributionHistory
  package var answer: Answer?
  package var networks: [TrainedNetwork]
  /// How far the training from scratch is, in words: `13 of 32 epochs, 1 of 4 networks done`; nil: it is not on its way.
  package var training: String?
  package var graph: NetworkGraph?
  package var settings: [SettingGroup]
  /// Files of the run that are shown as they are.
  package var files: [Attachment]

  package init(space: String, method: String, data: String, seed: UInt64, state: String, totalSteps: Int) {
    self.space = space
    self.method = method
    self.data = data
    self.seed = seed
    self.state = state
    self.totalSteps = totalSteps
    warmUpSteps = 0
    turns = []
    steps = []
    distribution = DistributionHistory(steps: [], decisions: [])
    networks = []
    settings = []
    files = []
  }

  /// What the validation loss of a draw is.
  package enum Validation: Hashable, Sendable {
    /// Of the step's batch, with the weights of that step.
    case oneBatch
    /// The mean over so many batches, the same for every draw, with weights that stay as the warm-up left them.
    case sameBatches(Int)
    /// That of all networks at once: nothing is drawn, and a step has one loss and one cost.
    case mixture
    /// Candidates have scores, which are no losses.
    case candidates(Measure)
  }

  /// What the score of a candidate is.
  package enum Measure: Hashable, Sendable {
    case accuracy
    case indicator
  }

  /// What a step that scored a candidate says of it.
  package struct Candidate: Hashable, Sendable {
    /// Where a candidate comes from, by the words of a run.
    package enum Origin: String, Hashable, Sendable, CaseIterable {
      case random
      case mutation
      case crossover
      /// A step of a walk through neighbours.
      case neighbour
      /// The best that predictors know.
      case predicted
      /// A draw from where the best were.
      case region
    }

    /// Counted from 0, both.
    package let stage: Int
    package let generation: Int
    package let origin: Origin
    /// Greater is better.
    package let score: Double

    package init(stage: Int, generation: Int, origin: Origin, score: Double) {
      self.stage = stage
      self.generation = generation
      self.origin = origin
      self.score = score
    }
  }

  /// What the first steps are called.
  var warmUpWord: String { scoresCandidates ? "weights" : "warm-up" }

  package var scoresCandidates: Bool { if case .candidates = validation { true } else { false } }

  package var isMixture: Bool { validation == .mixture }

  package struct Turn: Hashable, Sendable {
    package let step: Int
    package let label: String
    package init(step: Int, label: String) {
      self.step = step
      self.label = label
    }
  }

  package struct Step: Hashable, Sendable {
    package var number: Int
    package var entropy: Double
    package var isWarmUp: Bool
    package var draws: [Draw]
    /// Of the weights of a mixture; nil: there is none.
    package var temperature: Double?
    /// Nil: the step scored none.
    package var candidate: Candidate?

    package init(
      number: Int, entropy: Double, isWarmUp: Bool, draws: [Draw], temperature: Double? = nil,
      candidate: Candidate? = nil
    ) {
      self.number = number
      self.entropy = entropy
      self.isWarmUp = isWarmUp
      self.draws = draws
      self.temperature = temperature
      self.candidate = candidate
    }
  }

  package struct Draw: Hashable, Sendable {
    package var cost: Int
    /// Of the batch that the weights learnt from; nil where they did not.
    package var trainingLoss: Double?
    /// Of the batch that the distribution learnt from; nil in the warm-up.
    package var validationLoss: Double?

    package init(cost: Int, trainingLoss: Double?, validationLoss: Double?) {
      self.cost = cost
      self.trainingLoss = trainingLoss
      self.validationLoss = validationLoss
    }
  }

  /// The network that the search chose.
  package struct Answer: Hashable, Sendable {
    /// Each owner with its options, in the order of the space.
    package let choices: [SettingGroup.Row]
    package let cost: Int
    package let parameters: Int
    /// Its place in the last distribution; 0 for the most probable network; nil where it is not recorded yet.
    package let rank: Int?

    package init(choices: [SettingGroup.Row], cost: Int, parameters: Int, rank: Int?) {
      self.choices = choices
      self.cost = cost
      self.parameters = parameters
      self.rank = rank
    }
  }

  /// A network that was trained from scratch.
  package struct TrainedNetwork: Hashable, Sendable {
    package let label: String
    /// Whether it is the search's answer; the others are what it is compared with.
    package let isAnswer: Bool
    package let cost: Int
    package let parameters: Int
    package let accuracy: Double
    package let loss: Double

    package init(label: String, isAnswer: Bool, cost: Int, parameters: Int, accuracy: Double, loss: Double) {
      self.label = label
      self.isAnswer = isAnswer
      self.cost = cost
      self.parameters = parameters
      self.accuracy = accuracy
      self.loss = loss
    }
  }

  /// Settings under one heading, in order.
  package struct SettingGroup: Hashable, Sendable {
    package struct Row: Hashable, Sendable {
      package let name: String
      package let value: String
      package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
      }
    }
    package let title: String
    package let rows: [Row]
    package init(title: String, rows: [Row]) {
      self.title = title
      self.rows = rows
    }
  }

  package struct Attachment: Hashable, Sendable {
    package let name: String
    package let text: String
    package init(name: String, text: String) {
      self.name = name
      self.text = text
    }
  }
}

/// How probable every option was at some steps of a search.
package struct DistributionHistory: Hashable, Sendable {
  /// Numbers of steps before each, ascending.
  package var steps: [Int]
  /// Whether some of the distributions decide several decisions in one draw, so that a decision alone has a marginal.
  package var isJoint = false
  package var decisions: [Decision]

  package init(steps: [Int], decisions: [Decision]) {
    self.steps = steps
    self.decisions = decisions
  }

  package struct Decision: Hashable, Sendable {
    /// What decides: `s2`, `s2[1]`.
    package let owner: String
    /// `kernel`.
    package let parameter: String
    package let options: [String]
    /// The option of the network that was chosen; nil where there is none, or it does not decide this.
    package let chosen: Int?
    /// Shares of 1, [step][option]; what is missing to 1 is how probable it is that the decision does not exist.
    package var shares: [[Double]]

    package init(owner: String, parameter: String, options: [String], chosen: Int?, shares: [[Double]]) {
      self.owner = owner
      self.parameter = parameter
      self.options = options
      self.chosen = chosen
      self.shares = shares
    }
  }
}

/// A network as a graph of operations, in an order in which operands come first.
package struct NetworkGraph: Hashable, Sendable {
  package struct Node: Hashable, Sendable {
    /// What is computed, then details, each a short line.
    package let lines: [String]
    /// The layer it belongs to; nodes of one layer are drawn together where their places allow it.
    package let layer: String
    /// Indices of earlier nodes.
    package let operands: [Int]
    package let kind: Kind

    package init(lines: [String], layer: String, operands: [Int], kind: Kind) {
      self.lines = lines
      self.layer = layer
      self.operands = operands
      self.kind = kind
    }
  }

  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The images, and what comes out.
    case end
    /// Has weights.
    case weighted
    /// Attention over channels or positions.
    case attention
    /// Brings several operands together.
    case join
    /// Has no weights.
    case plain
  }

  package private(set) var nodes: [Node]

  /// - Precondition: Operands come before their users.
  package init(nodes: [Node]) {
    for (index, node) in nodes.enumerated() {
      precondition(node.operands.allSatisfy { (0..<index).contains($0) }, "operands come first")
    }
    self.nodes = nodes
  }
}
