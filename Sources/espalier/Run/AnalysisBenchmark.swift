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
        espalier benchmark analysis --peers ../shared/peers/dsl --python .build/peers/bin/python --out docs/benchmarks.md

      The space is that of the peers' scripts: kernel, expansion, squeeze-excite and activation of each layer, a width for \
      each of six stages, layers that may be skipped; multiply-adds of the searched convolutions. One thread. Times are \
      medians, with the smallest and the largest in brackets. The growth is that of work counters, which are the same on \
      every machine. Peers are run in turn with ours, one process at a time; the folder's run.sh says what they need.
      """)

  @Option(help: "How often each is done.", transform: parseCount)
  var runs = 5

  @Option(help: "Networks drawn at each budget.", transform: parseCount)
  var draws = 100_000

  @OptionGroup var peers: PeerOptions

  @OptionGroup var output: BenchmarkOutput

  func run() throws {
    let scripts = try peers.scripts()
    let head = "\(processorName()), \(availableProcessors()) cores; one thread, \(runs) runs each\n"
    var parts = try [head, counts(), drawing(), growth()]
    if !scripts.isEmpty { parts.append(try comparison(scripts)) }
    try output.write(
      parts.joined(separator: "\n"), command: "analysis", title: "Counts and draws under constraints")
  }

  // MARK: Counts

  private func counts() throws -> String {
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
    let memory = "peak memory \((before / 1_000_000).grouped) MB before the last, "
    return table.text() + memory + "\((peakMemory() / 1_000_000).grouped) MB after it\n"
  }

  // MARK: Draws

  private func drawing() throws -> String {
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
      // By the conditions and the costs themselves, not by the structure that drew them.
      let bounded = try compiled(AnalysisChain(isTied: true, budget: budget))
      let isValid = networks.prefix(1000).allSatisfy {
        bounded.contains($0) && bounded.brokenRequirement(by: $0) == nil
      }
      let checked = networks.prefix(10_000)
      var found = 0
      let checks = timed { for network in checked where members.contains(network) { found += 1 } }
      let microseconds = checks.median * 1000 / Double(checked.count)
      table.add([
        "at most \(budget.short)", NetworkCount(all / members.count).grouped, Spread(rates).text(digits: 0),
        isValid && found == runs * checked.count ? "yes" : "no", microseconds.fixed(2),
      ])
    }
    return table.text()
  }

  // MARK: Peers

  /// Ours and every script once in each round.
  private func comparison(_ scripts: [String]) throws -> String {
    var own = PeerRow("espalier")
    var others: [(script: String, row: PeerRow?)] = scripts.map { ($0, nil) }
    for round in 1...peers.rounds {
      try measure(&own)
      for (position, script) in scripts.enumerated() {
        Terminal.standardError.line("round \(round) of \(peers.rounds): \(script)")
        guard let report = try PeerReport.running(script, python: peers.python ?? "") else { continue }
        var row = others[position].row ?? PeerRow("\(report.tool) \(report.version)")
        row.add(report)
        others[position].row = row
      }
    }
    var table = AlignedTable([.left, .right, .left, .right, .right, .right, .right, .right])
    table.add(PeerRow.head)
    for row in [own] + others.compactMap(\.row) { table.add(row.cells) }
    let absent = others.filter { $0.row == nil }.map { $0.script.split(separator: "/").last.map(String.init) ?? "" }
    let missing =
      absent.isEmpty ? "" : "not run, because the Python has not what they need: \(absent.joined(separator: ", "))\n"
    return "in turn, \(counted(peers.rounds, "round")); both: widths never shrink, multiply-adds at most 100 M\n"
      + table.text() + missing
  }

  private func measure(_ row: inout PeerRow) throws {
    let plain = try compiled(AnalysisChain())
    let bounded = try compiled(AnalysisChain(isTied: true, budget: 100_000_000))
    let (all, members) = (try MemberSet(plain), try MemberSet(bounded))
    var generator = SplitRandom(seed: 1, stream: 2, 4)
    var networks: [Architecture] = []
    let valid = elapsed { for _ in 0..<draws { networks.append(members.draw(using: &generator)) } }
    let free = elapsed { for _ in 0..<draws { _ = all.draw(using: &generator) } }
    let checked = networks.prefix(10_000)
    var found = 0
    let checks = elapsed { for network in checked where members.contains(network) { found += 1 } }
    guard found == checked.count else { throw CommandFailure("a draw is no member", status: .couldNotRun) }
    row.addExact(
      counts: elapsed { _ = try? MemberDiagram(plain) } * 1e6, bounded: elapsed { _ = try? BudgetedMembers(bounded) },
      draws: Double(draws) / free, valid: Double(draws) / valid, checks: checks * 1e6 / Double(checked.count),
      memory: Double(peakMemory()) / 1e6)
  }

  // MARK: Growth

  private func growth() throws -> String {
    var table = AlignedTable([.right, .right, .right, .right, .right])
    table.add(["layers", "states", "edges", "steps of building", "build and count, ms"])
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
      if let last { exponents.append(binaryLogarithm(Double(model.edgeCount) / last)) }
      last = Double(model.edgeCount)
      table.add([layers.grouped, model.stateCount.grouped, model.edgeCount.grouped, model.steps.grouped, times.text])
    }
    let powers = exponents.map { $0.fixed(2) }.joined(separator: ", ")
    return table.text() + "edges grow with the power \(powers) of the layers, doubling by doubling\n"
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
