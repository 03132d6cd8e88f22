import Foundation
import Testing

/// What commands do with spaces whose costs are too many to tell.
struct CostLimitTests {
  /// The width after each layer is another one for all that was decided before: 2¹⁶ after the last.
  private static let space = """
    espalier: 1
    space: grown
    input: {channels: 1, height: 1, width: 1}
    output: {classes: 10}
    blocks:
      wider:
        parameters: {grows: int, by: int}
        body: [{op: conv, channels: in.channels + grows * by, kernel: 1}]
    network:
      - stage: s
        layers: 17
        decide: each
        layer: {op: wider, grows: {choose: [0, 1]}, by: "pow(2, layer.index)"}
      - {name: head, op: linear, features: 10}
    """

  @Test func `a plan leaves out what needs the range of costs, and costs name a way`() throws {
    try withTemporaryFolder { folder in
      let file = try write(Self.space, to: "grown.yaml", in: folder)
      let plan = try Executable.run("plan", file)
      #expect(plan.status == 0)
      #expect(plan.output.contains("Supernet: ") && plan.output.contains("Distribution: "))
      #expect(!plan.output.contains("arena"))
      #expect(plan.errors.contains("note: the costs of 'grown' need more than 50,000 states"))
      let json = try Executable.run("plan", file, "--json")
      #expect(json.status == 0 && json.output.contains("\"least\": null"))
      let costs = try Executable.run("costs", file)
      #expect(costs.status == 1)
      #expect(costs.errors.contains("help: fix some decisions by '--where', or draw networks with their costs"))
    }
  }

  @Test func `a library is validated by itself, and is no space`() throws {
    let library = try Executable.run("validate", "spaces/blocks/mobile.yaml")
    #expect(library.status == 0)
    #expect(library.output == "spaces/blocks/mobile.yaml: valid, a library of 7 blocks\n")
    let sample = try Executable.run("sample", "spaces/blocks/mobile.yaml")
    #expect(sample.status == 1)
    #expect(sample.errors.contains("error[ES1010]: 'spaces/blocks/mobile.yaml' is a library of blocks"))
  }
}
