import Foundation
import Testing

@testable import espalier

/// Benchmarks write on their pages how they were called.
struct BenchmarkCallTests {
  @Test(arguments: [
    (["benchmark", "kills", "--kills", "200"], "espalier benchmark kills --kills 200"),
    (
      ["--out", "docs/benchmarks.md", "--data-root", "../shared/data"],
      "espalier --out docs/benchmarks.md --data-root ../shared/data"
    ),
    (["/home/me/espalier/runs/a", "/home/me/espalier"], "espalier runs/a ."),
    (
      ["--python", "/opt/python/bin/python", "--packages=/home/me/espalier/.build/p"],
      "espalier --python .../python --packages=.build/p"
    ),
    (
      ["cifar10:/home/me/espalier/.build/cifar10", "fashion-mnist:/data/full", "/"],
      "espalier cifar10:.build/cifar10 fashion-mnist:.../full ..."
    ),
    (["phone=/data/phone.yaml,spos=tables/spos.yaml"], "espalier phone=.../phone.yaml,spos=tables/spos.yaml"),
    (["/home/me/espalier-other/a"], "espalier .../a"),
    (["--where", "latency(phone) <= 5 ms", "it's", ""], "espalier --where 'latency(phone) <= 5 ms' 'it'\\''s' ''"),
    (["--epochs", "0.5", "spaces/fp-nas-f++.yaml"], "espalier --epochs 0.5 spaces/fp-nas-f++.yaml"),
  ])
  func `a call is shown as it was, without paths of the machine`(arguments: [String], shown: String) {
    #expect(BenchmarkCall(arguments, in: "/home/me/espalier").description == shown)
  }

  @Test func `a section has the whole call`() throws {
    try withTemporaryFolder { folder in
      let page = "\(folder)/page.md"
      for layers in ["8", "6"] {
        let outcome = try Executable.run(
          "benchmark", "validate", "--layers", layers, "--runs", "1", "--out", page)
        #expect(outcome.status == 0, "\(outcome.errors)")
      }
      let text = try String(contentsOfFile: page, encoding: .utf8)
      let heads = text.split(separator: "\n").filter { $0.hasPrefix("Written by") }
      #expect(
        heads == ["Written by `espalier benchmark validate --layers 6 --runs 1 --out .../page.md`; do not edit."])
    }
  }

  @Test func `images that fill no batch are refused before any is made`() throws {
    try withTemporaryFolder { folder in
      let outcome = try Executable.run(
        "benchmark", "loading", "--images", "7", "--batch", "8", "--folder", "\(folder)/images")
      #expect(outcome.status == 2, "\(outcome.errors)")
      #expect(outcome.errors.contains("'--images' are at least those of one '--batch', which has 8, and not 7"))
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/images"))
    }
  }
}
