import Diagnostics

/// Builds the layout tree from libyaml's events and the comments between them.
///
/// Only for a text that `parseYAML` takes without an error: no tags, scalars as keys, at most `YAMLLimits.depth` levels,
/// which bounds the recursion.
struct LayoutBuilder {
  private let file: SourceFile
  /// Finds the parts of a node; it builds nothing here.
  private let places: YAMLTreeBuilder
  /// From the first node on.
  private var events: ArraySlice<YAMLEvent>
  private var comments: ArraySlice<LayoutComment>

  /// - Parameter file: With line feeds only and no byte-order mark.
  /// - Throws: Where libyaml stops, which it does not after `parseYAML` has read the same bytes.
  init(_ file: SourceFile) throws(YAMLProblem) {
    self.file = file
    places = YAMLTreeBuilder(source: file.id, bytes: file.bytes, limit: YAMLLimits.nodes)
    let all = try Self.events(of: file.bytes)
    events = all.drop { !$0.isNode }
    comments = []
    let scalars = all.compactMap(opaqueRange)
    comments = CommentScanner(file: file).comments(outside: scalars)[...]
  }

  private static func events(of bytes: [UInt8]) throws(YAMLProblem) -> [YAMLEvent] {
    var events: [YAMLEvent] = []
    var problem: YAMLProblem?
    bytes.withUnsafeBufferPointer { buffer in
      let reader = YAMLEventReader(bytes, buffer: buffer, from: 0)
      do throws(YAMLProblem) {
        repeat { events.append(try reader.next()) } while !events[events.count - 1].isEnd
      } catch { problem = error }
    }
    if let problem { throw problem }
    return events
  }

  /// The bytes of a scalar in which a `#` is text.
  private func opaqueRange(_ event: YAMLEvent) -> Range<Int>? {
    guard case .scalar(_, let style, let properties) = event.kind else { return nil }
    let content = places.place(of: event.bytes, properties).content
    guard style == .literal || style == .folded else { return content }
    let body = file.bytes[content].firstIndex(of: 0x0A).map { $0 + 1 } ?? content.upperBound
    return body..<content.upperBound
  }

  mutating func document() -> LayoutDocument {
    var part = LayoutPart(value: LayoutNode(anchor: nil, content: .alias("")))
    let start = nextStart
    if !nextOpensCollection { part.leading = take { $0.offset < start } }
    read(into: &part, blockColumn: -1)
    let leading = part.leading + [part.header].compactMap { $0 }
    let ending = [part.trailing].compactMap { $0 } + take { _ in true }
    return LayoutDocument(leading: leading, root: part.value, ending: ending)
  }

  // MARK: Parts

  private mutating func part(of kind: YAMLCollection, blockColumn: Int) -> LayoutPart {
    let start = nextStart
    var part = LayoutPart(value: LayoutNode(anchor: nil, content: .alias("")))
    part.leading = take { $0.offset < start }
    part.blankBefore = file.isBlank(line: line(of: start) - 1)
    var headLine = anchorLine
    if kind == .mapping, let key = events.popFirst(), case .scalar(let text, let style, let properties) = key.kind {
      let range = places.place(of: key.bytes, properties).content
      part.key = self.key(text, style, range, properties.anchor)
      headLine = line(of: range.upperBound)
    }
    takeHeader(of: &part, on: headLine)
    read(into: &part, blockColumn: blockColumn)
    return part
  }

  private func key(_ text: String, _ style: YAMLScalar.Style, _ range: Range<Int>, _ anchor: String?) -> LayoutKey {
    let scalar = LayoutScalar(text: text, style: style, source: file.bytes[range], blockColumn: 0)
    let written =
      switch scalar.form {
      case .line(let line): line
      case .lines, .block: LayoutScalar.doubleQuoted(text)
      }
    return LayoutKey(text: text, anchor: anchor, written: written)
  }

  /// The line of the next node's anchor.
  private var anchorLine: Int? {
    switch events.first?.kind {
    case .scalar(_, _, let properties) where properties.anchor != nil: line(of: nextStart)
    case .start(_, _, let properties) where properties.anchor != nil: line(of: nextStart)
    default: nil
    }
  }

  /// Takes the comments between a key or an anchor and the value. Those on lines of their own are left for the value's
  /// first part, where it has one.
  private mutating func takeHeader(of part: inout LayoutPart, on headLine: Int?) {
    let start = nextContentStart
    while let comment = comments.first, comment.offset < start {
      if comment.isTrailing, comment.line == headLine, part.header == nil {
        part.header = comment
      } else if nextOpensCollection {
        return
      } else {
        part.leading.append(comment)
      }
      comments.removeFirst()
    }
  }

