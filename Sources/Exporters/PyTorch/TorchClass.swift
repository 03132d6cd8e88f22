import SpaceIR

/// A Python class for blocks of one signature: what differs between them is a parameter of its constructor.
struct TorchClass: Sendable {
  let name: String
  /// One of its blocks, whose operations are written.
  private let block: TorchBlock
  /// For every slot of the block, in order: its parameter, nil where all blocks have one value.
  private let parameters: [String?]
  /// The parameters in the order of their first use, each with the slot that has its value.
  private let signature: [(name: String, slot: Int)]
  /// Which layers it is the class of.
  private let words: String

  /// - Parameter blocks: Of one signature, at least one.
  init(name: String, _ blocks: [TorchBlock]) {
    self.name = name
    block = blocks[0]
    let layers = blocks.map(\.attribute)
    let shown = layers.count > 8 ? layers.prefix(7) + ["\(layers.count - 7) more"] : layers[...]
    words = "\(layers.count == 1 ? "Layer" : "Layers") \(shown.joined(separator: ", "))."
    let rows = blocks.map { $0.slots.map(\.slot) }
    let slots = blocks[0].slots
    let widths = slots.indices.filter { slots[$0].slot.role.isWidth }.map { index in rows.map { $0[index].value } }
      .filter { Set($0).count > 1 }
    var naming = ParameterNames(block: blocks[0], widths: widths)
    var parameters: [String?] = []
    var signature: [(name: String, slot: Int)] = []
    var known: [Column: String] = [:]
    for (index, place) in slots.enumerated() {
      let values = rows.map { $0[index].value }
      guard Set(values).count > 1 else {
        parameters.append(nil)
        continue
      }
      let column = Column(family: place.slot.role.isWidth ? nil : place.slot.role, values: values)
      let width = Column(family: nil, values: values)
      // What a depthwise convolution calls groups is its width.
      let name = known[column] ?? (place.slot.role == .groups ? known[width] : nil)
      if let name {
        parameters.append(name)
      } else {
        let made = naming.name(for: place.slot.role, values, step: place.step)
        known[column] = made
        parameters.append(made)
        signature.append((made, index))
      }
    }
    self.parameters = parameters
    self.signature = signature
  }

  private struct Column: Hashable {
    let family: TorchSlot.Role?
    let values: [String]
  }

  // MARK: Text

  /// The expression that makes a block's object.
  func construction(of block: TorchBlock) -> String {
    let slots = block.slots
    return "\(name)(\(signature.map { "\($0.name)=\(slots[$0.slot].slot.value)" }.joined(separator: ", ")))"
  }

  var source: String {
    var lines = ["class \(name)(nn.Module):", "    \"\"\"\(words)\"\"\"", ""]
    let arguments = ["self"] + signature.map(\.name)
    lines += PythonText.definition("__init__", arguments)
    lines.append("        super().__init__()")
    var slot = 0
    for step in block.steps {
      let text = step.form.constructor.map { piece in
        switch piece {
        case .text(let text): return text
        case .slot(let value):
          defer { slot += 1 }
          return parameters[slot] ?? value.value
        }
      }
      if !text.isEmpty {
        lines += PythonText.assignment("        self.\(step.attribute)", PythonText.plain(text.joined()))
      }
      guard case .function = step.form.call else { continue }
      if let parameter = parameters[slot], !lines.contains("        self.\(parameter) = \(parameter)") {
        lines.append("        self.\(parameter) = \(parameter)")
      }
      slot += 1
    }
    return (lines + [""] + forward).joined(separator: "\n")
  }

  private var forward: [String] {
    var functions: [Int: String] = [:]
    for (index, place) in block.slots.enumerated() {
      guard case .function = block.steps[place.step].form.call else { continue }
      functions[place.step] = parameters[index].map { "self.\($0)" } ?? place.slot.value
    }
    var writer = TorchForward(block: block, functions: functions)
    return writer.lines()
  }
}

/// Names of a class's parameters: what they are, with the submodule where that alone is not clear.
private struct ParameterNames {
  let block: TorchBlock
  /// The different widths in the order of their first use, each with its values over the blocks.
  private var widths: [[String]] = []
  private var taken: Set<String>

  init(block: TorchBlock, widths: [[String]]) {
    self.block = block
    // A parameter that is kept becomes an attribute beside the submodules.
    taken = Set(block.steps.map(\.attribute)).union(TorchNames.keywords).union(TorchNames.ofModules)
      .union(TorchNames.ofFile)
    for width in widths where !self.widths.contains(width) { self.widths.append(width) }
  }

  mutating func name(for role: TorchSlot.Role, _ values: [String], step: Int) -> String {
    let attribute = block.steps[step].attribute
    let place = attribute.split(separator: "_").map(String.init)
    let stem = place.count > 1 ? place.dropLast().joined(separator: "_") + "_" : ""
    let candidates =
      role.isWidth ? widthNames(role, values, stem, attribute) : [role.rawValue, "\(stem)\(role.rawValue)"]
    let name = candidates.first { !taken.contains($0) } ?? candidates[0]
    return taken.unique(name, separator: "_")
  }

  private func widthNames(
    _ role: TorchSlot.Role, _ values: [String], _ stem: String, _ attribute: String
  ) -> [String] {
    if role == .inner { return ["inner", "\(attribute)_inner"] }
    if widths.count == 1 { return ["channels"] }
    if widths.first == values { return ["in_channels"] }
    if widths.last == values { return ["out_channels"] }
    return ["\(stem)channels", "\(attribute)_channels"]
  }
}
