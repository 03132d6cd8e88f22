import Foundation
import SpaceCompiler
import SpaceIR
import SpacePlanner
import TestSupport
import Testing

@testable import Exporters

struct TorchNamesTests {
  /// Attributes of `nn.Module`, words of Python that are none of the language, and names of the file, written down apart from
  /// the list that is tested.
  static let words = """
    False None True as assert async await break class continue def del elif else except finally for global if \
    import is lambda nonlocal pass raise return try while with yield T_destination add_module apply bfloat16 \
    buffers call_super_init children compile cpu cuda double dump_patches eval extra_repr float forward get_buffer \
    get_parameter half load_state_dict modules named_children named_parameters parameters register_buffer \
    register_module share_memory state_dict to to_empty train training type xpu zero_grad self torch nn F
    """.split(separator: " ").map(String.init)

  private static func network() throws -> BoundNetwork {
    let layers = words.map { "  - {name: \"\($0)\", op: conv, channels: 4, kernel: 1}\n" }.joined()
    let blocks = ["f", "none"].map { name in
      "  \"\(name)\":\n    body: [CONVOLUTION, batch_norm, {op: activation, function: relu}]\n"
        .replacing("CONVOLUTION", with: "{op: conv, channels: 4, kernel: 1}")
    }.joined()
    let text = """
      espalier: 1
      space: names
      input: {channels: 4, height: 2, width: 2}
      output: {classes: 3}
      blocks:
      \(blocks)network:
      \(layers)  - {name: one, op: f}
        - {name: two, op: none}
        - {name: side, op: concat, from: ["torch", "F"]}
        - {name: pool, op: global_pool}
        - {name: head, op: linear, features: 3}
      """
    return try BoundNetwork(#require(Repository.compilation(ofText: text).result).space)
  }

  @Test func `no layer takes a name that modules or Python have`() throws {
    let module = TorchModule(of: try Self.network())
    let source = module.source(weightsFile: "w.safetensors", facts: [])
    for word in Self.words {
      #expect(!source.contains("self.\(word) = "), "\(word)")
      #expect(source.contains("self.layer_\(word) = "), "\(word)")
    }
    #expect(!source.contains("class None(") && !source.contains("class F("))
  }

  private static let python = "\(Repository.root)/.build/exports/bin/python"

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: python), "'make exports' makes what this needs"))
  func `PyTorch runs a network whose layers are called like its own parts`() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "names-\(UUID().uuidString).py").path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let module = TorchModule(of: try Self.network())
    try module.source(weightsFile: "w.safetensors", facts: []).write(toFile: path, atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(filePath: Self.python)
    process.arguments = [path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let printed = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0 && printed.hasSuffix("outputs [1, 3]\n"), "\(printed)")
  }
}
