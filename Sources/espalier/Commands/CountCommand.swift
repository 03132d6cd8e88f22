import ArgumentParser
import Distributions
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import SpacePlanner

/// `espalier count`: how many networks a space has, and what searching it starts from.
struct CountCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "count",
    abstract: "Count the networks of a space exactly.",
    discussion: """
        espalier count spaces/mini-f.yaml
        espalier count spaces/mini-f.yaml --input 3x32x32 --costs --json

      networks   encodings: assignments of an option to every decision that exists
      logits     parameters of the distribution that a search moves: one categorical over the tuple of each owner's \
      decisions (joint), or one for each decision (factorised)
      entropy    of that distribution where the search starts, all options equally likely
      draws      that FP-NAS makes in its first step: a quarter of the entropy, but at least 2

      Counts in JSON are strings, because they need not fit 64 bits.
      """)

  @OptionGroup var options: CompileOptions

  @Flag(help: "Also the exact least and greatest MACs and parameters over all networks; this takes longer.")
  var costs = false

  @Flag(help: "One JSON object with a fixed order of keys.")
  var json = false

  func run() throws {
    let compiled = try options.compiled()
    let starts = SearchStart.starts(of: compiled.space)
    var ranges: [(measure: CostMeasure, least: Int, greatest: Int)] = []
    for measure in costs ? [CostMeasure.macs, .parameters] : [] {
      let range = try CostModel.model(of: compiled.space, measure).leastAndGreatest
      ranges.append((measure, range.least, range.greatest))
    }
    if json {
      Terminal.standardOutput.write(document(compiled, starts, ranges).document)
    } else {
      Terminal.standardOutput.write(text(compiled, starts, ranges))
    }
  }

  private func text(
    _ compiled: CompiledSpace, _ starts: [SearchStart], _ ranges: [(measure: CostMeasure, least: Int, greatest: Int)]
  ) -> String {
    let space = compiled.space
    let (all, short) = (compiled.encodings.grouped, compiled.encodings.short)
    var table = AlignedTable([.left, .left])
    table.add(["networks", all == short ? all : "\(all) (\(short))"])
    table.add([
      "decisions", space.decisions.isEmpty ? "none: nothing is left to search" : space.decisions.count.grouped,
    ])
    if !space.decisions.isEmpty { add(starts, to: &table) }
    for range in ranges {
      let name = range.measure == .macs ? "MACs" : range.measure.rawValue
      table.add([name, text(from: range.least, to: range.greatest)])
    }
    return "\(options.file): \(compiled.title)\n" + table.text()
  }

  private func add(_ starts: [SearchStart], to table: inout AlignedTable) {
    table.add(["logits", starts.map { "\($0.logits.grouped) \($0.grouping.rawValue)" }.joined(separator: ", ")])
    table.add(["entropy", starts.map { "\($0.entropy.fixed(2)) nats \($0.grouping.rawValue)" }.joined(separator: ", ")])
    table.add(["draws", starts.map { "\($0.draws) \($0.grouping.rawValue)" }.joined(separator: ", ")])
  }

  private func text(from low: Int, to high: Int) -> String {
    low == high
      ? "\(low.grouped) (\(low.short))" : "\(low.grouped) to \(high.grouped) (\(low.short) to \(high.short))"
  }

  private func document(
    _ compiled: CompiledSpace, _ starts: [SearchStart], _ ranges: [(measure: CostMeasure, least: Int, greatest: Int)]
  ) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("version", .integer(1)),
      ("space", .string(compiled.space.name)),
      ("hash", .string(compiled.hash)),
      ("input", .string(compiled.space.input.text)),
      ("classes", .integer(compiled.space.classes)),
      ("encodings", .string(compiled.encodings.description)),
      ("decisions", .integer(compiled.space.decisions.count)),
      ("distributions", .object(starts.map { ($0.grouping.rawValue, $0.json) })),
    ]
    if !ranges.isEmpty {
      members.append(
        (
          "costs",
          .object(
            ranges.map { range in
              let ends: JSONValue = .object([("least", .integer(range.least)), ("greatest", .integer(range.greatest))])
              return (range.measure.rawValue, ends)
            })
        ))
    }
    return .object(members)
  }
}

extension CompiledSpace {
  /// `space 'mini-f', images 1x28x28, 10 classes`.
  var title: String {
    let kind = architecture == nil ? "space" : "architecture"
    return "\(kind) '\(space.name)', images \(space.input.text), \(space.classes) classes"
  }
}
