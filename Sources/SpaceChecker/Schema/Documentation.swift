import SpaceIR

// What the words of the language mean, in a sentence each: what an editor shows.

extension Hints.Grouping {
  var meaning: String {
    switch self {
    case .factorised: "One categorical for each decision."
    case .joint: "One categorical over all decisions of one layer or stage."
    }
  }
}

extension Hints.Sharing {
  var meaning: String {
    switch self {
    case .slice: "One tensor of the largest size; an option uses its first channels."
    case .separate: "One tensor for each option."
    case .shared: "One tensor that all options use alike."
    case .nested: "One kernel of the largest size; a smaller one is its centre."
    case .mask: "One tensor of the largest size; an option's channels are kept by a mask."
    }
  }
}

extension Expectations.Quantity {
  var meaning: String {
    switch self {
    case .encodings: "Networks of the space, told apart by their decisions."
    case .terms: "Networks after merging options of a decision that are the same; without requirements."
    case .jointLogits: "Parameters of the joint distribution."
    case .factorisedLogits: "Parameters of the factorised distribution."
    case .leastMACs: "Fewest multiply-adds of all networks, for one image of the first input."
    case .greatestMACs: "Most multiply-adds of all networks, for one image of the first input."
    }
  }
}

extension DecisionScope {
  /// Of the layers of a stage, or of the uses of a block.
  func meaning(of many: String) -> String {
    switch self {
    case .once: "One decision for all \(many)."
    case .each: "Each of the \(many) decides for itself."
    }
  }

  static func schema(of many: String, _ description: String) -> SchemaValue {
    .oneOf(allCases.map { ($0.rawValue, $0.meaning(of: many)) }, description)
  }
}

extension Join {
  var meaning: String {
    switch self {
    case .add: "The sum of tensors of one shape."
    case .multiply: "The product of tensors of one shape; one pixel meets every pixel of the others."
    case .concat: "Channels one after another, of one height and width."
    }
  }

  static func schema(_ description: String) -> SchemaValue {
    .oneOf(allCases.map { ($0.rawValue, $0.meaning) }, description)
  }
}

extension ValueType {
  var meaning: String {
    switch self {
    case .integer: "A whole number."
    case .rational: "A number, exactly; whole numbers too."
    case .word: "A word, of 'one_of' where that is given."
    case .boolean: "true or false."
    }
  }
}

extension CellDeclaration.Inputs {
  /// Of a word; see `words`.
  static func meaning(of word: String) -> String {
    switch word {
    case "all": "Every earlier node and input."
    case "any": "Each earlier node or input, or not: a decision an edge."
    default: preconditionFailure("a word of the inputs of a node: \(word)")
    }
  }
}

extension CellDeclaration.Gathering {
  static func meaning(of word: String) -> String {
    switch word {
    case "nodes": "Every node."
    case "last": "The last node."
    case "loose_ends": "The nodes that no other reads."
    default: preconditionFailure("a word of the output of a cell: \(word)")
    }
  }
}
