import SpaceIR
import SpacePlanner

/// A network as a Python file that needs torch alone, and the tensors that it loads.
package struct TorchModule: Sendable {
  private let network: BoundNetwork
  private let blocks: [TorchBlock]
  private let classes: [TorchClass]
  /// By block the number of its class; nil: a block of one operation, which needs none.
  private let classNumbers: [Int?]
  private let images: NodeID

  package init(of network: BoundNetwork) {
    self.network = network
    images = network.firstInput
    blocks = network.torchBlocks(images: images)
    var members: [String: [TorchBlock]] = [:]
    var order: [String] = []
    for block in blocks where !block.isSingle {
      if members[block.signature] == nil { order.append(block.signature) }
      members[block.signature, default: []].append(block)
    }
    var taken = Set(TorchSupport.allCases.map(\.className) + ["Network"])
      .union(TorchNames.keywords).union(TorchNames.ofFile)
    classes = order.map { TorchClass(name: Self.className(members[$0]?[0].kind ?? "", &taken), members[$0] ?? []) }
    classNumbers = blocks.map { block in block.isSingle ? nil : order.firstIndex(of: block.signature) }
  }

  /// `InvertedResidual` of `inverted_residual`.
  private static func className(_ kind: String, _ taken: inout Set<String>) -> String {
    let ascii = String(kind.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    let words = ascii.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }
    var name = words.joined()
    if name.first?.isLetter != true { name = "Block\(name)" }
    return taken.unique(name)
  }

  // MARK: The file

  /// - Parameters:
  ///   - weightsFile: The name of the file with the weights, beside this one.
  ///   - facts: What the file says about itself at its head.
  package func source(weightsFile: String, facts: [(key: String, value: String)]) -> String {
    var parts = [head(weightsFile, facts)]
    parts += usedSupports.map(\.source)
    parts += classes.map(\.source)
    parts += [networkClass, loader(weightsFile), main]
    return parts.joined(separator: "\n\n\n") + "\n"
  }

  private func head(_ weightsFile: String, _ facts: [(key: String, value: String)]) -> String {
    let inputs = network.inputs.map {
      "\($0.name) [batch, \($0.shape.channels), \($0.shape.height), \($0.shape.width)]"
    }
    let lines = facts.flatMap { key, value -> [String] in
      let values = value.split(separator: "\n").map(String.init)
      return values.count == 1 ? ["\(key): \(values[0])"] : ["\(key):"] + values.map { "    \($0)" }
    }
    let text =
      (["A network of the space '\(network.space.name)', written by espalier.", ""] + lines
      + ["", "Takes \(inputs.joined(separator: ", ")); weights are in \(weightsFile). Needs torch alone."])
      .map { $0.replacing("\\", with: "\\\\").replacing("\"\"\"", with: "'''") }
    let needsFunctions = (classes.map(\.source) + [networkClass] + usedSupports.map(\.source)).contains {
      $0.contains("F.")
    }
    let imports = [
      "import json", "import struct", "import sys", "", "import torch",
      needsFunctions ? "import torch.nn.functional as F" : nil, "from torch import nn",
    ].compactMap { $0 }
    return "\"\"\"" + text.joined(separator: "\n") + "\n\"\"\"\n" + imports.joined(separator: "\n")
  }

  private var usedSupports: [TorchSupport] {
    TorchSupport.allCases.filter { support in blocks.contains { $0.steps.contains { $0.form.support == support } } }
  }

  private var networkClass: String {
    var lines = ["class Network(nn.Module):", "    def __init__(self):", "        super().__init__()"]
    for (index, block) in blocks.enumerated() {
      if let number = classNumbers[index] {
        lines += PythonText.assignment("        self.\(block.attribute)", classes[number].construction(of: block))
      } else if !block.steps[0].form.constructor.isEmpty {
        let text = block.steps[0].form.constructor.map { piece in
          switch piece {
          case .text(let text): text
          case .slot(let slot): slot.value
          }
        }
        lines += PythonText.assignment("        self.\(block.attribute)", PythonText.plain(text.joined()))
      }
    }
    return (lines + [""] + forward).joined(separator: "\n")
  }

  private var forward: [String] {
    var expressions: [NodeID: String] = [:]
    var flat: Set<NodeID> = []
    var names = TorchNames()
    var arguments: [String] = []
    for (number, input) in network.inputs.enumerated() {
      let name = names.name(input.name)
      arguments.append(name)
      if let node = network.nodes.first(where: { $0.operation == .input(number) }) { expressions[node.id] = name }
      if number == 0 { expressions[images] = name }
    }
    var lines = PythonText.definition("forward", ["self"] + arguments)
    var lastUse: [NodeID: Int] = [:]
    for (index, block) in blocks.enumerated() { for input in block.inputs { lastUse[input] = index } }
    for output in network.outputs { lastUse[output.node] = blocks.count }
    for (index, block) in blocks.enumerated() {
      for step in block.steps where step.isFlat { flat.insert(step.node.id) }
      let call = call(block, classNumbers[index] != nil, expressions)
      var results: [String] = []
      for output in block.outputs {
        let name = variable(at: index, block, expressions, lastUse, taken: Set(arguments + results))
        results.append(name)
        expressions[output] = name
      }
      guard !results.isEmpty else { continue }
      lines.append("        \(results.joined(separator: ", ")) = \(call)")
    }
    let results = network.outputs.map { output in
      let text = expressions[output.node] ?? ""
      let isVector = output.shape.height * output.shape.width == 1
      if isVector && !flat.contains(output.node) { return "\(text).flatten(1)" }
      return !isVector && flat.contains(output.node) ? "\(text)[:, :, None, None]" : text
    }
    let returned = results.joined(separator: ", ")
    if let last = lines.last, last.hasPrefix("        \(returned) = ") {
      lines[lines.count - 1] = "        return " + last.dropFirst("        \(returned) = ".count)
    } else {
      lines.append("        return \(returned)")
    }
    return lines
  }

  private func call(_ block: TorchBlock, _ hasClass: Bool, _ expressions: [NodeID: String]) -> String {
    if hasClass {
      return "self.\(block.attribute)(\(block.inputs.map { expressions[$0] ?? "" }.joined(separator: ", ")))"
    }
    let step = block.steps[0]
    let wantsFlat = step.form.takesFlat || step.isFlat
    let operands = zip(step.operands, step.flatOperands).map { id, isFlat in
      let text = expressions[id] ?? ""
      if wantsFlat && !isFlat { return "\(text).flatten(1)" }
      return !wantsFlat && isFlat ? "\(text)[:, :, None, None]" : text
    }
    if case .module = step.form.call {
      return "self.\(block.attribute)(\(operands.joined(separator: ", ")))"
    }
    var function = ""
    if case .function(let slot) = step.form.call { function = slot.value }
    return TorchForward.text(step, operands, function: function, owner: "self.")
  }

  /// `x` where nothing reads it any more, else a name after the layer.
  private func variable(
    at index: Int, _ block: TorchBlock, _ expressions: [NodeID: String], _ lastUse: [NodeID: Int], taken: Set<String>
  ) -> String {
    let busy = Set(expressions.filter { (lastUse[$0.key] ?? -1) > index }.values).union(taken)
    if !busy.contains("x") { return "x" }
    var taken = busy
    return taken.unique(block.attribute, separator: "_")
  }

  private func loader(_ weightsFile: String) -> String {
    """
    def load_weights(network, path):
        \"\"\"Reads a safetensors file into a network; needs no package but torch.\"\"\"
        with open(path, "rb") as file:
            data = bytearray(file.read())
        (length,) = struct.unpack("<Q", data[:8])
        state = {}
        for name, entry in json.loads(data[8 : 8 + length]).items():
            if name == "__metadata__":
                continue
            begin, end = entry["data_offsets"]
            values = torch.frombuffer(data, dtype=torch.float32, count=(end - begin) // 4, offset=8 + length + begin)
            state[name] = values.reshape(entry["shape"])
        network.load_state_dict(state)
        return network
    """
  }

  private var main: String {
    let shapes = network.inputs.map { "torch.zeros(1, \($0.shape.channels), \($0.shape.height), \($0.shape.width))" }
    return """
      if __name__ == "__main__":
          network = Network()
          if len(sys.argv) > 1:
              load_weights(network, sys.argv[1])
          network.eval()
          with torch.no_grad():
              outputs = network(\(shapes.joined(separator: ", ")))
          shapes = [list(output.shape) for output in (outputs if isinstance(outputs, tuple) else (outputs,))]
          print("parameters", sum(parameter.numel() for parameter in network.parameters()), "outputs", *shapes)
      """
  }
}

