import ArgumentParser
import Distributions
import SpaceAnalysis
import SpaceCompiler
import SpaceIR

/// `espalier sample`: random architectures of a space.
struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract: "Draw random architectures of a space, also inside a band of MACs; nothing is drawn and thrown away.",
    discussion: """
        espalier sample spaces/mini-f.yaml -n 2
        espalier sample spaces/mini-f.yaml -n 3 --macs 1.2M..1.4M --json
        espalier sample spaces/digits.yaml --measure decisions --seed 7

      Every draw meets the space's requirements, budgets among them.
      A draw depends on the seed and its number alone: the first 3 of 10 are the 3 that `-n 3` prints, and the same \
      seed gives the same bytes on every machine.
      """)

  @OptionGroup var options: QueryOptions

  @Option(
    name: [.customShort("n"), .long], parsing: .unconditional, help: "How many architectures, at least 1. (default: 1)",
    transform: parseCount)
  var number = 1

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

  @Flag(help: "One JSON object a line.")
  var json = false

  func validate() throws {
    guard macs == nil || measure == .networks else {
      throw ValidationError("'--macs' draws uniformly over the networks of the band; leave out '--measure decisions'")
    }
  }

  func run() throws {
    let compiled = try options.compiled()
    let space = compiled.space
    let draw = try drawing(from: compiled)
    var pending = ""
    for index in 0..<number {
      var generator = SplitRandom(seed: seed, stream: Self.stream, UInt64(index))
      pending += try text(of: draw(&generator), index, in: space)
      if pending.utf8.count >= 1 << 15 {
        Terminal.standardOutput.write(pending)
        pending = ""
      }
    }
    Terminal.standardOutput.write(pending)
  }

  /// Keeps these draws apart from those that a search makes with the same seed.
  private static let stream: UInt64 = 0x5341_4D50

  private func drawing(from compiled: CompiledSpace) throws -> (inout SplitRandom) -> Architecture {
    let space = compiled.space
    let budgets = macs.map { [Budget(.macs, least: $0.lowerBound, greatest: $0.upperBound)] } ?? []
    guard !(budgets + space.budgets).isEmpty else {
      let members = try MemberDiagram.members(of: compiled)
      return { members.draw(measure, using: &$0) }
    }
    guard measure == .networks else {
      throw CommandFailure("'\(space.name)' has budgets, which a draw over decisions cannot keep")
    }
    do throws(BudgetError) {
      let members = try BudgetedMembers(space, budgets: budgets + space.budgets)
      Terminal.standardError.line("drawing from \(members.size(named: space.budgets.isEmpty ? "band" : "budget"))")
      return { members.draw(using: &$0) }
    } catch {
      throw CommandFailure(error, in: space)
    }
  }

  private func text(of architecture: Architecture, _ index: Int, in space: Space) throws -> String {
    let cost: NetworkCost
    do throws(CostError) {
      cost = try SpaceAnalysis.cost(of: architecture, in: space)
    } catch {
      throw CommandFailure(error, in: space)
    }
    let decided = space.choices(of: architecture)
    guard json else {
      let rest = space.decisions.isEmpty ? ", no decisions" : ""
      let head = "# \(index): \(cost.macs.grouped) MACs, \(cost.parameters.grouped) parameters\(rest)\n"
      return (index == 0 ? "" : "\n") + head + decided.map { "\($0.name): \($0.value)\n" }.joined()
    }
    let object = JSONValue.object([
      ("index", .integer(index)), ("macs", .integer(cost.macs)), ("parameters", .integer(cost.parameters)),
      ("decisions", .object(decided.map { ($0.name, $0.value.json) })),
    ])
    return object.compact + "\n"
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

extension BudgetedMembers {
  /// How many networks the draws come from: every one of the band, or as many as certainly are inside.
  fileprivate func size(named name: String) -> String {
    isExact
      ? "\(countLower.grouped) networks, all in the \(name)"
      : "\(countLower.grouped) networks in the \(name), which has at most \(countUpper.grouped)"
  }
}

extension Value {
  /// Fractions are strings, exact: `"0.75"`, `"4/3"`.
  var json: JSONValue {
    switch self {
    case .integer(let value): .integer(value)
    case .rational(let value): .string(value.description)
    case .word(let value): .string(value)
    case .boolean(let value): .boolean(value)
    }
  }
}
