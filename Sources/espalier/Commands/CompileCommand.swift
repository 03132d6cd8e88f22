import ArgumentParser
import SpaceCompiler
import SpaceIR
import SpacePlanner

/// `espalier compile`: what the compiler makes of a space.
struct CompileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compile",
    abstract: "Print what the compiler makes of a space: its graph, or the plan of its supernet.",
    discussion: """
        espalier compile spaces/digits.yaml
        espalier compile spaces/digits.yaml --emit plan

      ir     the typed graph in its text form, which reads back to the same graph (grammar/ir.ebnf)
      plan   every shared tensor of the supernet, and the steps with the tensors they use
      json   decisions, layers and the nodes of the graph, for programs
      """)

  /// What is printed.
  enum Product: String, CaseIterable, ExpressibleByArgument {
    case ir
    case plan
    case json
  }

  @OptionGroup var options: CompileOptions

  @Option(help: "Which form.")
  var emit = Product.ir

  @Option(
    name: [.customShort("o"), .customLong("out"), .customLong("output")],
    help: ArgumentHelp(
      "Write to this file instead of standard output; one that is there is replaced.", valueName: "file"),
    completion: .file())
  var output: String?

  func run() throws {
    let compiled = try options.compiled()
    let text = try text(of: compiled)
    guard let output else { return Terminal.standardOutput.write(text) }
    try writeAnswer(Array(text.utf8), to: output)
  }

  private func text(of compiled: CompiledSpace) throws -> String {
    switch emit {
    case .ir: compiled.space.text
    case .plan: try SupernetPlan.plan(of: compiled.space).text
    case .json: compiled.json.document
    }
  }
}
