import Foundation
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import SpacePlanner
import TestSupport
import Testing

@testable import Exporters

/// What is true of every exported network, without any other program.
struct ExportedNetworkTests {
  /// Between them they have every operation that images go through.
  static let spaces = [
    "mini-f", "nasbench201", "mini-darts", "mixed-precision", "two-views", "hrnet",
  ]

  @Test(arguments: spaces)
  func `an ONNX graph is in order, every name once, and keeps every weight`(name: String) throws {
    for network in try networks(of: name, count: 1) {
      let weights = zeros(of: network)
      for batchNorm in [ONNXModel.BatchNorm.folded, .kept] {
        let graph = ONNXModel(of: network, weights: weights, batchNorm: batchNorm).graph
        expectOrder(of: graph)
        guard batchNorm == .kept else { continue }
        let count = graph.constants.reduce(0) { sum, tensor in
          // Numbers that are no weights have a slash in their names: axes, shapes, roots.
          if case .float(let values) = tensor.values, !tensor.name.contains("/") { sum + values.count } else { sum }
        }
        #expect(count == network.tensors.reduce(0) { $0 + $1.count })
      }
    }
  }

  private func expectOrder(of graph: ONNXGraph) {
    var known = Set(graph.inputs.map(\.name) + graph.constants.map(\.name))
    #expect(known.count == graph.inputs.count + graph.constants.count)
    for node in graph.nodes {
      for input in node.inputs where !input.isEmpty { #expect(known.contains(input), "\(node.name) reads \(input)") }
      for output in node.outputs { #expect(known.insert(output).inserted, "\(output) is written twice") }
    }
    #expect(Set(graph.nodes.map(\.name)).count == graph.nodes.count)
    #expect(graph.outputs.allSatisfy { known.contains($0.name) })
  }

  @Test(arguments: spaces)
  func `a Python file can be parsed, and its tensors are the network's`(name: String) throws {
    for network in try networks(of: name, count: 1) {
      let module = TorchModule(of: network)
      let tensors = module.tensors(zeros(of: network))
      #expect(Set(tensors.map(\.name)).count == tensors.count)
      #expect(tensors.reduce(0) { $0 + $1.values.count } == network.tensors.reduce(0) { $0 + $1.count })
      let source = module.source(weightsFile: "net.safetensors", facts: [("key", "one\ntwo \"\"\" \\")])
      #expect(source.split(separator: "\n").filter { $0.count > 120 } == [])
    }
  }

  /// The package itself does not need Python.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: python), "needs \(python)"), arguments: spaces)
  func `Python can parse a Python file`(name: String) throws {
    for network in try networks(of: name, count: 1) {
      let module = TorchModule(of: network)
      try expectPython(module.source(weightsFile: "net.safetensors", facts: [("key", "one\ntwo \"\"\" \\")]))
    }
  }

  private static let python = "/usr/bin/python3"

  private func expectPython(_ source: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.python)
    process.arguments = ["-c", "import ast, sys; ast.parse(sys.stdin.read())"]
    let input = Pipe()
    process.standardInput = input
    try process.run()
    input.fileHandleForWriting.write(Data(source.utf8))
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(source)")
  }

  @Test func `zeros leave sums, and what changes nothing is what it passes on`() throws {
    let space = try #require(Repository.compilation(of: "nasbench201").result).space
    let text = "|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|"
    guard case .choices(let choices) = try ImportedNetwork(nasBench201: text).form else {
      Issue.record("a cell is a member of its space")
      return
    }
    let network = try BoundNetwork(space.bound(to: space.architecture(choosing: choices)))
    let names = network.nodes.map(network.path)
    #expect(names.allSatisfy { !$0.hasPrefix("s1") && !$0.hasPrefix("s2") && !$0.hasPrefix("s3") }, "\(names)")
    let all = try BoundNetwork(
      space.bound(to: space.architecture(choosing: choices.map { .init($0.decision, .word("none")) })))
    // Nothing depends on the images: what is left reads zeros.
    #expect(ONNXModel(of: all, weights: zeros(of: all)).graph.nodes.contains { $0.type == .constantOfShape })
  }

  @Test func `folding a batch norm multiplies the filters before it`() throws {
    let kernel = KernelShape(
      .conv,
      [3, 4, 4, 2, 1, 1, 1, 1, 1].map(Value.integer) + [.boolean(false)], followers: ["batch_norm", "relu"])
    let network = try BoundNetwork(kernel: kernel)
    var tensors: [String: (shape: [Int], values: [Float])] = [:]
    let values: [String: [Float]] = [
      "weight": [1, 2, 3, 4, 5, 6], "scale": [2, 3], "shift": [1, -1], "mean": [0.5, 1], "variance": [3, 15],
    ]
    for tensor in network.tensors {
      let label = tensor.name.split(separator: ".").last.map(String.init) ?? ""
      tensors[tensor.name] = (tensor.shape, values[label] ?? [])
    }
    let weights = try NetworkTensors(of: network, file: "test", tensors)
    let graph = ONNXModel(of: network, weights: weights, epsilon: 1).graph
    #expect(graph.nodes.map(\.type) == [.conv, .relu])
    #expect(graph.constants.map(\.values) == [.float([1, 2, 3, 3, 3.75, 4.5]), .float([0.5, -1.75])])
    #expect(graph.nodes.last?.outputs == ["output"])
  }

  @Test func `integers stand where ranges are known, and none between a convolution and its ReLU`() throws {
    let kernel = KernelShape(
      .conv, [3, 4, 4, 2, 1, 1, 1, 1, 1].map(Value.integer) + [.boolean(true)], followers: ["relu"])
    let network = try BoundNetwork(kernel: kernel)
    let ranges = Dictionary(network.nodes.map { ($0.id, Float(-1)...Float(4.1)) }) { first, _ in first }
    let model = ONNXModel(of: network, weights: NetworkTensors(of: network, seed: 3)).quantised(ranges)
    #expect(
      model.graph.nodes.map(\.type) == [
        .quantizeLinear, .dequantizeLinear, .dequantizeLinear, .dequantizeLinear, .conv, .relu,
      ])
    expectOrder(of: model.graph)
    let zero = model.graph.constants.first { $0.name == "input/zero_point" }
    #expect(zero?.values == .uint8([50]))
  }

