import Distributions
import SpaceIR
import SpacePlanner
import Testing

/// F4 of `fp-nas.md`: the step from the factorised to the joint form changes nothing but the form.
struct JoiningTests {
  @Test func `the conversion fixture`() throws {
    let space = Space(owners: [[2, 3]])
    let factorised = Distribution(plan: .factorised(for: space), logits: [[0.3, -0.2], [0.1, 0, -0.4]])
    let joint = factorised.joined(for: space, into: try .joint(for: space))
    #expect(distance(joint.logits[0], [-1.394905, -1.494905, -1.894905, -1.894905, -1.994905, -2.394905]) < 1e-6)
    #expect(distance(joint.probabilities[0], [0.247857, 0.224270, 0.150333, 0.150333, 0.136027, 0.091181]) < 1e-6)
    #expect(abs(factorised.entropy - 1.740462) < 1e-6)
    #expect(abs(joint.entropy - 1.740462) < 1e-6)
  }

  @Test(arguments: [Space.Blocks.tied, .free])
  func `probability and entropy of the FBNetV2-F space stay`(blocks: Space.Blocks) throws {
    let space = Space.fbnetV2F(repeating: blocks)
    let factorised = Distribution.random(.factorised(for: space), seed: 7)
    let joint = factorised.joined(for: space, into: try .joint(for: space))
    #expect(abs(joint.entropy - factorised.entropy) < 1e-10)
    var random = SplitRandom(seed: 7, stream: 4)
    for _ in 0..<100 {
      let drawn = factorised.draw(using: &random)
      #expect(abs(joint.logProbability(of: drawn) - factorised.logProbability(of: drawn)) < 1e-10)
    }
    #expect(joint.mode() == factorised.mode())
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `every member of a conditional space keeps its probability`(seed: UInt64) throws {
    let space = Space.random(seed: seed, decisions: 6)
    let factorised = Distribution.random(.factorised(for: space), seed: seed)
    let joint = factorised.joined(for: space, into: try .joint(for: space))
    #expect(abs(joint.entropy - factorised.entropy) < 1e-11)
    for member in space.members {
      #expect(abs(joint.logProbability(of: member) - factorised.logProbability(of: member)) < 1e-11)
    }
  }
}
