import ArgumentParser
import Distributions
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import SpacePlanner

/// `espalier benchmark bind`: how long it takes to plan a supernet, and to bind one of its architectures.
struct BindBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bind",
    abstract: "Time planning supernets and binding their architectures.",
    discussion: """
        espalier benchmark bind spaces/*.yaml

      Planning is from the compiled space to its supernet plan; binding is from an architecture, drawn uniformly, to its \
      kernel program with forward and backward pass and every buffer placed. One thread; medians, with the smallest and \
      the largest in brackets.
      """)

  @Argument(help: "The spaces.", completion: .file(extensions: ["yaml", "yml"]))
  var files = [
    "spaces/fbnetv2-f-fine.yaml", "spaces/fp-nas-f++.yaml", "spaces/ofa-mobilenetv3.yaml", "spaces/darts.yaml",
  ]

  @Option(help: "How often each space is planned.", transform: parseCount)
  var runs = 5

  @Option(help: "Architectures that are bound.", transform: parseCount)
  var draws = 200

  @OptionGroup var output: BenchmarkOutput

  func run() throws {
    var table = AlignedTable([.left, .right, .right, .right, .right, .right])
    table.add(["space", "tensors", "kernels", "plan, ms", "bind, ms", "forward alone, ms"])
    for file in files {
      let space = try compileOrExplain(file, input: nil).space
      let plan = try SupernetPlan(for: space)
      let planning = try (0..<runs).map { _ in
        let clock = ContinuousClock()
        let start = clock.now
        _ = try SupernetPlan(for: space)
        return (clock.now - start).inSeconds * 1000
      }
      let members = try MemberSet(space)
      var random = SplitRandom(seed: 1, stream: 2, 3)
      let drawn = (0..<draws).map { _ in members.draw(using: &random) }
      let both = try binding(drawn, plan, .forwardAndBackward)
      let forward = try binding(drawn, plan, .forward)
      table.add([
        space.name, "\(plan.tensors.count)", "\(both.kernels)", Spread(planning).text(digits: 1),
        Spread(both.times).text(digits: 3), Spread(forward.times).text(digits: 3),
      ])
    }
    let head = "\(processorName()), \(availableProcessors()) cores; one thread, \(draws) architectures\n"
    try output.write(head + table.text(), command: "bind", title: "Planning, and binding an architecture")
  }

  /// Milliseconds for each architecture, and the most kernels of one.
  private func binding(
    _ drawn: [Architecture], _ plan: SupernetPlan, _ pass: BindingOptions.Pass
  ) throws -> (times: [Double], kernels: Int) {
    var times: [Double] = []
    var kernels = 0
    for architecture in drawn {
      let clock = ContinuousClock()
      let start = clock.now
      let program = try plan.bind(architecture, BindingOptions(batch: 64, pass: pass))
      times.append((clock.now - start).inSeconds * 1000)
      kernels = max(kernels, program.instructions.count)
    }
    return (times, kernels)
  }
}
