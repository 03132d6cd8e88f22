import Testing

@testable import espalier

struct SearchWordsTests {
  @Test func `one network is one`() {
    #expect(SearchWords.training(1) == "training 1 network from scratch")
    #expect(SearchWords.training(4) == "training 4 networks from scratch")
    #expect(SearchWords.mostProbable(rank: 0) == "the most probable network")
    #expect(SearchWords.mostProbable(rank: 1).hasSuffix("; 1 more probable one is above it"))
    #expect(SearchWords.mostProbable(rank: 2).hasSuffix("; 2 more probable ones are above it"))
  }
}
