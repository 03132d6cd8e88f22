// The keys and limits of the smaller forms, which the JSON Schema of the language is made from too.
extension SpaceReader {
  static let shapeKeys = ["channels", "height", "width"]
  static let choiceKeys = ["choose", "decide", "was"]
  static let rangeKeys = ["from", "to", "step"]
  static let firstRestKeys = ["first", "rest"]
  static let parallelKeys = ["name", "parallel", "join"]
  static let switchKeys = ["switch", "cases"]
  static let conditionKeys = ["when", "then", "else"]
  static let cellInputKeys = ["choose", "slots"]
  static let cellOutputKeys = ["of", "inputs", "edge", "join"]
  static let hintKeys = ["distribution", "share"]

  /// Of a side of a tensor.
  static let extents = 1...1_000_000
  static let layerCounts = 1...1000
  static let nodeCounts = 1...64
  /// Of what a node of a cell reads.
  static let readCounts = 1...8
  /// Uses of one rule inside one another; a derivation is written out, so its size grows with a power of this.
  static let depths = 1...64
  static let optionCounts = 1...10_000
}

extension CellDeclaration.Gathering {
  /// The words after `of`.
  static let words = ["nodes", "last", "loose_ends"]
}

extension CellDeclaration.Inputs {
  /// The forms that are one word.
  static let words = ["all", "any"]
}
