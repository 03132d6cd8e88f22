import Diagnostics
import SpaceCompiler
import SpaceIR
import Testing

/// Random spaces of the features together: every member is a network that the verifier finds nothing in.
struct RandomFeaturesTests {
  @Test(arguments: 0..<60 as Range<UInt64>)
  func `every member of a random space is a sound network`(seed: UInt64) throws {
    let written = RandomFeatures.space(seed: seed)
    let compilation = compile(written.text)
    try #require(!compilation.hasErrors, "\(written.text)")
    let compiled = try #require(compilation.result)
    try expectSound(compiled.space)
    #expect(Set(compiled.decisionNames).count == compiled.decisionNames.count)
    if compiled.space.isForest, let members = compiled.space.allMembers(atMost: 2000) {
      #expect(compiled.countOfMembers == String(members.count))
    }
  }
}
