import Diagnostics
import Exporters
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import TestSupport
import Testing

/// Networks that others have published come in with what was published of them.
struct ImportTests {
  // MARK: FBNetV2

  /// facebookresearch/mobile-vision, `fbnet_modeldef_cls_fbnetv2.py`; weights and FLOPs are those of its model zoo, which
  /// count the inputs of pools and, for the classifier's pool of one pixel, the head's width (fbnetv2.md, section 5).
  private static let lists = """
    MODEL_ARCH_FBNETV2_PAPER = {
        "FBNetV2_F1": {
            # nparams: 5.999408, nflops 56.41056,
            "input_size": 128,
            "basic_args": BASIC_ARGS,
            "blocks": [
                [["conv_k3_hs", 8, 2, 1]],
                [["ir_k5", 8, 1, 1, e1, IRF_CFG]],
                [["ir_k5", 24, 2, 1, _ex(5.4566), IRF_CFG], ["ir_k5", 24, 1, 1, _ex(4.7912), IRF_CFG]],
                [["ir_k5_sehsig", 32, 2, 1, _ex(5.3501), IRF_CFG], ["ir_k5_sehsig", 24, 1, 1, _ex(4.5379), IRF_CFG]],
                [
                    ["ir_k5_hs", 56, 2, 1, _ex(5.7133), IRF_CFG], ["ir_k3_hs", 56, 1, 1, _ex(4.1212), IRF_CFG],
                    ["ir_k3_sehsig_hs", 56, 1, 1, _ex(5.1246), IRF_CFG], ["skip", 80, 1, 1, _ex(5.0333), IRF_CFG],
                    ["ir_k5_sehsig_hs", 80, 1, 1, _ex(4.5070), IRF_CFG],
                    ["ir_k5_sehsig_hs", 80, 1, 1, _ex(1.7712), IRF_CFG],
                ],
                [
                    ["ir_k3_sehsig_hs", 144, 2, 1, _ex(4.5685), IRF_CFG],
                    ["ir_k5_sehsig_hs", 144, 1, 1, _ex(5.8400), IRF_CFG],
                    ["ir_k5_sehsig_hs", 144, 1, 1, _ex(6.8754), IRF_CFG], ["skip", 224, 1, 1, _ex(6.5245), IRF_CFG],
                ],
                [["ir_pool_hs", 1600, 1, 1, e6]],
            ],
        },
        "FBNetV2_F4": {
            "input_size": 224,
            "blocks": [
                [["conv_k3_hs", 16, 2, 1]],
                [["ir_k3_hs", 16, 1, 1, e1, IRF_CFG]],
                [
                    ["ir_k5_hs", 24, 2, 1, _ex(5.4566), IRF_CFG], ["ir_k5_hs", 24, 1, 2, _ex(1.7912), IRF_CFG],
                ],
                [
                    ["ir_k5_sehsig", 32, 2, 1, _ex(5.3501), IRF_CFG], ["ir_k5_sehsig", 32, 1, 1, _ex(3.5379), IRF_CFG],
                    ["ir_k5_sehsig", 32, 1, 2, {"expansion": 4.5379}, IRF_CFG],
                ],
                [
                    ["ir_k5_hs", 64, 2, 1, _ex(5.7133), IRF_CFG], ["ir_k3_hs", 64, 1, 1, _ex(2.1212), IRF_CFG],
                    ["skip", 64, 1, 1, _ex(3.1246), IRF_CFG], ["ir_k3_hs", 104, 1, 1, _ex(5.0333), IRF_CFG],
                    ["ir_k5_sehsig_hs", 104, 1, 1, _ex(2.5070), IRF_CFG],
                    ["ir_k5_sehsig_hs", 104, 1, 1, _ex(1.7712), IRF_CFG],
                    ["ir_k5_sehsig_hs", 112, 1, 1, _ex(3.7712), IRF_CFG],
                ],
                [
                    ["ir_k3_sehsig_hs", 184, 2, 1, _ex(5.5685), IRF_CFG],
                    ["ir_k5_sehsig_hs", 184, 1, 1, _ex(2.8400), IRF_CFG],
                    ["ir_k5_sehsig_hs", 184, 1, 1, _ex(4.8754), IRF_CFG], ["skip", 224, 1, 1, _ex(6.5245), IRF_CFG],
                ],
                [["ir_pool_hs", 1984, 1, 1, e6]],
            ],
        },
    }
    """

  @Test(
    arguments: [
      ("FBNetV2_F1", nil, 5_999_408, 56_410_560, 1600), ("FBNetV2_F1", 160, 5_999_408, 85_441_392, 1600),
      ("FBNetV2_F4", nil, 6_994_824, 238_351_984, 1984),
    ] as [(String, Int?, Int, Int, Int)])
  func `published FBNetV2 networks have their weights and FLOPs`(
    model: String, side: Int?, weights: Int, flops: Int, head: Int
  ) throws {
    let imported = try ImportedNetwork(fbnetV2: Self.lists, model: model, name: "net", side: side, classes: 1000)
    let space = try space(of: imported)
    let cost = try cost(of: Architecture(choices: []), in: space)
    #expect(cost.weights == weights)
    #expect(cost.macs + cost.poolingInputs + head == flops)
    #expect(imported.remarks.contains { $0.hasPrefix("IRF_CFG") })
  }

