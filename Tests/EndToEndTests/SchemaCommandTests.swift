import Foundation
import TestSupport
import Testing

/// `espalier schema` prints the file of the repository, and `--output` writes it.
struct SchemaCommandTests {
  @Test func `the command prints the schema of the repository`() throws {
    let outcome = try Executable.run("schema")
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    let file = "\(Repository.root)/grammar/space.schema.json"
    #expect(try outcome.output == String(contentsOfFile: file, encoding: .utf8))
  }

  @Test func `the schema is written to a file`() throws {
    try withTemporaryFolder { folder in
      let file = try write("old", to: "space.schema.json", in: folder)
      let outcome = try Executable.run("schema", "--output", file)
      #expect(outcome.status == 0 && outcome.output.isEmpty && outcome.errors.isEmpty)
      let definitions = try object(String(contentsOfFile: file, encoding: .utf8))["definitions"] as? [String: Any]
      #expect(definitions?["space"] != nil && definitions?["op.conv"] != nil)
      #expect(try Executable.run("schema", "--output", "\(folder)/none/schema.json").status == 2)
    }
  }
}
