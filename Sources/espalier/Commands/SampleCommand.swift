import ArgumentParser
import BigInt
import Distributions
import SpaceAnalysis
import SpaceCompiler
import SpaceIR

/// `espalier sample`: random architectures of a space.
struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract: "Draw random architectures of a space, of a part of it, or near one; nothing is drawn and thrown away.",
    discussion: """
        espalier sample spaces/mini-f.yaml -n 2
        espalier sample spaces/mini-f.yaml -n 3 --macs 1.2M..1.4M --json
        espalier sample spaces/digits.yaml --measure decisions --seed 7
        espalier sample spaces/digits.yaml -n 3 --distinct --where "macs <= 0.1M"
        espalier sample spaces/nasbench201.yaml --shard 2/8 --json
        espalier sample spaces/spos.yaml --near docs/examples/spos-323m.yaml --distance ..2 --where "macs <= 330M"
        espalier sample spaces/spos.yaml --near docs/examples/spos-323m.yaml --rate 0.1 --where "macs <= 330M"

      Every draw meets the space's requirements, budgets among them. So do networks near another one: its neighbours at \
      a distance (decisions that both have and decide differently), its mutations, where each decision changes with a \
      probability, and the crossings of two parents.

      A draw depends on the seed and its number alone: the first 3 of 10 are the 3 that `-n 3` prints, and the same \
      seed gives the same bytes on every machine.
      """)

  @OptionGroup var query: QueryOptions

  @Option(
    name: [.customShort("n"), .long], parsing: .unconditional,
    help: "How many architectures, at least 1. (default: 1; all with '--from' or '--shard')",
    transform: parseCount)
  var number: Int?

  @Option(
    help: "Uniform over the networks of the space, or over the options of each decision as it comes into being.")
  var measure = DrawMeasure.networks

  @Option(parsing: .unconditional, help: "A number from 0 to 18446744073709551615.")
  var seed: UInt64 = 0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Only networks with so many MACs, uniformly. Write 1.2M..1.4M (both ends count), or ..60M for at most 60M.",
      valueName: "range"),
    transform: parseAmountRange)
  var macs: ClosedRange<Int>?

  @OptionGroup var moves: MoveOptions

  @Option(
    help: ArgumentHelp(
      "Draw by a distribution: a run's folder, its distribution.json, or a JSON object of decisions with the weights of "
        + "their options. Conditions hold: the draws are those of the distribution that meet them.",
      valueName: "file"), completion: .file())
  var weights: String?

  @Flag(help: "No network twice; uniform, and still nothing is thrown away.")
  var distinct = false

  @Option(
    help: "No draws: the networks in the order of their numbers, from this one on.", transform: parseIndex)
  var from: BigUInt?

  @Option(
    help: ArgumentHelp(
      "No draws: one of n equal parts of all networks in the order of their numbers, 1/8 to 8/8 for eight.",
      valueName: "i/n"), transform: Shard.init(text:))
  var shard: Shard?

  @Flag(help: "One JSON object a line.")
  var json = false

  func validate() throws {
    try moves.validate()
    guard (moves.isAsked ? 1 : 0) + (weights == nil ? 0 : 1) + (measure == .networks ? 0 : 1) <= 1 else {
      throw ValidationError("'--near', '--cross', '--weights' and '--measure decisions' each say how to draw: use one")
    }
    guard !isNumbered || measure == .networks && weights == nil && moves.rate == nil else {
      throw ValidationError(
        "'--distinct', '--from' and '--shard' take networks by their numbers, each as likely as any other; "
          + "leave out '--measure', '--weights' and '--rate'")
    }
    guard !distinct || from == nil && shard == nil else {
      throw ValidationError("'--from' and '--shard' list networks and draw none; leave out '--distinct'")
    }
  }

  private var isNumbered: Bool { distinct || from != nil || shard != nil }

  func run() throws { try query.showingProgress(respond) }

  private func respond() throws {
    let compiled = try query.compiled()
    let budgets = macs.map { [Budget(.macs, least: $0.lowerBound, greatest: $0.upperBound)] } ?? []
    let members = try MemberSet.members(of: compiled, budgets: budgets)
    if !(budgets + compiled.space.budgets).isEmpty {
      Terminal.standardError.line("drawing from \(members.size(named: budgets.isEmpty ? "budget" : "band"))")
    }
    var networks = try selection(from: members, of: compiled)
    var pending = ""
    var isFirst = true
    while let (label, network) = try networks.next() {
      let text = try NetworkText(of: network, in: compiled.space)
      pending += json ? text.json(index: label.json) : (isFirst ? "" : "\n") + text.text(label: label.text)
      isFirst = false
      if pending.utf8.count >= 1 << 15 {
        Terminal.standardOutput.write(pending)
        pending = ""
      }
    }
    Terminal.standardOutput.write(pending)
  }

  /// As many from there on as `-n` says.
  private func end(of all: Range<BigUInt>, from first: BigUInt) -> Range<BigUInt> {
    first..<(number.map { min(all.upperBound, first + BigUInt($0)) } ?? all.upperBound)
  }

  /// What the options ask for, in order.
  private func selection(from members: MemberSet, of compiled: CompiledSpace) throws -> NetworkSelection {
    let space = compiled.space
    if let weights {
      let weights = try NetworkWeights.weights(at: weights, of: space)
      let networks = try telling(in: space) { () throws(MoveError) in
        try WeightedNetworks(space, members, weights: weights)
      }
      return drawn(from: members) { networks.draw(using: &$0) }
    }
    if measure == .decisions {
      let networks = try telling(in: space) { () throws(MoveError) in try members.decided(in: space) }
      return drawn(from: members) { networks.draw(using: &$0) }
    }
    if moves.isAsked {
      if let mutations = try moves.mutations(in: members, of: compiled, query.file) {
        return drawn(from: members) { mutations.draw(using: &$0) }
      }
      let reached = try moves.reached(in: members, of: compiled, query.file)
      Terminal.standardError.line("drawing from \(NetworkCount(reached.count).grouped) networks in reach")
      return try numbered(reached, named: space.name) { reached.draw(using: &$0) }
    }
    return try numbered(members, named: space.name) { members.draw(using: &$0) }
  }

  private func drawn(
    from networks: any NumberedNetworks, _ draw: @escaping (inout SplitRandom) -> Architecture
  ) -> NetworkSelection {
    NetworkSelection(networks, .drawn(number ?? 1, seed: seed, draw))
  }

  /// By numbers where that is asked, else drawn.
  private func numbered(
    _ networks: any NumberedNetworks, named name: String, _ draw: @escaping (inout SplitRandom) -> Architecture
  ) throws -> NetworkSelection {
    if shard != nil || from != nil {
      let all = shard?.range(of: networks.count) ?? 0..<networks.count
      let first = all.lowerBound + (from ?? 0)
      if from == nil { return NetworkSelection(networks, .listed(end(of: all, from: first))) }
      guard first < all.upperBound else {
        let size = NetworkCount(all.upperBound - all.lowerBound).grouped
        throw CommandFailure(
          "there are \(size) networks\(shard == nil ? "" : " in the shard"), numbered from 0: '--from' is behind them")
      }
      return NetworkSelection(networks, .listed(end(of: all, from: first)))
    }
    guard distinct else { return drawn(from: networks, draw) }
    let number = number ?? 1
    guard number <= networks.count else {
      throw CommandFailure(
        "'\(name)' has \(NetworkCount(networks.count).grouped) such networks, so \(number.grouped) cannot be distinct")
    }
    return NetworkSelection(networks, .distinct(number, seed: seed))
  }
}

/// - Throws: `ValidationError` unless the text is a whole number of at least 1.
func parseCount(_ text: String) throws -> Int {
  guard let count = Int(text), count >= 1 else {
    throw ValidationError("'\(text)' is not a whole number of at least 1")
  }
  return count
}

extension DrawMeasure: ExpressibleByArgument {}

extension Value {
  /// As an architecture file writes it, exact: `0.75`, and `"4/3"` where there is no decimal form.
  var json: JSONValue {
    switch self {
    case .integer(let value): .integer(value)
    case .rational(let value):
      value.description.contains("/") ? .string(value.description) : .decimal(value.description)
    case .word(let value): .string(value)
    case .boolean(let value): .boolean(value)
    }
  }
}
