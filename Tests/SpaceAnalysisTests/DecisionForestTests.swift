import BigInt
import SpaceIR
import Testing

@testable import SpaceAnalysis

@Suite struct DecisionForestTests {
  @Test(arguments: 0..<60 as Range<UInt64>)
  func `the count is the number of members`(seed: UInt64) {
    let space = SmallSpace.random(seed: seed)
    let members = enumerate(space)
    #expect(members.allSatisfy(space.contains))
    #expect(DecisionForest(space).encodings.value == BigUInt(members.count))
  }

  @Test func `the literal counts of the published tables`() {
    let f = DecisionForest(MobileSpaces.fbnetV2F(splits: [0, 1], sharing: .perGroup)).encodings
    let fine = DecisionForest(MobileSpaces.fbnetV2F(splits: [0, 1], sharing: .perBlock)).encodings
    let plus = DecisionForest(MobileSpaces.fbnetV2F(splits: [0, 1, 2, 4], sharing: .perGroup)).encodings
    let plusFine = DecisionForest(MobileSpaces.fbnetV2F(splits: [0, 1, 2, 4], sharing: .perBlock)).encodings
    #expect([f, fine, plus, plusFine].map(\.short) == ["2.70e24", "5.84e42", "2.76e27", "7.66e47"])
    #expect(
      [f, fine, plus, plusFine].map { ($0.naturalLogarithm! * 1000).rounded() } == [56254, 98473, 63185, 110257])
  }

  @Test func `thousands of nested decisions need no deep stack`() {
    let depth = 20_000
    let decisions = (0..<depth).map { index in
      Decision(
        name: "d\(index)", parameter: "d", owner: "d\(index)", options: [.integer(0), .integer(1)],
        existence: index == 0 ? nil : Existence(parent: DecisionID(index: index - 1), options: [1]))
    }
    var space = NetworkBuilder(input: ImageShape(channels: 1, height: 1, width: 1)).space(classes: 1)
    space.decisions = decisions
    #expect(DecisionForest(space).encodings.value == BigUInt(depth + 1))
  }

  @Test func `counts are written in groups and in powers of ten`() {
    #expect(NetworkCount(0).grouped == "0")
    #expect(NetworkCount(999).grouped == "999")
    #expect(NetworkCount(1000).grouped == "1,000")
    #expect(NetworkCount(2_696_052).grouped == "2,696,052")
    #expect(NetworkCount(999_999).short == "999,999")
    #expect(NetworkCount(2_695_000).short == "2.70e6")
    #expect(NetworkCount(9_995_000).short == "1.00e7")
    #expect(NetworkCount(1_099_511_627_776).short == "1.10e12")
    #expect(NetworkCount(0).log10 == nil)
    #expect(abs(NetworkCount(BigUInt(10).power(50)).log10! - 50) < 1e-12)
  }
}