  @Test func `weights of another network are refused by name and shape`() throws {
    let network = try networks(of: "digits", count: 1)[0]
    let first = network.tensors[0]
    #expect(throws: NetworkTensorsError.self) { try NetworkTensors(of: network, file: "f", [:]) }
    var tensors: [String: (shape: [Int], values: [Float])] = [:]
    for tensor in network.tensors { tensors[tensor.name] = (tensor.shape, [Float](repeating: 0, count: tensor.count)) }
    tensors[first.name] = ([1], [0])
    let error = #expect(throws: NetworkTensorsError.self) { try NetworkTensors(of: network, file: "f", tensors) }
    #expect(error?.description.contains("'\(first.name)' is 1 there") == true)
  }

  // MARK: timm

  @Test func `strings of timm come back from the network that they are`() throws {
    let strings = [
      "ds_r1_k3_s1_c16_se0.25_nsw", "ir_r2_k3_s2_e6_c24_se0.25_nsw", "ir_r1_k5_s2_e5_c40_nre", "ir_r2_k3_s1_e3_c40_nhs",
      "er_r2_k3_s2_e4_c48_nre", "cn_r1_k3_s1_c48_skip_nre", "ir_r1_k3_s1_e6_c48_nre_noskip", "dsa_r1_k3_s1_c64_nre",
    ]
    let imported = try ImportedNetwork(
      timm: strings.joined(separator: " "), name: "net", stem: 32, head: 1280,
      input: ImageShape(channels: 3, height: 64, width: 64), classes: 10)
    let exported = try TimmExport(of: BoundNetwork(space(of: imported)))
    let found = exported.text.split(separator: "\n").map { line in
      line.split(separator: "|").map { $0.split(separator: "_").sorted() }
    }
    #expect(found == strings.map { $0.split(separator: "|").map { $0.split(separator: "_").sorted() } })
    #expect(exported.stem == 32)
  }

  @Test func `what timm has no word for is named with its layer`() throws {
    let network = try networks(of: "nasbench201", count: 1)[0]
    let error = #expect(throws: TimmExportError.self) { try TimmExport(of: network) }
    #expect(error?.description.hasPrefix("layer '") == true)
  }

  // MARK: Networks

  private func networks(of name: String, count: Int) throws -> [BoundNetwork] {
    let space = try #require(Repository.compilation(of: name).result).space
    let members = try MemberDiagram(space)
    var generator = SequentialGenerator()
    return try (0..<count).map { _ in
      try BoundNetwork(space.bound(to: members.draw(.decisions, using: &generator)))
    }
  }

  private func zeros(of network: BoundNetwork) -> NetworkTensors {
    var tensors: [String: (shape: [Int], values: [Float])] = [:]
    for tensor in network.tensors { tensors[tensor.name] = (tensor.shape, [Float](repeating: 0, count: tensor.count)) }
    // Of the network's own tensors none is missing or of another shape.
    do { return try NetworkTensors(of: network, file: "zeros", tensors) } catch { preconditionFailure("\(error)") }
  }
}

/// SplitMix64 (Steele, Lea and Flood 2014) from a fixed seed.
private struct SequentialGenerator: RandomNumberGenerator {
  private var state: UInt64 = 11

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}