  @Test(arguments: [
    ("[[[\"conv_k3_hs\", 8, 2, 1]]]", "the list does not end with 'ir_pool' or 'ir_pool_hs', which the head is"),
    ("[[[\"ir_k4\", 8, 2, 1]]]", "'ir_k4' is not known"), ("[[[\"conv_k3\", 8, 3, 1]]]", "'stem' is no block"),
    ("[[[\"conv_k3\", 8, 2, 1]", "line 1, at the end: ']' or ',' is missing"), ("", "a value is missing"),
    ("[[[\"ir_pool\", 8, 1, 1], [\"skip\", 8, 1, 1]]]", "a block follows the one that pools"),
    ("[[[\"ir_k3\", 8, 1, 1, _ex(0)], [\"ir_pool\", 8, 1, 1]]]", "the expansion 0 of 'ir_k3'"),
    (String(repeating: "[", count: 300), "nested more than 100 deep"),
    ("{\"blocks\": 3}", "there is no list of blocks"),
  ])
  func `lists that are none are told so`(text: String, message: String) {
    let error = #expect(throws: ImportError.self) {
      try ImportedNetwork(fbnetV2: text, model: nil, name: "net", side: 32, classes: 10)
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test func `a model that is not there is told with those that are`() {
    let error = #expect(throws: ImportError.self) {
      try ImportedNetwork(fbnetV2: Self.lists, model: "FBNetV2_F9", name: "net", side: nil, classes: 10)
    }
    #expect(error?.description == "the text has no model 'FBNetV2_F9'; it has FBNetV2_F1, FBNetV2_F4")
  }

  // MARK: SPOS

  /// Published as 323M, 3.5M and, with scales, 328M, 3.4M (spos.md, section 3.1; parameters with those of batch norm).
  @Test(
    arguments: [
      ("21012020202300003233", nil, "spos", 322_918_720, 3_558_464),
      (
        "00311100202110202132", [6, 5, 3, 5, 2, 6, 3, 4, 2, 5, 7, 5, 4, 6, 7, 4, 4, 5, 4, 3], "spos-channels",
        327_857_920, 3_432_579
      ),
    ] as [(String, [Int]?, String, Int, Int)])
  func `published networks of SPOS have their MACs and parameters`(
    digits: String, scales: [Int]?, space: String, macs: Int, parameters: Int
  ) throws {
    let space = try #require(Repository.compilation(of: space).result).space
    let found = try cost(of: member(try ImportedNetwork(spos: digits, scales: scales), of: space), in: space)
    #expect(found.macs == macs)
    #expect(found.parameters == parameters)
  }

  @Test(
    arguments: [
      ("2101", nil, "there are 4 candidates"), ("2101202020230000323x", nil, "is no list of candidates"),
      ("21012020202300003234", nil, "the candidate at place 20 is 4"),
      ("21012020202300003233", [1, 2], "there are 2 channel scales for 20 units"),
      ("21012020202300003233", [Int](repeating: 10, count: 20), "the channel scale 10 is none"),
    ] as [(String, [Int]?, String)])
  func `digits that are no network are told so`(digits: String, scales: [Int]?, message: String) {
    let error = #expect(throws: ImportError.self) { try ImportedNetwork(spos: digits, scales: scales) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  // MARK: NAS-Bench-201

  @Test func `a cell of NAS-Bench-201 is the network of its string`() throws {
    let text = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|nor_conv_1x1~1|nor_conv_3x3~2|"
    let space = try #require(Repository.compilation(of: "nasbench201").result).space
    let network = try member(ImportedNetwork(nasBench201: text), of: space)
    let words = space.decisionIDs.map { space.value(of: $0, in: network)?.description ?? "" }
    #expect(words == ["nor_conv_3x3", "none", "skip_connect", "avg_pool_3x3", "nor_conv_1x1", "nor_conv_3x3"])
  }

  @Test(arguments: [
    ("|none~0|+|none~0|none~1|", "has 2 nodes"), ("|none~0|+|none~0|+|none~0|none~1|none~2|", "node 2 of the cell"),
    ("|none~0|+|none~0|none~0|+|none~0|none~1|none~2|", "is not an operation on node 1"),
    ("|conv~0|+|none~0|none~1|+|none~0|none~1|none~2|", "has no operation 'conv'"), ("", "has 1 nodes"),
  ])
  func `strings that are no cell are told so`(text: String, message: String) {
    let error = #expect(throws: ImportError.self) { try ImportedNetwork(nasBench201: text) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test func `a network of another space is told so`() throws {
    let space = try #require(Repository.compilation(of: "digits").result).space
    let imported = try ImportedNetwork(spos: "21012020202300003233", scales: nil)
    #expect(throws: ImportError.self) { try member(imported, of: space) }
  }

  private func member(_ imported: ImportedNetwork, of space: Space) throws -> Architecture {
    guard case .choices(let choices) = imported.form else { throw ImportError("it is a network alone") }
    return try space.architecture(choosing: choices)
  }
}

/// The space of a network that stands alone.
func space(of imported: ImportedNetwork) throws -> Space {
  guard case .alone(let text) = imported.form else { throw ImportError("it is a member of a space") }
  let compilation = compileSpace(at: "net.yaml", reader: MemoryReader(files: ["net.yaml": text]))
  #expect(compilation.diagnostics.map(\.message) == [])
  return try #require(compilation.result).space
}
