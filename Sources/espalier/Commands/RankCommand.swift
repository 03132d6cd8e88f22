import ArgumentParser
import SpaceAnalysis
import SpaceCompiler
import SpaceIR

/// `espalier rank`: the number of a network in its space.
struct RankCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rank",
    abstract: "The number of a network among those of a space.",
    discussion: """
        espalier rank spaces/spos.yaml docs/examples/spos-323m.yaml
        espalier rank spaces/pi-nas.yaml docs/examples/pi-nas-cls.yaml --json

      Networks are numbered from 0, without gaps, the same on every machine. A number belongs to the space and the \
      conditions: `espalier unrank` with the same ones gives the network back.
      """)

  @OptionGroup var query: QueryOptions

  @Argument(help: "A network of the space, an architecture file.", completion: .file(extensions: ["yaml", "yml"]))
  var architecture: String

  @Flag(help: "One JSON object.")
  var json = false

  func run() throws { try query.showingProgress(respond) }

  private func respond() throws {
    let compiled = try query.compiled()
    let choices = try network(at: architecture, of: compiled, query.file)
    let members = try MemberSet.numbered(in: compiled)
    guard let index = members.index(of: choices) else {
      throw CommandFailure(reason(choices, in: compiled.space))
    }
    guard json else { return Terminal.standardOutput.line(NetworkCount(index).grouped) }
    let answer = JSONValue.object([
      ("version", .integer(1)), ("space", .string(compiled.space.name)), ("hash", .string(compiled.hash)),
      ("where", .array(query.conditions.map(JSONValue.string))), ("index", .string(index.description)),
      ("networks", .string(members.count.description)),
    ])
    Terminal.standardOutput.write(answer.document)
  }

  private func reason(_ choices: Architecture, in space: Space) -> String {
    guard let broken = space.brokenRequirement(by: choices) else {
      return "'\(architecture)' cannot be told from networks outside the budgets: costs are counted in steps"
    }
    return "'\(architecture)' is not among the networks: it does not meet '\(space.requirements[broken].text)'"
  }
}
