import ArgumentParser
import Diagnostics
import SpaceAnalysis
import SpaceCompiler
import SpaceIR

/// `espalier count`: how many networks a space has, and what searching it starts from.
struct CountCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "count",
    abstract: "Count the networks of a space exactly.",
    discussion: """
        espalier count spaces/mini-f.yaml
        espalier count spaces/mini-f.yaml --input 3x32x32 --costs --json
        espalier count spaces/nasbench201.yaml --distinct
        espalier count spaces/spos.yaml --where "macs <= 330M" --options --explain
        espalier count spaces/mini-f.yaml --where "s2.channels >= s1.channels" --where "macs <= 1.4M"
        espalier count spaces/spos.yaml --near docs/examples/spos-323m.yaml --where "macs <= 330M"

      networks   encodings: assignments of an option to every decision that exists, which meet the requirements
      in budget  of these, the networks within the space's budgets; a range where costs are too many to tell apart
      terms      networks after merging options that are the same, where these are fewer
      distinct   with --distinct: networks that are different as graphs of operations
      logits     parameters of the distribution that a search moves: one categorical over the tuple of each owner's \
      decisions (joint), or one for each decision (factorised)
      near       with --near: networks by the number of decisions that they decide differently from one
      entropy    of that distribution where the search starts, all options equally likely
      draws      that FP-NAS makes in its first step: a quarter of the entropy, but at least 2

      Counts in JSON are strings, because they need not fit 64 bits.
      """)

  @OptionGroup var query: QueryOptions

  @Flag(help: "Also the exact least and greatest MACs and parameters over all networks; this takes longer.")
  var costs = false

  @Flag(help: "With --costs: also the networks that have the least and the greatest.")
  var members = false

  @Flag(help: "Also the networks that are different as graphs: skips, zeros and unused operations left out, names too.")
  var distinct = false

  @Flag(help: "Also how many networks have each option: which options none has, and which are forced.")
  var options = false

  @Flag(help: "Also the structure that was counted: independent parts, groups that conditions tie together, diagrams.")
  var explain = false

  @Option(
    help: ArgumentHelp(
      "Also how many networks are near this one, an architecture file, by their distance from it.",
      valueName: "architecture"), completion: .file(extensions: ["yaml", "yml"]))
  var near: String?

  @Option(
    help: ArgumentHelp(
      "With '--near': which distances: decisions that both networks have and decide differently. (default: ..3)",
      valueName: "range"), transform: Distances.init(parsing:))
  var distance: Distances?

  @Option(help: .memory, transform: parseMemory)
  var memory = MemoryLimit.usual

  @Flag(help: "One JSON object with a fixed order of keys.")
  var json = false

  func validate() throws {
    guard !members || costs else {
      throw ValidationError("'--members' shows networks of the range that '--costs' finds")
    }
    guard distance == nil || near != nil else {
      throw ValidationError("'--distance' is from a network: add '--near'")
    }
  }

  func run() throws { try query.showingProgress(respond) }

  private func respond() throws {
    let (sources, compiled) = try query.compilation()
    let answer = try CountAnswer(of: compiled, costs: costs, distinct: distinct, memory: memory)
    let table = options ? try OptionTable(of: compiled, memory: memory) : nil
    let neighbours = try near.map { network in
      try NeighbourTable(of: network, in: compiled, query.file, distance ?? .few)
    }
    let explanation = explain ? CountExplanation(of: compiled, answer.budgeted, answer.models) : nil
    if json {
      let more = [
        neighbours.map { ("near", $0.json) }, table.map { ("options", $0.json) },
        explanation.map { ("structure", $0.json) },
      ].compactMap { $0 }
      Terminal.standardOutput.write(answer.json(members: members, more).document)
    } else {
      let text =
        answer.text(members: members) + (neighbours?.text ?? "") + (explanation?.text ?? "") + (table?.text ?? "")
      Terminal.standardOutput.write("\(query.file): " + text)
    }
    guard let macs = answer.ranges.first(where: { $0.measure == .macs })?.range else { return }
    let wrong = compiled.check(leastMACs: macs.least.cost, greatestMACs: macs.greatest.cost)
    let stream = Terminal.standardError
    stream.write(renderText(wrong, sources: sources, colours: stream.showsColours))
    if !wrong.isEmpty { throw ExitStatus.invalid.code }
  }
}

extension CompiledSpace {
  /// `space 'mini-f', images 1x28x28, 10 classes`.
  var title: String {
    let kind = architecture == nil ? "space" : "architecture"
    return "\(kind) '\(space.name)', images \(space.input.text), \(space.classes) classes"
  }
}