extension TorchBlock {
  /// Whether it is one operation, which stands in the network itself.
  fileprivate var isSingle: Bool { steps.count == 1 }
}

extension BoundNetwork {
  /// The node of the first input, or a number that no node has.
  fileprivate var firstInput: NodeID {
    nodes.first { $0.operation == .input(0) }?.id ?? NodeID(index: (nodes.map(\.id.index).max() ?? 0) + 1)
  }
}

// MARK: Weights

extension TorchModule {
  /// A tensor of the file of weights.
  package struct Tensor: Sendable {
    package let name: String
    package let shape: [Int]
    package let values: [Float]
  }

  /// Every tensor of the module's `state_dict`, counters of batches excepted, which torch fills in.
  package func tensors(_ weights: NetworkTensors) -> [Tensor] {
    blocks.flatMap { block in
      block.steps.flatMap { step -> [Tensor] in
        let place = block.isSingle ? block.attribute : "\(block.attribute).\(step.attribute)"
        return tensors(of: step.node, place, weights)
      }
    }
  }

  private func tensors(of node: Node, _ place: String, _ weights: NetworkTensors) -> [Tensor] {
    let path = network.path(of: node)
    let extents = node.type.extents4
    func values(_ label: String) -> [Float] { weights["\(path).\(label)"] }
    func tensor(_ name: String, _ shape: [Int], _ values: [Float]) -> Tensor {
      precondition(shape.reduce(1, *) == values.count, "'\(path)' has values for its shape")
      return Tensor(name: "\(place).\(name)", shape: shape, values: values)
    }
    func map(_ name: String, _ label: String, copies: Int = 1) -> [Tensor] {
      let bias = WeightLayout.interleaved(values("\(label)_bias"), copies: copies)
      let rest = values(label).count / bias.count
      let filters = WeightLayout.interleaved(values(label), copies: copies, rest: rest)
      return [
        tensor("\(name).weight", [bias.count, rest, 1, 1], filters), tensor("\(name).bias", [bias.count], bias),
      ]
    }
    switch node.operation {
    case .convolution(let it, _):
      let (height, width) = (it.kernel.boundInteger, it.kernelWidth.boundInteger)
      let given = values("weight")
      let entering = given.count / extents.channels / height / width
      let filters = WeightLayout.filters(given, out: extents.channels, height: height, width: width, in: entering)
      return [tensor("weight", [extents.channels, entering, height, width], filters)]
        + (it.bias ? [tensor("bias", [extents.channels], values("bias"))] : [])
    case .depthwise(let it, _):
      let kernel = it.kernel.boundInteger
      let filters = WeightLayout.depthwise(
        values("weight"), copies: extents.copies, positions: kernel * kernel, channels: extents.channels)
      return [tensor("weight", [extents.allChannels, 1, kernel, kernel], filters)]
    case .batchNorm:
      return [("weight", "scale"), ("bias", "shift"), ("running_mean", "mean"), ("running_var", "variance")].map {
        tensor($0.0, [extents.allChannels], WeightLayout.interleaved(values($0.1), copies: extents.copies))
      }
    case .layerNorm:
      return [
        tensor("weight", [extents.channels], values("scale")), tensor("bias", [extents.channels], values("shift")),
      ]
    case .linear(let it, _):
      let filters = values("weight")
      return [tensor("weight", [extents.channels, filters.count / extents.channels], filters)]
        + (it.bias ? [tensor("bias", [extents.channels], values("bias"))] : [])
    case .squeezeExcite: return map("reduce", "reduce") + map("widen", "widen")
    case .splitAttention(_, let x):
      let copies = network.nodes.first { $0.id == x }?.type.extents4.copies ?? 1
      return map("reduce", "reduce") + map("widen", "widen", copies: copies)
    case .attention: return ["queries", "keys", "values", "output"].flatMap { map($0, $0) }
    case .positionEmbedding:
      let planes = WeightLayout.planes(values("embedding"), channels: extents.channels)
      return [tensor("embedding", [1, extents.channels, extents.height, extents.width], planes)]
    case .input, .activation, .pool, .globalPool, .slice, .shuffle, .softmax, .resize, .quantize, .zero, .add, .join,
      .choice:
      return []
    }
  }
}
