/// One of libyaml's events as a Swift value, with byte offsets.
struct YAMLEvent {
  enum Kind {
    case streamStart
    case streamEnd
    case documentStart(hasDirectives: Bool)
    case documentEnd
    case alias(String)
    case scalar(text: String, style: YAMLScalar.Style, properties: Properties)
    case start(YAMLCollection, layout: Layout, properties: Properties)
    case end
  }

  /// The anchor and the tag before a node.
  struct Properties {
    let anchor: String?
    let tag: String?

    var isEmpty: Bool { anchor == nil && tag == nil }
  }

  /// Whether a collection is written with brackets or by indentation.
  enum Layout {
    case flow
    case block
  }

  let kind: Kind
  /// As libyaml gives them: properties are part of the node, and a block collection ends where the next token begins.
  let bytes: Range<Int>
}

/// A place where libyaml gave up.
struct YAMLProblem: Error {
  let problem: String
  let context: String
  /// Byte offsets of where the problem was seen, and of where the construct around it begins.
  let offset: Int
  let contextOffset: Int?
}
