import SpaceIR
import TestSupport
import Testing

@testable import Predictors

struct FeatureTests {
  /// fox-nas.md, section 3: the second and the fourth of the published rows, with blocks whose means are theirs.
  @Test func `features are those of the published rows`() throws {
    let parts = try FoxNAS.parts()
    let second = try FoxNAS.network(
      [
        ([6, 3, 4], [3, 3, 5]), ([6, 3, 6], [3, 5, 7]), ([4, 2], [3, 7]), ([6, 2, 6], [7, 3, 7]), ([2, 3], [7, 5]),
      ], parts)
    let expected: [(String, [Double])] = [
      ("tot", [3, 3, 2, 3, 2]), ("avg_e", [3.5, 4.5, 2, 4, 3]), ("avg_k", [4, 6, 7, 5, 5]), ("eF", [6, 6, 4, 6, 2]),
      ("kF", [3, 3, 3, 7, 7]), ("tot_e", [7, 9, 2, 8, 3]),
    ]
    for (name, values) in expected {
      for (stage, value) in zip(parts.stages, values) {
        let feature = feature(name, stage.name)
        #expect(try FeatureReader(feature, of: parts).value(in: second) == value, "\(feature)")
      }
    }
  }

  private func feature(_ name: String, _ stage: String) -> Feature {
    switch name {
    case "tot": .depth(stage: stage)
    case "avg_e": .mean(stage: stage, .init("expansion"))
    case "avg_k": .mean(stage: stage, .init("kernel"))
    case "eF": .first(stage: stage, .init("expansion"))
    case "kF": .first(stage: stage, .init("kernel"))
    default: .sum(stage: stage, .init("expansion"))
    }
  }

  @Test(arguments: [("accuracy", 41), ("latency", 36), ("main", 26), ("depths", 6)])
  func `the formulas have as many terms as published`(name: String, count: Int) throws {
    let terms = try Formula(name).terms(of: FoxNAS.parts())
    #expect(terms.count == count)
    if name == "accuracy" || name == "latency" {
      #expect(try FoxNAS.published(name).terms.map(\.description) == terms.map(\.description))
    }
  }

  @Test(arguments: [("accuracy", 25), ("latency", 22)])
  func `the mini space has the terms of its three stages`(name: String, count: Int) throws {
    #expect(try Formula(name).terms(of: FoxNAS.parts("mini-fox")).count == count)
  }

  @Test func `options that are words are told one by one, lone decisions too`() throws {
    let parts = try FoxNAS.parts("spos")
    let terms = try Formula("first(*) + value(*)").terms(of: parts)
    #expect(terms.contains { $0.description == "first(s1.candidate=choice_5)" })
    #expect(!terms.contains { $0.description == "first(s1.candidate=choice_3)" })
    let cells = try Formula("main").terms(of: FoxNAS.parts("nasbench201"))
    #expect(cells.count == 1 + 6 * 4 && cells.contains { $0.description == "cell.n2.n1=skip_connect" })
  }

  @Test(arguments: ["1", "tot(w24)", "tot(w24)*avg(w24.kernel)", "s1.activation=swish", "first(s1.candidate=choice_5)"])
  func `a term is read as it is written`(text: String) {
    #expect(Term(text)?.description == text)
  }

  @Test(arguments: ["", "tot(", "mean(w24.kernel)", "avg(w24)", "avg(.k)", "tot(a b)", "tot(w24)*", "a+b"])
  func `what is no term is not read`(text: String) { #expect(Term(text) == nil) }

  @Test(arguments: ["", "tot +", "tot(w24)", "avg()", "avg(*", "avg(*)*", "product(*)", "avg(a*b)"])
  func `what is no formula is not read`(text: String) {
    #expect(throws: FormulaError.self) { try Formula(text) }
  }

  /// A name that no stage has would go without a word; one that some stages have, or `*`, is fine in all.
  @Test(arguments: [
    ("tot + avg(foo)", "foo" as String?), ("first(kernle)", "kernle"), ("avg(!kernle)", "kernle"),
    ("value(kernel)", "kernel"), ("tot*avg(expansion) + sum(*)", nil), ("accuracy", nil),
  ])
  func `a name of nothing is told, with the names there are`(formula: String, unknown: String?) throws {
    let found = try Formula(formula).unknownName(in: FoxNAS.parts())
    #expect(found?.name == unknown)
    if let found, found.function != .value { #expect(Set(found.known) == ["expansion", "kernel"]) }
  }

  @Test func `what a space does not have is told`() throws {
    let parts = try FoxNAS.parts()
    func error(_ text: String) throws -> FeatureError? {
      let feature = try #require(Feature(text))
      do throws(FeatureError) { _ = try FeatureReader(feature, of: parts) } catch { return error }
      return nil
    }
    let depth = try #require(Feature("tot(w25)"))
    #expect(try error("tot(w25)") == .noStage(depth, stages: ["w24", "w40", "w80", "w112", "w160"]))
    guard case .noParameter(_, stage: "w24", parameters: ["kernel", "expansion"]) = try error("avg(w24.width)") else {
      Issue.record("a block has no width")
      return
    }
    guard case .noOption = try error("avg(w24.kernel=9)") else {
      Issue.record("no kernel is 9")
      return
    }
    guard case .noDecision = try error("resolution") else {
      Issue.record("there is no resolution")
      return
    }
  }
}
