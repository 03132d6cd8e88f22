/// Reads block strings.
enum TimmParser {
  /// The blocks of every stage.
  ///
  /// - Parameter text: A string for each stage, apart by blanks or commas; strings of one stage are joined by `|`. Lists
  ///   in lists, as in timm's sources, are read too.
  static func stages(_ text: String) throws(TimmError) -> [[TimmBlock]] {
    var stages: [[TimmBlock]] = []
    for words in groups(of: text) {
      var blocks: [TimmBlock] = []
      for word in words {
        var block = try self.block(word)
        // Only the first block of a stage may stride, whatever the strings after it say.
        if !blocks.isEmpty { block.stride = 1 }
        blocks.append(block)
      }
      stages.append(blocks)
    }
    guard !stages.isEmpty else {
      throw TimmError(description: "there is no block; write one such as ir_r2_k3_s2_e6_c24")
    }
    return stages
  }

  /// The words of each stage.
  private static func groups(of text: String) -> [[String]] {
    var groups: [[String]] = []
    var depth = 0
    var joins = false
    var word = ""
    func finish() {
      guard !word.isEmpty else { return }
      if joins, !groups.isEmpty { groups[groups.count - 1].append(word) } else { groups.append([word]) }
      // Inside a list of a list the next word belongs to the same stage.
      joins = depth > 1
      word = ""
    }
    for character in text {
      switch character {
      case "[", "]", "|":
        finish()
        depth += character == "[" ? 1 : character == "]" ? -1 : 0
        joins = character == "|"
      case _ where character.isWhitespace || ",'\"".contains(character): finish()
      default: word.append(character)
      }
    }
    finish()
    return groups
  }

  // MARK: One string

  private static func block(_ text: String) throws(TimmError) -> TimmBlock {
    let parts = text.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
    guard let kind = TimmBlock.Kind(rawValue: parts[0]) else {
      let known = TimmBlock.Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw TimmError(description: "'\(text)' begins with '\(parts[0])'; the blocks that are known are \(known)")
    }
    var fields = try Fields(text, kind, parts.dropFirst())
    let expands = kind == .invertedResidual || kind == .edgeResidual
    let expansion = try fields.decimal("e", isNeeded: expands)
    if !expands, let expansion, expansion.thousandths != 1000 {
      throw fields.error("e", "'\(kind.rawValue)' does not expand, so e can only be 1")
    }
    return TimmBlock(
      text: text, kind: kind,
      repeats: try fields.integer("r", in: 1...1000), kernel: try fields.kernel("k", isNeeded: true),
      stride: try fields.integer("s", in: 1...2), channels: try fields.integer("c", in: 1...1_000_000),
      expansion: expands ? expansion : nil, squeeze: try squeeze(&fields), activation: try fields.activation(),
      hasShortcut: kind == .convolution ? fields.has("skip") : kind != .activeSeparable && !fields.has("noskip"),
      firstKernel: try fields.kernel("a", isNeeded: false), lastKernel: try fields.kernel("p", isNeeded: false))
  }

  private static func squeeze(_ fields: inout Fields) throws(TimmError) -> TimmBlock.Number? {
    guard let squeeze = try fields.decimal("se", isNeeded: false), squeeze.thousandths > 0 else { return nil }
    return squeeze
  }

  /// The fields of one string, by name.
  private struct Fields {
    private let text: String
    private let kind: TimmBlock.Kind
    private var values: [String: String] = [:]

    init(_ text: String, _ kind: TimmBlock.Kind, _ parts: ArraySlice<String>) throws(TimmError) {
      self.text = text
      self.kind = kind
      for part in parts {
        let isWord = part == "skip" || part == "noskip"
        let name = isWord ? part : part.hasPrefix("n") ? "n" : String(part.prefix { !$0.isNumber && $0 != "." })
        guard Self.known(kind).contains(name) else {
          let known = Self.known(kind).joined(separator: ", ")
          throw TimmError(
            description: "'\(part)' in '\(text)' is no field of '\(kind.rawValue)' that is known; known are \(known)")
        }
        guard values.updateValue(String(part.dropFirst(name.count)), forKey: name) == nil else {
          throw TimmError(description: "'\(text)' has the field '\(name)' twice")
        }
      }
    }

    private static func known(_ kind: TimmBlock.Kind) -> [String] {
      switch kind {
      case .convolution: ["r", "k", "s", "c", "n", "skip"]
      case .separable, .activeSeparable: ["r", "k", "s", "e", "c", "se", "n", "p", "noskip"]
      case .edgeResidual: ["r", "k", "s", "e", "c", "se", "n", "p", "noskip"]
      case .invertedResidual: ["r", "k", "s", "e", "c", "se", "n", "a", "p", "noskip"]
      }
    }

    func has(_ name: String) -> Bool { values[name] != nil }

    func error(_ name: String, _ rule: String) -> TimmError {
      TimmError(description: "'\(name)\(values[name] ?? "")' in '\(text)': \(rule)")
    }

    private func missing(_ name: String) -> TimmError {
      TimmError(description: "'\(text)' has no '\(name)', \(Self.meaning(of: name))")
    }

    private static func meaning(of name: String) -> String {
      switch name {
      case "r": "the number of blocks, such as r2"
      case "k": "the kernel, such as k3"
      case "s": "the stride, such as s1"
      case "c": "the channels, such as c24"
      default: "the expansion, such as e6"
      }
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(TimmError) -> Int {
      guard let value = values[name] else { throw missing(name) }
      guard value.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(value), range.contains(number) else {
        throw error(name, "\(name) is a whole number from \(range.lowerBound) to \(range.upperBound)")
      }
      return number
    }

    /// 1 where it is not given and need not be.
    func kernel(_ name: String, isNeeded: Bool) throws(TimmError) -> Int {
      guard let value = values[name] else {
        if isNeeded { throw missing(name) }
        return 1
      }
      if value.contains(".") { throw error(name, "kernels of several sizes at once are not known; write one") }
      let kernel = try integer(name, in: 1...31)
      guard !kernel.isMultiple(of: 2) else { throw error(name, "a kernel is odd") }
      return kernel
    }

    func decimal(_ name: String, isNeeded: Bool) throws(TimmError) -> TimmBlock.Number? {
      guard let value = values[name] else {
        if isNeeded { throw missing(name) }
        return nil
      }
      let parts = value.split(separator: ".", omittingEmptySubsequences: false)
      let whole = parts.first.flatMap { Int($0) }
      let digits = parts.count > 1 ? String(parts[1]) : ""
      let fraction = Int(digits + String(repeating: "0", count: max(3 - digits.count, 0)))
      guard parts.count <= 2, value.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), digits.count <= 3,
        let whole, whole <= 100,
        let fraction, parts.count == 1 || !digits.isEmpty
      else { throw error(name, "\(name) is a number up to 100 with at most three decimals") }
      let number = TimmBlock.Number(text: value, thousandths: whole * 1000 + fraction)
      guard number.thousandths > 0 || name == "se" else { throw error(name, "\(name) is more than 0") }
      return number
    }

    func activation() throws(TimmError) -> TimmBlock.Activation? {
      guard let value = values["n"] else { return nil }
      guard let activation = TimmBlock.Activation(rawValue: value) else {
        let known = TimmBlock.Activation.allCases.map { "n\($0.rawValue)" }.joined(separator: ", ")
        throw error("n", "the activations that are known are \(known)")
      }
      return activation
    }
  }
}
