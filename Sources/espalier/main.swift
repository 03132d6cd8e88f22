import Datasets
import Diagnostics
import Distributions
import Engine
import Search
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import Supernet

let compilation = compileSpace(at: CommandLine.arguments[1])
let space = compilation.result!.space
let library = try EngineLibrary.load(path: "/tmp/eng/libespalier-engine.so")
let splits = try DatasetSource(parsing: CommandLine.arguments[2]).load()
let epochs = Int(CommandLine.arguments[3])!
let target = Int(CommandLine.arguments[4])!
let h0 = Distribution(uniform: .joint(for: space)).entropy
let recipe = SearchMethod.fpNAS.recipe(epochs: epochs, targetMACs: target, initialEntropy: h0)
var g = SplitRandom(seed: 1, stream: 2)
print(CostEstimate(.macs, of: space, draws: 500, over: .networks, using: &g).median)
var search = try ProbabilisticSearch(space, splits: splits, recipe: recipe, seed: 1, library: library, threads: 2)
let clock = ContinuousClock()
let start = clock.now
while !search.isFinished {
  let r = try search.advance()
  if r.step % 10 == 0 { print(r.step, r.epoch, r.entropy, r.draws.count, r.draws.map(\.macs), r.draws.map { Int($0.trainingLoss * 100) }, clock.now - start) }
}
print(search.mode, try cost(of: search.mode, in: space), search.samples)
print(try search.memory())
