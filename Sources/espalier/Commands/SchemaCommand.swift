import ArgumentParser
import SpaceChecker

/// `espalier schema`: the JSON Schema of the language, for editors.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of the files, for editors.",
    discussion: """
        espalier schema

      An editor with a YAML language server completes keys and shows what they mean in a file whose first line is

        # yaml-language-server: $schema=space.schema.json

      The schema knows the form of a file. What names, types and shapes mean, `espalier validate` knows.
      """)

  @Option(
    name: [.customShort("o"), .customLong("out"), .customLong("output")],
    help: ArgumentHelp(
      "Write to this file instead of standard output; one that is there is replaced.", valueName: "file"),
    completion: .file())
  var output: String?

  func run() throws {
    guard let output else { return Terminal.standardOutput.write(SpaceSchema.text) }
    try writeAnswer(Array(SpaceSchema.text.utf8), to: output)
  }
}
