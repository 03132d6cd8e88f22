import Diagnostics
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import Testing

@testable import Exporters

struct TimmSpaceTests {
  /// MobileNetV2: 3,504,872 parameters (torchvision, `MobileNet_V2_Weights`, num_params).
  static let mobileNetV2 = """
    ds_r1_k3_s1_c16 ir_r2_k3_s2_e6_c24 ir_r3_k3_s2_e6_c32 ir_r4_k3_s2_e6_c64 ir_r3_k3_s1_e6_c96 ir_r3_k3_s2_e6_c160 \
    ir_r1_k3_s1_e6_c320
    """
  /// EfficientNet-B0: 5,288,548 parameters (torchvision, `EfficientNet_B0_Weights`, num_params).
  static let efficientNetB0 = """
    [['ds_r1_k3_s1_e1_c16_se0.25_nsw'], ['ir_r2_k3_s2_e6_c24_se0.25_nsw'], ['ir_r2_k5_s2_e6_c40_se0.25_nsw'],
     ['ir_r3_k3_s2_e6_c80_se0.25_nsw'], ['ir_r3_k5_s1_e6_c112_se0.25_nsw'], ['ir_r4_k5_s2_e6_c192_se0.25_nsw'],
     ['ir_r1_k3_s1_e6_c320_se0.25_nsw']]
    """

  @Test(arguments: [(mobileNetV2, 3_504_872), (efficientNetB0, 5_288_548)])
  func `the network is a member with its published number of parameters`(strings: String, parameters: Int) throws {
    let space = try compiled(strings)
    let network = try #require(try self.network(of: strings, in: space))
    #expect(space.contains(network))
    #expect(try cost(of: network, in: space).parameters == parameters)
  }

  @Test(arguments: [
    "cn_r1_k3_s1_c16", "cn_r2_k3_s2_c24_skip", "er_r2_k3_s2_e4_c24_se0.25", "dsa_r1_k5_s1_c16_nhs",
    "ir_r2_k3_s2_e2.5_c20_nr6_noskip", "ir_r2_k3_s1_e1_c16_a3_p3", "ir_r1_k3_s2_e6_c24|ir_r2_k5_s2_e3_c24",
    "ds_r1_k1_s1_c16,er_r1_k31_s1_e0.5_c16_se1", "ir_r2_k3_s2_e6_c24 | ir_r2_k5_s1_e3_c24 ds_r1_k3_s1_c12",
  ])
  func `every kind of block compiles and has the network as a member`(strings: String) throws {
    let space = try compiled(strings)
    #expect(try #require(try network(of: strings, in: space)).choices.contains { $0 != nil })
  }

  @Test func `strings of one stage stride once and have names of their own`() throws {
    let stages = try TimmParser.stages("ir_r1_k3_s2_e6_c24|ir_r2_k5_s2_e3_c24 cn_r1_k1_s2_c8")
    #expect(stages.map { $0.map(\.stride) } == [[2, 1], [2]])
    let text = try timmSpace("ir_r1_k3_s2_e6_c24|ir_r2_k5_s2_e3_c24 cn_r1_k1_s2_c8", name: "net")
    #expect(["s1a", "s1b", "s2"].allSatisfy { text.contains("- stage: \($0) #") })
    let listed = try TimmParser.stages("[['ir_r1_k3_s2_e6_c24', 'ir_r2_k5_s2_e3_c24'], ['cn_r1_k1_s2_c8']]")
    #expect(listed == stages)
  }

  @Test func `channels are rounded as timm does`() throws {
    let stages = try TimmParser.stages("cn_r1_k1_s1_c12 cn_r1_k1_s1_c10 cn_r1_k1_s1_c3 cn_r1_k1_s1_c20 cn_r1_k1_s1_c17")
    #expect(stages.joined().map(\.roundedChannels) == [16, 16, 8, 24, 16])
  }

  @Test(arguments: [
    ("", "there is no block; write one such as ir_r2_k3_s2_e6_c24"),
    ("uir_r1", "'uir_r1' begins with 'uir'; the blocks that are known are cn, ds, dsa, er, ir"),
    ("ir_r2_k3_s2_c24", "'ir_r2_k3_s2_c24' has no 'e', the expansion, such as e6"),
    ("ds_k3_s2_c24", "'ds_k3_s2_c24' has no 'r', the number of blocks, such as r2"),
    (
      "ir_r2_k3_s2_e6_c24_gs8",
      "'gs8' in 'ir_r2_k3_s2_e6_c24_gs8' is no field of 'ir' that is known; known are r, k, s, e, c, se, n, a, p, noskip"
    ),
    ("ir_r2_k4_s2_e6_c24", "'k4' in 'ir_r2_k4_s2_e6_c24': a kernel is odd"),
    (
      "ir_r2_k3.5_s2_e6_c24",
      "'k3.5' in 'ir_r2_k3.5_s2_e6_c24': kernels of several sizes at once are not known; write one"
    ),
    ("ir_r2_k3_s3_e6_c24", "'s3' in 'ir_r2_k3_s3_e6_c24': s is a whole number from 1 to 2"),
    ("ir_r2_k3_s2_e0_c24", "'e0' in 'ir_r2_k3_s2_e0_c24': e is more than 0"),
    ("ds_r2_k3_s2_e6_c24", "'e6' in 'ds_r2_k3_s2_e6_c24': 'ds' does not expand, so e can only be 1"),
    (
      "ir_r2_k3_s2_e6_c24_nmi",
      "'nmi' in 'ir_r2_k3_s2_e6_c24_nmi': the activations that are known are nre, nr6, nhs, nsw"
    ),
    ("ir_r2_r3_k3_s2_e6_c24", "'ir_r2_r3_k3_s2_e6_c24' has the field 'r' twice"),
    (
      "ir_r99999999999999999999_k3_s2_e6_c24",
      "'r99999999999999999999' in 'ir_r99999999999999999999_k3_s2_e6_c24': r is a whole number from 1 to 1000"
    ),
  ])
  func `an error names the field and what is known`(strings: String, message: String) {
    #expect(throws: TimmError(description: message)) { try TimmParser.stages(strings) }
  }

  private func compiled(_ strings: String) throws -> Space {
    let text = try timmSpace(strings, name: "net")
    let compilation = compileSpace(at: "net.yaml", reader: MemoryReader(files: ["net.yaml": text]))
    #expect(compilation.diagnostics.map(\.message) == [], "\(text)")
    return try #require(compilation.result?.space)
  }

  /// The architecture with the values of the strings; nil where an option is missing.
  private func network(of strings: String, in space: Space) throws -> Architecture? {
    var values: [String: Value] = [:]
    for (index, stage) in try TimmParser.stages(strings).enumerated() {
      for (place, block) in stage.enumerated() {
        let letters = ["a", "b", "c"]
        let name = "s\(index + 1)" + (stage.count > 1 ? letters[place] : "")
        for layer in 1...block.repeats {
          let owner = block.repeats > 1 ? "\(name)[\(layer)]" : name
          values["\(owner).kernel"] = .integer(block.kernel)
          if let expansion = block.expansion {
            values["\(owner).expansion"] = Value(Rational(expansion.thousandths, 1000))
          }
        }
      }
    }
    var architecture = Architecture(choices: [Int?](repeating: nil, count: space.decisions.count))
    for id in space.decisionIDs {
      guard let value = values[space[id].name], let option = space[id].options.firstIndex(of: value) else { return nil }
      architecture[id] = option
    }
    return architecture
  }
}
