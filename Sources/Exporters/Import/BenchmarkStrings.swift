import SpaceIR

extension ImportedNetwork {
  /// A cell of NAS-Bench-201 as its code writes it: `|nor_conv_3x3~0|+|none~0|skip_connect~1|+|...|...|...|`, for each node
  /// the operations on what it reads, with the number of the node read (arXiv 2001.00326).
  ///
  /// - Throws: `ImportError` where the text is no such string.
  package init(nasBench201 text: String) throws(ImportError) {
    let nodes = text.filter { !$0.isWhitespace && $0 != "'" && $0 != "\"" }.split(
      separator: "+", omittingEmptySubsequences: false)
    guard nodes.count == 3 else {
      throw ImportError(
        "'\(text)' has \(nodes.count) nodes, apart by '+'; a cell of NAS-Bench-201 has 3, such as "
          + "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|avg_pool_3x3~2|")
    }
    var choices: [Choice] = []
    for (index, node) in nodes.enumerated() {
      let edges = node.split(separator: "|")
      guard edges.count == index + 1 else {
        throw ImportError("node \(index + 1) of the cell reads \(index + 1) others, and '\(node)' names \(edges.count)")
      }
      for (place, edge) in edges.enumerated() {
        let parts = edge.split(separator: "~", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, Int(parts[1]) == place else {
          throw ImportError("'\(edge)' in '\(node)' is not an operation on node \(place), such as none~\(place)")
        }
        guard Self.nasBenchOperations.contains(parts[0]) else {
          throw ImportError(
            "NAS-Bench-201 has no operation '\(parts[0])'; it has \(Self.nasBenchOperations.joined(separator: ", "))")
        }
        choices.append(Choice("cell.n\(index + 1).\(place == 0 ? "in" : "n\(place)")", .word(parts[0])))
      }
    }
    self.init(form: .choices(choices), remarks: [])
  }

  private static let nasBenchOperations = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]

  /// A network of Single Path One-Shot: the number of the candidate at each of 20 places, and where channels are searched
  /// the number of the scale too, 0 for 0.2, 1 for 0.4 and so on (arXiv 1904.00420; megvii-model/SinglePathOneShot).
  ///
  /// - Parameter scales: Nil: every unit has its full width.
  /// - Throws: `ImportError`.
  package init(spos digits: String, scales: [Int]?) throws(ImportError) {
    let numbers = digits.filter { $0.isASCII && $0.isNumber }.compactMap(\.wholeNumberValue)
    guard digits.allSatisfy({ ($0.isASCII && $0.isNumber) || $0.isWhitespace || "[](),".contains($0) }) else {
      throw ImportError("'\(digits)' is no list of candidates: write 20 digits from 0 to 3")
    }
    guard numbers.count == Self.sposPlaces.count else {
      throw ImportError("there are \(numbers.count) candidates, and a network of SPOS has \(Self.sposPlaces.count)")
    }
    if let place = numbers.firstIndex(where: { $0 > 3 }) {
      throw ImportError("the candidate at place \(place + 1) is \(numbers[place]); candidates are 0 to 3")
    }
    if let scales, scales.count != numbers.count {
      throw ImportError("there are \(scales.count) channel scales for \(numbers.count) units")
    }
    if let wrong = scales?.first(where: { !(0...9).contains($0) }) {
      throw ImportError("the channel scale \(wrong) is none; 0 is 0.2, 1 is 0.4, and so on to 9, which is 2.0")
    }
    let candidates = ["choice_3", "choice_5", "choice_7", "xception"]
    var choices: [Choice] = []
    for (index, number) in numbers.enumerated() {
      choices.append(Choice("\(Self.sposPlaces[index]).candidate", .word(candidates[number])))
      guard let scales else { continue }
      choices.append(Choice("\(Self.sposPlaces[index]).scale", Value(Rational(scales[index] + 1, 5))))
    }
    self.init(form: .choices(choices), remarks: ["dropout before the classifier, which trains and does not compute"])
  }

  private static let sposPlaces = [4, 4, 8, 4].enumerated().flatMap { stage, count in
    (1...count).map { "s\(stage + 1)[\($0)]" }
  }
}
