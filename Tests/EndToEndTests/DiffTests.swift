import Foundation
import TestSupport
import Testing

struct DiffTests {
  private static func space(_ channels: String, layers: String = "2", extra: String = "") -> String {
    """
    espalier: 1
    space: small
    input: {channels: 3, height: 8, width: 8}
    output: {classes: 10}
    network:
      - {name: stem, op: conv, channels: \(channels), kernel: 3}
      - stage: s1
        layers: \(layers)
        decide: each
        layer: {op: conv, channels: 8, kernel: {choose: [3, 5]}}
      - {name: pool, op: global_pool}
      - {name: scores, op: linear, features: 10}
    \(extra)
    """
  }

  @Test func `decisions, settings and layers are compared`() throws {
    try withTemporaryFolder { folder in
      let old = try write(Self.space("{choose: [8, 16]}", layers: "{choose: [1, 2]}"), to: "old.yaml", in: folder)
      let new = try write(
        Self.space("{choose: [16, 24]}", layers: "{choose: [1, 2, 3]}", extra: "hints: {distribution: factorised}"),
        to: "new.yaml", in: folder)
      let outcome = try Executable.run("diff", old, new)
      #expect(outcome.status == 0 && outcome.errors.isEmpty)
      #expect(
        outcome.output == """
          --- \(old): space 'small', images 3x8x8, 10 classes
          +++ \(new): space 'small', images 3x8x8, 10 classes

          networks
            before   12
            removed   6
            kept      6
            added    22
            after    28

          decisions
            ~  stem.channels  without 8; with 24
            ~  s1.layers      with 3
            ~  s1[2].kernel   exists where s1.layers is 2 or 3, before where s1.layers is 2
            +  s1[3].kernel   3, 5, exists where s1.layers is 3

          settings
            ~  hints.distribution  factorised, before joint

          layers
            ~  s1[2]
            +  s1[3]

          """)
    }
  }

  @Test func `nothing differs from itself, and JSON has every number as a string`() throws {
    #expect(
      try Executable.run("diff", "spaces/mini-f.yaml", "spaces/mini-f.yaml").output.hasSuffix("\nno differences\n"))
    let answer = try object(Executable.run("diff", "spaces/digits.yaml", "spaces/mini-f.yaml", "--json").output)
    let networks = try #require(answer["networks"] as? [String: String])
    #expect(networks["before"] == "688747536" && networks["after"] == "104485552128" && networks["kept"] == "0")
    #expect((answer["decisions"] as? [[String: Any]])?.isEmpty == false)
  }

  @Test func `what is no space is refused`() throws {
    try withTemporaryFolder { folder in
      let wrong = try write("espalier: 1\n", to: "wrong.yaml", in: folder)
      #expect(try Executable.run("diff", "spaces/mini-f.yaml", wrong).status == 1)
      let missing = try Executable.run("diff", "\(folder)/none.yaml", "spaces/mini-f.yaml")
      #expect(missing.status == 2 && missing.output.isEmpty)
    }
  }
}
