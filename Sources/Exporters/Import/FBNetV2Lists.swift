/// Networks as the lists of blocks that mobile-vision has for its FBNetV2 models
/// (facebookresearch/mobile-vision at 42fb08a5, `mobile_cv/arch/fbnet_v2/fbnet_modeldef_cls_fbnetv2.py`):
/// `["ir_k5_sehsig", 32, 2, 1, _ex(5.3501), IRF_CFG]` is an operation, channels, stride, repetitions and settings.
extension ImportedNetwork {
  /// - Parameters:
  ///   - text: The list of stages, the dictionary of a model with `input_size` and `blocks`, or one of several models.
  ///   - model: Which of several.
  ///   - name: Of the space that is made.
  ///   - side: Height and width of images where the text does not say.
  /// - Throws: `ImportError`.
  package init(
    fbnetV2 text: String, model: String?, name: String, side: Int?, classes: Int
  ) throws(ImportError) {
    let whole = try PythonLiteral(reading: FBNetV2Reader.value(in: text, model: model))
    var reader = FBNetV2Reader()
    let stages = try FBNetV2Reader.stages(of: whole, model: model)
    let known = side ?? stages.side
    let lines = try reader.network(stages.blocks)
    var remarks = reader.remarks.sorted()
    if known == nil { remarks.append("the list does not say how large images are: 224x224 is assumed") }
    let text = FBNetV2Reader.file(name: name, side: known ?? 224, classes: classes, network: lines, remarks: remarks)
    self.init(form: .alone(text: text), remarks: remarks)
  }
}

private struct FBNetV2Reader {
  private(set) var remarks: Set<String> = []
  /// Whether the head was met, after which nothing may come.
  private var hasHead = false

  // MARK: Finding the list

