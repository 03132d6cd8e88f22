import ArgumentParser
import BigInt
import Diagnostics
import Distributions
import SpaceAnalysis
import SpaceChecker
import SpaceCompiler
import SpaceIR

/// `espalier benchmark analysis`: counts and draws under constraints on the chain of 22 layers that peers are measured on.
struct AnalysisBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analysis",
    abstract: "Count, draw and check networks of a chain of 22 layers under widths that never shrink and a budget.",
    discussion: """
        espalier benchmark analysis

      The space is that of the peers' scripts: kernel, expansion, squeeze-excite and activation of each layer, a width for \
      each of six stages, layers that may be skipped; multiply-adds of the searched convolutions. One thread. Times are \
      medians, with the smallest and the largest in brackets. The growth is that of work counters, which are the same on \
      every machine.
      """)

  @Option(help: "How often each is done.", transform: parseCount)
  var runs = 5

  @Option(help: "Networks drawn at each budget.", transform: parseCount)
  var draws = 100_000

  func run() throws {
    let out = Terminal.standardOutput
    out.line("\(processorName()), \(availableProcessors()) cores; one thread, \(runs) runs each")
    out.line("")
    try counts(out)
    out.line("")
    try drawing(out)
    out.line("")
    try growth(out)
  }

  // MARK: Counts

  private func counts(_ out: Terminal) throws {
    var table = AlignedTable([.left, .right, .right])
    table.add(["count", "networks", "ms"])
    let plain = try compiled(AnalysisChain())
    let plainTimes = timed { _ = try? MemberDiagram(plain) }
    table.add(["of the structure", NetworkCount(try MemberSet(plain).count).grouped, plainTimes.text])
    let tied = try compiled(AnalysisChain(isTied: true))
    let tiedTimes = timed { _ = try? MemberDiagram(tied) }
    table.add(["where widths never shrink", NetworkCount(try MemberSet(tied).count).grouped, tiedTimes.text])
    let bounded = try compiled(AnalysisChain(isTied: true, budget: 100_000_000))
    let before = peakMemory()
    let boundedTimes = timed { _ = try? BudgetedMembers(bounded) }
    let members = try MemberSet(bounded)
    let text =
      members.isExact
      ? NetworkCount(members.count).grouped
      : "\(NetworkCount(members.count).grouped) to \(NetworkCount(members.countUpper).grouped)"
    table.add(["and multiply-adds are at most 100 M", text, boundedTimes.text])
    out.write(table.text())
    out.line(
      "peak memory \((before / 1_000_000).grouped) MB before the last, \((peakMemory() / 1_000_000).grouped) MB after it"
    )
  }

  // MARK: Draws

  private func drawing(_ out: Terminal) throws {
    var table = AlignedTable([.left, .right, .right, .right, .right])
    table.add(["draws under the same", "one network in", "draws a second", "all valid", "check of one, us"])
    let space = try compiled(AnalysisChain(isTied: true))
    let all = try MemberSet(space).count
    for budget in [100_000_000, 62_000_000, 36_000_000] {
      let members = try MemberSet(try compiled(AnalysisChain(isTied: true, budget: budget)))
      var generator = SplitRandom(seed: 1, stream: 2, 3)
      var networks: [Architecture] = []
      var rates: [Double] = []
      for _ in 0..<runs {
        networks.removeAll(keepingCapacity: true)
        let seconds = elapsed { for _ in 0..<draws { networks.append(members.draw(using: &generator)) } }
        rates.append(Double(draws) / seconds)
      }
      let checked = networks.prefix(10_000)
      var valid = 0
      let check = elapsed { for network in checked where members.contains(network) { valid += 1 } }
      table.add([
        "at most \(budget.short)", NetworkCount(all / members.count).grouped, Spread(rates).text(digits: 0),
        valid == checked.count ? "yes" : "no", (check / Double(checked.count) * 1e6).fixed(2),
      ])
    }
    out.write(table.text())
  }

  // MARK: Growth

  private func growth(_ out: Terminal) throws {
    var table = AlignedTable([.right, .right, .right, .right, .right])
    table.add(["layers", "states", "edges", "bins x edges", "build and count, ms"])
    var last: Double?
    var exponents: [Double] = []
    for layers in [10, 20, 40, 80] {
      let space = try compiled(AnalysisGrowth(layers: layers))
      var model: CostModel?
      let times = timed {
        model = try? CostModel(space, measure: .macs)
        _ = try? BudgetedMembers(space)
      }
      guard let model else { throw CommandFailure("the chain has no diagram", status: .couldNotRun) }
      let work = model.edgeCount * 8192
      if let last { exponents.append(binaryLogarithm(Double(model.edgeCount) / last)) }
      last = Double(model.edgeCount)
      table.add([layers.grouped, model.stateCount.grouped, model.edgeCount.grouped, work.grouped, times.text])
    }
    out.write(table.text())
    out.line(
      "edges grow with the power \(exponents.map { $0.fixed(2) }.joined(separator: ", ")) of the layers, doubling by doubling"
    )
  }

  // MARK: Times

  private func compiled(_ chain: some BenchmarkChain) throws -> Space {
    let compilation = compileSpace(at: "chain.yaml", reader: MemoryReader(text: chain.text))
    guard let space = compilation.result?.space else {
      throw CommandFailure(
        "the space of the benchmark does not compile: \(compilation.text(colours: false))", status: .couldNotRun)
    }
    return space
  }

  private func elapsed(_ work: () -> Void) -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    work()
    return (clock.now - start).inSeconds
  }

  private func timed(_ work: () -> Void) -> Spread { Spread((0..<runs).map { _ in elapsed(work) * 1000 }) }
}
