import Diagnostics

/// Builds the tree from events with a stack of its own, never by recursion.
struct YAMLTreeBuilder {
  /// How reading a document ended.
  enum Outcome {
    case finished(YAMLNode)
    case failed(Reported)
  }

  /// A key that was read and whose value is still to come.
  enum PendingKey {
    case none
    case key(YAMLKey)
    /// A key that was refused; its value is read and thrown away.
    case refused
  }

  /// A collection whose end has not been read.
  struct OpenCollection {
    let kind: YAMLCollection
    let layout: YAMLEvent.Layout
    let start: Int
    let anchor: String?
    /// The number of nodes of the document before this one.
    let nodesBefore: Int
    var items: [YAMLNode] = []
    var entries: [YAMLEntry] = []
    var keyRanges: [String: SourceRange] = [:]
    var pending = PendingKey.none
    /// The end of the last key or item.
    var end: Int
    /// The levels of collections inside this one.
    var height = 0
    /// Set when entries are unknown, so that nobody reports the missing ones.
    var poison: Reported?
  }

  /// What an anchor's name stands for.
  enum Anchor {
    case open
    case complete(YAMLNode, nodes: Int, height: Int)
  }

  let source: SourceID
  let bytes: [UInt8]
  /// The most keys and values of the document.
  let limit: Int
  var stack: [OpenCollection] = []
  var anchors: [String: (range: SourceRange, value: Anchor)] = [:]
  /// Anchor names in the order of the file, for suggestions.
  var anchorNames: [String] = []
  var nodes = 0
  private var root: YAMLNode?
  private var documentStart: SourceRange?

  init(source: SourceID, bytes: [UInt8], limit: Int) {
    self.source = source
    self.limit = limit
    self.bytes = bytes
  }

  mutating func read(_ reader: consuming YAMLEventReader, log: inout DiagnosticLog) -> Outcome {
    while true {
      let event: YAMLEvent
      do throws(YAMLProblem) { event = try reader.next() } catch {
        return .failed(report(error, log: &log))
      }
      if case .streamEnd = event.kind { return finish(log: &log) }
      if let reported = take(event, log: &log) { return .failed(reported) }
    }
  }

  func range(_ bytes: Range<Int>) -> SourceRange {
    SourceRange(source: source, start: bytes.lowerBound, end: bytes.upperBound)
  }

  private func finish(log: inout DiagnosticLog) -> Outcome {
    guard let root else {
      let empty = SourceRange(source: source, start: 0, end: 0)
      return .failed(log.error(SyntaxDiagnostic.emptyFile, at: empty))
    }
    if case .scalar(let scalar) = root.content, scalar.style == .plain, scalar.text.isEmpty {
      return .failed(log.error(SyntaxDiagnostic.emptyFile, at: root.range))
    }
    if case .poison(let reported) = root.content { return .failed(reported) }
    return .finished(root)
  }

  /// Takes one event in; the result is set when reading must stop.
  private mutating func take(_ event: YAMLEvent, log: inout DiagnosticLog) -> Reported? {
    switch event.kind {
    case .streamStart, .streamEnd, .documentEnd: return nil
    case .documentStart(let hasDirectives): return openDocument(event.bytes, hasDirectives, log: &log)
    case .alias(let name):
      return addAlias(name, range(event.bytes), log: &log)
    case .scalar(let text, let style, let properties):
      if let reported = count(at: event.bytes, log: &log) { return reported }
      addScalar(text, style, properties, event.bytes, log: &log)
      return nil
    case .start(let kind, let layout, let properties):
      if let reported = count(at: event.bytes, log: &log) { return reported }
      return open(kind, layout, properties, event.bytes, log: &log)
    case .end:
      close(event.bytes, log: &log)
      return nil
    }
  }

  private mutating func openDocument(
    _ bytes: Range<Int>, _ hasDirectives: Bool, log: inout DiagnosticLog
  ) -> Reported? {
    if let first = documentStart {
      let notes = [Note("the first document begins here", at: first)]
      return log.error(SyntaxDiagnostic.severalDocuments, at: range(bytes), notes: notes)
    }
    if hasDirectives { log.error(SyntaxDiagnostic.directive, at: lineRange(at: bytes.lowerBound)) }
    documentStart = range(bytes)
    return nil
  }

  private mutating func count(at bytes: Range<Int>, log: inout DiagnosticLog) -> Reported? {
    nodes += 1
    guard nodes > limit else { return nil }
    return log.error(SyntaxDiagnostic.tooManyNodes(limit: limit), at: range(bytes.prefix(1)))
  }

  // MARK: Collections

  private mutating func open(
    _ kind: YAMLCollection, _ layout: YAMLEvent.Layout, _ properties: YAMLEvent.Properties, _ bytes: Range<Int>,
    log: inout DiagnosticLog
  ) -> Reported? {
    guard stack.count < YAMLLimits.depth else {
      return log.error(SyntaxDiagnostic.nestingTooDeep(limit: YAMLLimits.depth), at: range(bytes.prefix(1)))
    }
    let place = place(of: bytes, properties)
    let anchor = declare(properties, place, log: &log)
    let start = place.content.lowerBound
    stack.append(
      OpenCollection(kind: kind, layout: layout, start: start, anchor: anchor, nodesBefore: nodes - 1, end: start))
    return nil
  }

  private mutating func close(_ bytes: Range<Int>, log: inout DiagnosticLog) {
    guard let open = stack.popLast() else { return }
    let end = open.layout == .flow ? bytes.upperBound : max(open.end, open.start)
    let content: YAMLNode.Content =
      switch (open.poison, open.kind) {
      case (.some(let reported), _): .poison(reported)
      case (nil, .sequence): .sequence(open.layout == .flow ? whole(open.items, log: &log) : open.items)
      case (nil, .mapping): .mapping(open.layout == .flow ? whole(open.entries, log: &log) : open.entries)
      }
    let node = YAMLNode(range: range(open.start..<end), content: content)
    complete(open.anchor, node, nodes: nodes - open.nodesBefore, height: open.height + 1)
    attach(node, end: end, height: open.height + 1, log: &log)
  }

  /// Puts a finished value where it belongs: at the root, in a list, under the key before it, or, when no key is
  /// waiting, in the place of a key, which only scalars may take.
  mutating func attach(_ node: YAMLNode, end: Int, height: Int, log: inout DiagnosticLog) {
    guard let top = stack.indices.last else {
      root = node
      return
    }
    stack[top].end = end
    stack[top].height = max(stack[top].height, height)
    switch (stack[top].kind, stack[top].pending) {
    case (.sequence, _): stack[top].items.append(node)
    case (.mapping, .key(let key)):
      checkColon(key, node, log: &log)
      stack[top].entries.append(YAMLEntry(key: key, value: node))
      stack[top].pending = .none
    case (.mapping, .refused): stack[top].pending = .none
    case (.mapping, .none): refuseCompoundKey(node.range, log: &log)
    }
  }
}
