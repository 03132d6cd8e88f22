import SpaceIR

/// Writes what a block does with its inputs, line by line.
///
/// A value that nothing but the next batch norm or activation reads is written inside that one's call; a variable that is
/// read for the last time is written over.
struct TorchForward {
  private let block: TorchBlock
  /// By the number of a step: the function that it calls.
  private let functions: [Int: String]
  private var expressions: [NodeID: String] = [:]
  private var lastUse: [NodeID: Int] = [:]
  private var readers: [NodeID: Int] = [:]
  private var variables: [String]

  private static let names = ["x", "y", "z", "u", "v", "w"]

  init(block: TorchBlock, functions: [Int: String]) {
    self.block = block
    self.functions = functions
    variables = []
    for (index, step) in block.steps.enumerated() {
      for operand in step.operands {
        lastUse[operand] = index
        readers[operand, default: 0] += 1
      }
    }
    for output in block.outputs {
      lastUse[output] = block.steps.count
      readers[output, default: 0] += 1
    }
  }

  mutating func lines() -> [String] {
    var arguments: [String] = []
    for input in block.inputs {
      let name = freeVariable(at: -1)
      expressions[input] = name
      variables.append(name)
      arguments.append(name)
    }
    var lines = PythonText.definition("forward", ["self"] + arguments)
    for index in block.steps.indices {
      let step = block.steps[index]
      let text = expression(step, index)
      if isInlined(index, text) {
        expressions[step.node.id] = text
      } else {
        let name = freeVariable(at: index)
        lines.append("        \(name) = \(text)")
        expressions[step.node.id] = name
      }
    }
    let results = block.outputs.map { expressions[$0] ?? "" }.joined(separator: ", ")
    // A line that only names what is returned is not needed.
    if block.outputs.count == 1, let last = lines.last, last.hasPrefix("        \(results) = ") {
      lines[lines.count - 1] = "        return " + last.dropFirst("        \(results) = ".count)
    } else {
      lines.append("        return \(results)")
    }
    return lines
  }

  /// A call inside a call, unless the line becomes too long.
  private func isInlined(_ index: Int, _ text: String) -> Bool {
    let id = block.steps[index].node.id
    guard readers[id] == 1, index + 1 < block.steps.count else { return false }
    let next = block.steps[index + 1]
    guard next.operands == [id], text.count + next.attribute.count < 90 else { return false }
    switch next.node.operation {
    case .batchNorm, .activation: return true
    case .input, .convolution, .depthwise, .squeezeExcite, .splitAttention, .pool, .globalPool, .linear, .layerNorm,
      .slice, .shuffle, .softmax, .resize, .attention, .positionEmbedding, .quantize, .zero, .add, .join, .choice:
      return false
    }
  }

  /// A name that no value has which is read after a step.
  private func freeVariable(at index: Int) -> String {
    let busy = Set(expressions.filter { (lastUse[$0.key] ?? -1) > index }.values)
    if index >= 0, let operand = block.steps[index].operands.first, let name = expressions[operand],
      !busy.contains(name), name.allSatisfy({ $0.isLetter || $0.isNumber })
    {
      return name
    }
    if let name = Self.names.first(where: { !busy.contains($0) }) { return name }
    var number = 1
    while busy.contains("t\(number)") { number += 1 }
    return "t\(number)"
  }

  private func expression(_ step: TorchBlock.Step, _ index: Int) -> String {
    let wantsFlat = step.form.takesFlat || step.isFlat
    let operands = zip(step.operands, step.flatOperands).map { id, isFlat in
      let text = expressions[id] ?? ""
      if wantsFlat && !isFlat { return "\(text).flatten(1)" }
      return !wantsFlat && isFlat ? "\(text)[:, :, None, None]" : text
    }
    return TorchForward.text(step, operands, function: functions[index] ?? "", owner: "self.")
  }

  /// - Parameter owner: What stands before the name of a submodule.
  static func text(_ step: TorchBlock.Step, _ operands: [String], function: String, owner: String) -> String {
    switch step.form.call {
    case .module: "\(owner)\(step.attribute)(\(operands.joined(separator: ", ")))"
    case .function: "\(function)(\(operands[0]))"
    case .sum: operands.joined(separator: " + ")
    case .product: operands.joined(separator: " * ")
    case .concatenation: "torch.cat([\(operands.joined(separator: ", "))], 1)"
    case .globalPool: "\(operands[0]).mean((2, 3), keepdim=True)"
    }
  }
}
