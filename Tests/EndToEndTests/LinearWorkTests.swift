import Testing

/// What `espalier benchmark validate` prints, for shorter chains.
struct LinearWorkTests {
  @Test func `the work of validating grows linearly with the layers`() throws {
    let outcome = try Executable.run("benchmark", "validate", "--layers", "60", "--runs", "1")
    #expect(outcome.status == 0)
    let rows = outcome.output.split(separator: "\n").dropFirst(2).map { line in
      line.split(separator: " ").dropFirst(2).dropLast().compactMap { Int($0.replacing(",", with: "")) }
    }
    #expect(rows.count == 12 && rows.allSatisfy { $0.count == 4 }, "\(outcome.output)")
    for chain in stride(from: 0, to: rows.count, by: 3) {
      for column in 0..<4 {
        let (once, twice, fourTimes) = (rows[chain][column], rows[chain + 1][column], rows[chain + 2][column])
        // What the ends of a chain take is the same for all lengths, so a straight line is what is asked for.
        #expect(fourTimes - twice == 2 * (twice - once), "\(outcome.output)")
      }
    }
  }
}