  // MARK: Values

  /// Reads the next node, and the comment behind it.
  private mutating func read(into part: inout LayoutPart, blockColumn: Int) {
    guard let event = events.popFirst() else { return }
    let end: Int
    switch event.kind {
    case .alias(let name):
      part.value = LayoutNode(anchor: nil, content: .alias(name))
      end = event.bytes.upperBound
    case .scalar(let text, let style, let properties):
      let range = places.place(of: event.bytes, properties).content
      let scalar = LayoutScalar(text: text, style: style, source: file.bytes[range], blockColumn: blockColumn)
      part.value = LayoutNode(anchor: properties.anchor, content: .scalar(scalar))
      end = range.upperBound
      if style == .literal || style == .folded { part.trailing = take { $0.offset < end }.first }
    case .start(let kind, let layout, let properties):
      end = collection(kind, layout, properties, event.bytes, into: &part, blockColumn: blockColumn)
    case .streamStart, .streamEnd, .documentStart, .documentEnd, .end: return
    }
    lastEnd = end
    if let comment = comments.first, comment.isTrailing, comment.line == line(of: end), comment.offset < nextStart {
      part.trailing = comments.removeFirst()
    }
  }

  /// The result is where the collection ends.
  private mutating func collection(
    _ kind: YAMLCollection, _ layout: YAMLEvent.Layout, _ properties: YAMLEvent.Properties, _ bytes: Range<Int>,
    into part: inout LayoutPart, blockColumn: Int
  ) -> Int {
    let start = places.place(of: bytes, properties).content.lowerBound
    let column = layout == .block ? file.position(of: start).column - 1 : blockColumn
    if layout == .flow { takeBesideBracket(at: start, of: &part) }
    var collection = LayoutCollection(kind: kind, layout: layout, parts: [], ending: [])
    var end = start
    while let event = events.first, event.isNode {
      collection.parts.append(self.part(of: kind, blockColumn: column))
      end = lastEnd
    }
    let close = nextStart
    if layout == .flow {
      let inside = take { $0.offset < close }
      if collection.parts.isEmpty { part.leading += inside } else { collection.ending = inside }
      end = events.first?.bytes.upperBound ?? end
    } else {
      // In a list that is not indented, a comment as far in as its dashes belongs to the mapping around it.
      let least = kind == .sequence && column == blockColumn ? column + 1 : column
      collection.ending = take { $0.offset < close && $0.column >= least }
    }
    events.removeFirst()
    part.value = LayoutNode(anchor: properties.anchor, content: .collection(collection))
    return end
  }

  /// A comment beside an opening bracket speaks of the whole.
  private mutating func takeBesideBracket(at start: Int, of part: inout LayoutPart) {
    let (line, first) = (line(of: start), nextStart)
    for comment in take(while: { $0.isTrailing && $0.line == line && $0.offset < first }) {
      if part.key != nil, part.header == nil { part.header = comment } else { part.leading.append(comment) }
    }
  }

  // MARK: Places

  /// Where the last value that was read ends.
  private var lastEnd = 0

  private var nextStart: Int { events.first?.bytes.lowerBound ?? file.bytes.count }

  /// Behind the next node's anchor.
  private var nextContentStart: Int {
    switch events.first?.kind {
    case .scalar(_, _, let properties), .start(_, _, let properties):
      places.place(of: events.first?.bytes ?? 0..<0, properties).content.lowerBound
    default: nextStart
    }
  }

  /// Whether the next node is a collection with at least one part.
  private var nextOpensCollection: Bool {
    guard case .start = events.first?.kind else { return false }
    return events.dropFirst().first?.isNode == true
  }

  private func line(of offset: Int) -> Int { file.position(of: offset).line }

  private mutating func take(while isWanted: (LayoutComment) -> Bool) -> [LayoutComment] {
    let taken = comments.prefix(while: isWanted)
    comments.removeFirst(taken.count)
    return Array(taken)
  }
}

extension YAMLEvent {
  /// Whether a value begins here.
  fileprivate var isNode: Bool {
    switch kind {
    case .alias, .scalar, .start: true
    case .streamStart, .streamEnd, .documentStart, .documentEnd, .end: false
    }
  }

  fileprivate var isEnd: Bool {
    if case .streamEnd = kind { true } else { false }
  }
}
