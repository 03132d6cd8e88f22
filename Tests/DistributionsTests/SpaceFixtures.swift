import Distributions
import SpaceIR
import SpacePlanner

extension Space {
  /// A space of decisions alone, which is all that a distribution looks at.
  init(decisions: [Decision], distribution: Hints.Grouping = .joint) {
    self.init(
      name: "test", decisions: decisions, layers: [], input: ImageShape(channels: 3, height: 8, width: 8), classes: 10,
      hints: Hints(distribution: distribution), body: Region(nodes: [], result: NodeID(index: 0)))
  }

  /// Owners `l0`, `l1`, ... with unconditional decisions of the given sizes.
  init(owners: [[Int]]) {
    self.init(
      decisions: owners.enumerated().flatMap { owner, sizes in
        sizes.enumerated().map { Decision(owner: "l\(owner)", parameter: "d\($0)", options: $1) }
      })
  }

  /// A random forest of conditions across a few owners.
  static func random(seed: UInt64, decisions: Int) -> Space {
    var random = SplitRandom(seed: seed, stream: 1)
    var result: [Decision] = []
    for index in 0..<decisions {
      var existence: Existence?
      if index > 0 && random.uniform() < 0.6 {
        let parent = random.next(below: index)
        let options = result[parent].options.indices.filter { _ in random.uniform() < 0.5 }
        if !options.isEmpty && options.count < result[parent].options.count {
          existence = Existence(parent: DecisionID(index: parent), options: options)
        }
      }
      result.append(
        Decision(
          owner: ["", "a", "b"][random.next(below: 3)], parameter: "d\(index)", options: 2 + random.next(below: 2),
          existence: existence))
    }
    return Space(decisions: result)
  }

  /// Every member, by trying each option of each existing decision in turn.
  var members: [Architecture] {
    var result = [Architecture(choices: [Int?](repeating: nil, count: decisions.count))]
    for id in decisionIDs {
      result = result.flatMap { prefix -> [Architecture] in
        guard exists(id, in: prefix) else { return [prefix] }
        return self[id].options.indices.map { option in
          var longer = prefix
          longer[id] = option
          return longer
        }
      }
    }
    return result
  }

  /// Table 1 of FP-NAS with the FBNetV2 micro-architecture; one owner for each group, or for each block of it.
  static func fbnetV2F(repeating blocks: Blocks) -> Space {
    let groups: [(channels: Int, expansions: Int, blocks: Int)] = [
      (2, 1, 1), (3, 6, 1), (3, 6, 2), (4, 6, 1), (4, 6, 2), (5, 6, 1), (5, 6, 2), (6, 6, 3), (10, 6, 1), (10, 6, 3),
    ]
    return Space(
      owners: groups.flatMap { group in
        let sizes = [3, 2, 2, group.expansions, group.channels].filter { $0 > 1 }
        return [[Int]](repeating: sizes, count: blocks == .tied ? 1 : group.blocks)
      })
  }

  enum Blocks { case tied, free }
}

extension Decision {
  init(owner: String, parameter: String, options: Int, existence: Existence? = nil) {
    self.init(
      name: owner.isEmpty ? parameter : "\(owner).\(parameter)", parameter: parameter, owner: owner,
      options: (0..<options).map { .integer($0) }, existence: existence)
  }
}

extension Distribution {
  /// Normal logits with the given standard deviation.
  static func random(_ plan: DistributionPlan, seed: UInt64, spread: Double = 1) -> Distribution {
    var random = SplitRandom(seed: seed, stream: 2)
    return Distribution(plan: plan, logits: plan.zeros.map { row in row.map { _ in spread * random.normal() } })
  }

  /// Central differences of a function of the distribution with respect to every logit.
  func differences(step: Double = 1e-5, of function: (Distribution) -> Double) -> [[Double]] {
    logits.indices.map { factor in
      logits[factor].indices.map { index in
        var (above, below) = (self, self)
        above.logits[factor][index] += step
        below.logits[factor][index] -= step
        return (function(above) - function(below)) / (2 * step)
      }
    }
  }
}

/// The largest difference of two rows of equal length.
func distance(_ a: [Double], _ b: [Double]) -> Double {
  precondition(a.count == b.count)
  return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

func norm(_ row: [Double]) -> Double { row.reduce(0) { $0 + $1 * $1 }.squareRoot() }

func cosine(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } / (norm(a) * norm(b)) }
