import ArgumentParser
import Diagnostics
import SpaceChecker
import SpaceCompiler
import SpaceIR

/// `espalier benchmark validate`: how the work of validating a space grows with its layers.
struct ValidateBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Count the work of `validate` on chains of 1,000, 2,000 and 4,000 layers, and time it.",
    discussion: """
        espalier benchmark validate

      The steps are the same on every machine: operations expanded, steps of the proofs about shapes and values, nodes of \
      the graph, edges of the diagram that counts the networks. What doubles with the layers grows linearly. The time is \
      the median over all runs.
      """)

  @Option(help: "The shortest chain; the others have twice and four times as many layers.", transform: parseCount)
  var layers = 1000

  @Option(help: "How often each is compiled.", transform: parseCount)
  var runs = 5

  @OptionGroup var output: BenchmarkOutput

  func run() throws {
    var table = AlignedTable([.left, .right, .right, .right, .right, .right, .right])
    table.add(["chain of", "layers", "operations", "proof steps", "nodes", "edges", "median ms"])
    for chain in ValidateChain.allCases {
      for layers in [layers, 2 * layers, 4 * layers] {
        let (work, milliseconds) = try measure(chain, layers)
        table.add([
          chain.rawValue, layers.grouped, work.check.operations.grouped, work.check.proofSteps.grouped,
          work.nodes.grouped, work.edges.grouped, milliseconds.fixed(0),
        ])
      }
    }
    let head = "\(processorName()), \(availableProcessors()) cores; one thread, \(runs) runs each\n"
    try output.write(head + table.text(), command: "validate", title: "Work of validating a chain of layers")
  }

  private func measure(_ chain: ValidateChain, _ layers: Int) throws -> (CompilationWork, milliseconds: Double) {
    let reader = MemoryReader(text: chain.text(layers: layers))
    var times: [Double] = []
    var work: CompilationWork?
    for _ in 0..<runs {
      let clock = ContinuousClock()
      let start = clock.now
      work = compileSpace(at: "chain.yaml", reader: reader).result?.work
      times.append((clock.now - start).inSeconds * 1000)
    }
    guard let work else {
      throw CommandFailure("the chain of \(chain.rawValue) does not compile", status: .couldNotRun)
    }
    return (work, Spread(times).median)
  }
}

/// Chains of layers of one kind.
enum ValidateChain: String, CaseIterable {
  case convolutions
  case blocks
  case stages
  case conditions

  /// A space with this many layers that decide for themselves.
  func text(layers: Int) -> String {
    var text = """
      espalier: 1
      space: chain
      input: {channels: 3, height: 32, width: 32}
      output: {classes: 10}
      blocks:
        residual:
          parameters: {expansion: int, kernel: int}
          body:
            - {op: conv_bn_act, channels: in.channels * expansion, kernel: 1, activation: relu}
            - {op: depthwise_bn_act, kernel: kernel, activation: relu}
            - {op: conv_bn, channels: 16, kernel: 1}
          shortcut: {when: in.channels == 16}
        conv_bn_act:
          parameters: {channels: int, kernel: int, activation: word}
          body:
            - {op: conv, channels: channels, kernel: kernel}
            - batch_norm
            - {op: activation, function: activation}
        depthwise_bn_act:
          parameters: {kernel: int, activation: word}
          body: [{op: depthwise, kernel: kernel}, batch_norm, {op: activation, function: activation}]
        conv_bn:
          parameters: {channels: int, kernel: int}
          body: [{op: conv, channels: channels, kernel: kernel}, batch_norm]
      network:

      """
    let convolution = "{op: conv_bn_act, channels: {choose: [8, 16]}, kernel: {choose: [3, 5]}, activation: relu}"
    for index in 0..<(self == .stages ? layers / 50 : layers) {
      switch self {
      case .convolutions, .conditions: text += "  - {name: l\(index), \(convolution.dropFirst())\n"
      case .blocks:
        text += "  - {name: l\(index), op: residual, expansion: {choose: [1, 3]}, kernel: {choose: [3, 5]}}\n"
      case .stages:
        text += "  - {stage: s\(index), layers: 50, decide: each, layer: \(convolution)}\n"
      }
    }
    text += "  - {name: pool, op: global_pool}\n  - {name: scores, op: linear, features: 10}\n"
    guard self == .conditions else { return text }
    text += "require:\n"
    for index in 1..<layers { text += "  - l\(index - 1).channels <= l\(index).channels\n" }
    return text
  }
}