  /// The value behind `"NAME":`, or the whole text.
  static func value(in text: String, model: String?) throws(ImportError) -> String {
    guard let model else {
      guard text.contains("MODEL_ARCH") else { return text }
      throw ImportError("the text has several models; say which with '--model'")
    }
    guard let key = text.firstRange(of: "\"\(model)\":") else {
      let names = text.matches(of: #/"([A-Za-z0-9_]+)": \{/#).map { String($0.1) }
      let known = names.isEmpty ? "" : "; it has \(names.joined(separator: ", "))"
      throw ImportError("the text has no model '\(model)'\(known)")
    }
    var depth = 0
    let rest = text[key.upperBound...]
    for index in rest.indices {
      if "[{(".contains(rest[index]) { depth += 1 }
      guard "]})".contains(rest[index]) else { continue }
      depth -= 1
      if depth == 0 { return String(rest[...index]) }
    }
    throw ImportError("the list of '\(model)' does not end")
  }

  static func stages(
    of value: PythonLiteral, model: String?
  ) throws(ImportError) -> (blocks: [[PythonLiteral]], side: Int?) {
    let list = value["blocks"]?.list ?? value.list
    guard let list else {
      throw ImportError("there is no list of blocks; one looks like [[[\"conv_k3_hs\", 16, 2, 1]], ...]")
    }
    // A list of blocks without stages is read too.
    let isFlat = list.contains { $0.list?.first?.text != nil }
    return (isFlat ? [list] : list.compactMap(\.list), value["input_size"]?.integer)
  }

  // MARK: Blocks

  mutating func network(_ stages: [[PythonLiteral]]) throws(ImportError) -> [String] {
    var lines: [String] = []
    for (stage, blocks) in stages.enumerated() {
      for (place, block) in blocks.enumerated() {
        guard !hasHead else { throw ImportError("a block follows the one that pools") }
        let name = stage == 0 && place == 0 ? "stem" : blocks.count == 1 ? "s\(stage)" : "s\(stage)_\(place + 1)"
        lines += try self.block(block, name: name)
      }
    }
    guard !lines.isEmpty else { throw ImportError("the list has no blocks") }
    guard hasHead else {
      throw ImportError("the list does not end with 'ir_pool' or 'ir_pool_hs', which the head is")
    }
    return lines
  }

  private mutating func block(_ value: PythonLiteral, name: String) throws(ImportError) -> [String] {
    guard let parts = value.list, let operation = parts.first?.text, parts.count >= 4, let channels = parts[1].integer,
      let stride = parts[2].integer, let count = parts[3].integer, channels > 0, [1, 2].contains(stride),
      (1...100).contains(count)
    else {
      throw ImportError(
        "'\(name)' is no block: it is an operation, channels, stride 1 or 2 and repetitions, such as [\"ir_k5\", 24, 2, 1]"
      )
    }
    let expansion = try settings(Array(parts[4...]), of: operation)
    var arguments: [String]
    var words = operation.split(separator: "_").map(String.init)
    let activation = words.last == "hs" ? "hard_swish" : "relu"
    if words.last == "hs" { words.removeLast() }
    switch words {
    case ["skip"]:
      arguments = ["op: skip", "channels: \(channels)", "stride: \(stride)"]
    case ["ir", "pool"]:
      hasHead = true
      return [
        "  - {name: \(name), op: pool_head, width: \(channels), expansion: \(expansion ?? "6"), activation: \(activation)}"
      ]
    case let words where words.count == 2 && words[0] == "conv":
      arguments = [
        "op: conv_bn_act", "channels: \(channels)", "kernel: \(try kernel(words[1], operation))", "stride: \(stride)",
        "activation: \(activation)",
      ]
    case let words where words.count >= 2 && words.count <= 3 && words[0] == "ir":
      arguments = [
        "op: irf", "channels: \(channels)", "expansion: \(expansion ?? "1")",
        "kernel: \(try kernel(words[1], operation))",
        "stride: \(stride)", "activation: \(activation)",
      ]
      if words.count == 3 {
        guard let gate = ["sehsig": "hard_sigmoid", "se": "sigmoid"][words[2]] else { throw unknown(operation) }
        arguments += ["attention: true", "gate: \(gate)"]
      }
    default: throw unknown(operation)
    }
    guard count > 1 else { return ["  - {name: \(name), \(arguments.joined(separator: ", "))}"] }
    if stride > 1 {
      arguments = arguments.map { $0 == "stride: \(stride)" ? "stride: {first: \(stride), rest: 1}" : $0 }
    }
    return ["  - stage: \(name)", "    layers: \(count)", "    layer: {\(arguments.joined(separator: ", "))}"]
  }

  private func unknown(_ operation: String) -> ImportError {
    ImportError(
      "'\(operation)' is not known; known are conv_kN, ir_kN, ir_kN_se, ir_kN_sehsig, each also with _hs, skip, ir_pool "
        + "and ir_pool_hs")
  }

  private func kernel(_ word: String, _ operation: String) throws(ImportError) -> Int {
    guard word.hasPrefix("k"), let kernel = Int(word.dropFirst()), kernel % 2 == 1, (1...31).contains(kernel) else {
      throw unknown(operation)
    }
    return kernel
  }

  /// The expansion among the settings of a block; what else they say is noted.
  private mutating func settings(_ values: [PythonLiteral], of operation: String) throws(ImportError) -> String? {
    var expansion: String?
    for value in values {
      switch value {
      case .name("_ex", let arguments):
        guard arguments.count == 1, case .number(let text) = arguments[0] else {
          throw ImportError("'_ex' of '\(operation)' takes one number")
        }
        expansion = text
      case .name(let name, []) where name.hasPrefix("e") && Int(name.dropFirst()) != nil:
        expansion = String(name.dropFirst())
      case .name("IRF_CFG", _):
        remarks.insert("IRF_CFG: the last batch norm of a block starts at 0, which is a first value and no operation")
      case .dictionary(let entries):
        for entry in entries {
          if entry.key == "expansion", case .number(let text) = entry.value {
            expansion = text
          } else {
            remarks.insert("the setting '\(entry.key)' of '\(operation)'")
          }
        }
      case .name(let name, _): remarks.insert("the setting '\(name)' of '\(operation)'")
      case .text, .number, .list: throw ImportError("'\(operation)' has something that is no setting")
      }
    }
    if let expansion, Double(expansion).map({ $0 > 0 && $0 <= 100 }) != true || expansion.contains("e") {
      throw ImportError("the expansion \(expansion) of '\(operation)' is no number up to 100")
    }
    return expansion
  }

  // MARK: The file

  static func file(name: String, side: Int, classes: Int, network: [String], remarks: [String]) -> String {
    let notes = remarks.map { "#   \($0)" }
    return """
      # A network of mobile-vision's FBNetV2, made from its list of blocks.
      \(notes.isEmpty ? "#" : (["# Not carried over:"] + notes).joined(separator: "\n"))
      espalier: 1
      space: \(name)
      input: {channels: 3, height: \(side), width: \(side)}
      output: {classes: \(classes)}

      \(blocks)

      network:
      \(network.joined(separator: "\n"))
      """ + "\n"
  }

  /// As `spaces/blocks/fbnetv2.yaml` has them, in a file that needs no other.
  private static let blocks = """
    blocks:
      conv_bn_act:
        parameters:
          channels: int
          kernel: int
          stride: {type: int, default: 1}
          activation: {type: word, default: relu}
        body:
          - {op: conv, channels: channels, kernel: kernel, stride: stride}
          - batch_norm
          - {op: activation, function: activation}

      # Nothing where the shapes agree, else the cheapest projection that makes them agree.
      skip:
        parameters:
          channels: int
          stride: {type: int, default: 1}
        body:
          - when: stride == 1 and in.channels == channels
            then: []
            else:
              - {op: conv_bn_act, channels: channels, kernel: 1, stride: stride}

      # Expand, depthwise, squeeze and excite where asked, project.
      irf:
        parameters:
          channels: int
          expansion: rational
          kernel: int
          stride: {type: int, default: 1}
          activation: word
          attention: {type: bool, default: false}
          gate: {type: word, default: hard_sigmoid}
        body:
          - op: irf_of_width
            channels: channels
            hidden: "make_divisible(in.channels * expansion, 8, 0.95)"
            kernel: kernel
            stride: stride
            activation: activation
            attention: attention
            gate: gate

      irf_of_width:
        parameters:
          channels: int
          hidden: int
          kernel: int
          stride: int
          activation: word
          attention: bool
          gate: word
        body:
          - when: hidden != in.channels
            then:
              - {name: expand, op: conv_bn_act, channels: hidden, kernel: 1, activation: activation}
          - {name: spatial, op: depthwise, kernel: kernel, stride: stride}
          - batch_norm
          - {op: activation, function: activation}
          - when: attention
            then:
              - op: squeeze_excite
                inner: "make_divisible(floor(hidden / 4), 8, 0.95)"
                function: activation
                gate: gate
          - {name: project, op: conv, channels: channels, kernel: 1}
          - batch_norm
        shortcut: {when: stride == 1 and in.channels == channels}

      # Expand, pool, one more layer of so many channels, classify.
      pool_head:
        parameters:
          width: int
          expansion: rational
          activation: word
        body:
          - {op: conv_bn_act, channels: "make_divisible(in.channels * expansion, 8, 0.95)", kernel: 1, activation: activation}
          - global_pool
          - {op: linear, features: width, bias: false}
          - {op: activation, function: activation}
          - {op: linear, features: output.classes}
    """
}
