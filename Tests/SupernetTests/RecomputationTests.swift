import Distributions
import Engine
import SpaceAnalysis
import SpacePlanner
import Supernet
import TestSupport
import Testing

/// On a CUDA device batch norm is ATen's, and what is computed again rounds otherwise.
@Suite(.enabled(if: TestEngine.device == .cpu))
struct RecomputationTests {
  /// The same kernels on the same numbers: what is computed again has the bits that were not kept.
  @Test func `expansions that are computed again change no gradient and save memory in all`() throws {
    let space = try SizedSpace("mini-f", 1, 28).compiled()
    let supernet = try Supernet(SupernetPlan(for: space), library: try TestEngine.library(), options: EngineOptions())
    try supernet.fill(from: NumberPool(seed: 21))
    try TestBatch(of: space, images: 2, seed: 22).write(to: supernet)
    let sampler = UniformSampler(space, measure: .networks)
    var random = SplitRandom(seed: 2026, stream: 4)
    var kept = 0
    var again = 0
    for _ in 0..<5 {
      let architecture = sampler.draw(using: &random)
      var (arenas, gradients): ([Int], [[[Float]]]) = ([], [])
      for recomputation in [BindingOptions.Recomputation.elementwise, .elementwiseAndExpansions] {
        let program = try supernet.plan.bind(
          architecture, BindingOptions(batch: 2, pass: .forwardAndBackward, recomputation: recomputation))
        _ = try supernet.context.accumulate(
          [EngineJob(program: EngineProgram(program), batch: 0)], weighting: .uniform)
        arenas.append(program.arenaBytes)
        gradients.append(
          try supernet.plan.tensors.indices.map { try supernet.context.read(.gradient, of: $0, as: Float.self) })
      }
      #expect(zip(gradients[0], gradients[1]).allSatisfy { $0.hasBits(of: $1) })
      #expect(!gradients[0].joined().allSatisfy { $0 == 0 })
      kept += arenas[0]
      again += arenas[1]
    }
    #expect(again < kept)
  }
}
