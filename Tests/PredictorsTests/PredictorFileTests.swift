import Distributions
import Foundation
import SpaceIR
import TestSupport
import Testing

@testable import Predictors

struct PredictorFileTests {
  private static func fit() throws -> (PredictorFit, SearchedParts) {
    let parts = try FoxNAS.parts("mini-fox")
    var random = SplitRandom(seed: 3, stream: 0)
    let terms = try Formula("main").terms(of: parts)
    let features = Predictor.features(of: terms)
    let values = (0..<60).map { _ in features.map { _ in Double(random.next() % 5) } }
    let targets = values.map { row -> Double in
      let sum = row.indices.reduce(1.0) { $0 + Double($1) * row[$1] }
      return sum + Double(random.next() % 7)
    }
    return (
      try PredictorFit(
        target: "accuracy", unit: "%", space: "mini-fox", note: "made up", terms: terms, values: values,
        targets: targets),
      parts
    )
  }

  @Test func `a predictor is read as it was written`() throws {
    let (fit, parts) = try Self.fit()
    let read = try PredictorFile.predictor(from: Data(PredictorFile(fit.predictor).encoded()))
    #expect(read.terms == fit.predictor.terms && read.coefficients == fit.predictor.coefficients)
    let network = try FoxNAS.network([([2, 3], [3, 5]), ([4, 3], [3, 3]), ([2, 2], [5, 5])], parts)
    let (a, b) = (try BoundPredictor(fit.predictor, of: parts), try BoundPredictor(read, of: parts))
    #expect(a.value(of: network) == b.value(of: network))
    #expect((try #require(a.leverage(of: network)) - #require(b.leverage(of: network))).magnitude < 1e-12)
  }

  @Test func `a fit to equal targets is written and read without a share of their variance`() throws {
    let terms = [Term([]), Term([.depth(stage: "w24")])]
    let fit = try PredictorFit(
      target: "accuracy", unit: "", space: "mini-fox", note: "", terms: terms,
      values: (0..<6).map { [Double($0)] }, targets: [Double](repeating: 70, count: 6))
    let read = try PredictorFile.predictor(from: Data(PredictorFile(fit.predictor).encoded()))
    let found = try #require(read.fit)
    #expect(found.explained == nil && found.rows == 6)
  }

  @Test(arguments: [
    ("", "it is no JSON"), ("[1]", "another type"), ("{}", "is missing"),
    (#"{"espalier": 2, "predictor": "a", "space": "s", "terms": []}"#, "its format is 2"),
    (#"{"espalier": 1, "predictor": "a", "space": "s", "terms": []}"#, "it has no terms"),
    (
      #"{"espalier": 1, "predictor": "a", "space": "s", "terms": [{"term": "x(", "coefficient": 1}]}"#,
      "'x(' is no term"
    ),
    (#"{"espalier": 1, "predictor": "a", "space": "s", "terms": [{"term": "1", "coefficient": "1"}]}"#, "another type"),
    (
      #"{"espalier": 1, "predictor": "a", "space": "s", "terms": [{"term": "1", "coefficient": 1}, "#
        + #"{"term": "1", "coefficient": 2}]}"#, "twice"
    ),
  ])
  func `what is no predictor is told`(text: String, words: String) {
    do {
      _ = try PredictorFile.predictor(from: Data(text.utf8))
      Issue.record("'\(text)' is no predictor")
    } catch {
      #expect(error.reason.contains(words), "\(error.reason)")
    }
  }

  @Test func `rows of decisions and rows of features are the same rows`() throws {
    let parts = try FoxNAS.parts("mini-fox")
    let network = try FoxNAS.network([([2, 3], [3, 5]), ([4, 3, 2], [3, 3, 5]), ([2, 2], [5, 5])], parts)
    let names = parts.space.decisions.map(\.name)
    let cells = parts.space.decisionIDs.map { parts.space.value(of: $0, in: network)?.description ?? "" }
    let terms = try Formula("accuracy").terms(of: parts)
    let features = Predictor.features(of: terms)
    let values = try features.map { try FeatureReader($0, of: parts).value(in: network) }
    let decisions = try RowTable("\(names.joined(separator: ","))\n\(cells.joined(separator: ","))\n")
    let numbers = try RowTable(
      "\(features.map(\.description).joined(separator: ","))\r\n\(values.map(\.description).joined(separator: ","))\r\n"
    )
    #expect(try decisions.values(of: features, in: parts) == [values])
    #expect(try numbers.values(of: features, in: parts) == [values])
    #expect(try decisions.networks(of: parts.space) == [network])
  }

  @Test(arguments: [
    ("", RowError.empty), ("a,b\n", .noRows), ("a,a\n1,2\n", .columnTwice("a")),
    ("a,b\n1,2\n\n3\n", .ragged(line: 4, cells: 1, columns: 2)), ("a,b\n\"1,2\n", .openQuote(line: 2)),
  ])
  func `what is no table is told`(text: String, error: RowError) {
    #expect(throws: error) { try RowTable(text) }
  }

  @Test func `quotes hold commas and quotes`() throws {
    let table = try RowTable("\u{FEFF}name, value\n\"a, \"\"b\"\"\", 2.5 \n")
    #expect(table.columns == ["name", "value"] && table.cells == [["a, \"b\"", "2.5"]])
  }

  @Test func `a row that is no network is told with its place`() throws {
    let parts = try FoxNAS.parts("mini-fox")
    let names = parts.space.decisions.map(\.name)
    let network = try FoxNAS.network([([2, 3], [3, 5]), ([4, 3], [3, 3]), ([2, 2], [5, 5])], parts)
    var cells = parts.space.decisionIDs.map { parts.space.value(of: $0, in: network)?.description ?? "" }
    let place = try #require(names.firstIndex(of: "w24[3].kernel"))
    cells[place] = "3"
    func read() throws -> RowTable {
      try RowTable("\(names.joined(separator: ","))\n\(cells.joined(separator: ","))\n")
    }
    #expect(throws: RowError.notANetwork(row: 1, decision: "w24[3].kernel", exists: false)) {
      try read().networks(of: parts.space)
    }
    cells[place] = ""
    cells[1] = "9"
    #expect(throws: RowError.notAnOption(row: 1, decision: names[1], cell: "9", options: ["3", "5"])) {
      try read().networks(of: parts.space)
    }
  }
}
