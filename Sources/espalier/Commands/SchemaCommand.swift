import ArgumentParser
import SpaceChecker

/// `espalier schema`: the JSON Schema of the language, for editors.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of the files, for editors.",
    discussion: """
        espalier schema > space.schema.json

      An editor with a YAML language server completes keys and shows what they mean in a file whose first line is

        # yaml-language-server: $schema=space.schema.json

      The schema knows the form of a file. What names, types and shapes mean, `espalier validate` knows.
      """)

  func run() {
    Terminal.standardOutput.write(SpaceSchema.text)
  }
}
