import Testing

/// Runs that are killed. Two hundred kills are `espalier benchmark kills --kills 200`; its result is in docs/benchmarks.md.
struct KillTests {
  @Test func `a run that is killed at any moment comes to the same bytes`() throws {
    try withTemporaryFolder { folder in
      let outcome = try Executable.run(
        "benchmark", "kills", "--kills", "5", "--epochs", "2", "--runs", "\(folder)/runs")
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("files that differ"), "\(outcome.output)")
      print(outcome.output)
    }
  }
}
