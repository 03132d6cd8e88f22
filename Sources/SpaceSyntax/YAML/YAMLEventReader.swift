import CLibYAML

/// libyaml's event parser over one buffer. Owns the C parser; the buffer must outlive it.
///
/// libyaml keeps its state on the heap, so that nesting costs it no stack.
struct YAMLEventReader: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let bytes: [UInt8]
  private let marks: MarkIndex

  /// - Parameters:
  ///   - buffer: The memory of `bytes`, kept alive by the caller as long as the reader lives.
  ///   - base: The offset at which the YAML text begins, after a byte-order mark.
  init(_ bytes: [UInt8], buffer: UnsafeBufferPointer<UInt8>, from base: Int) {
    self.bytes = bytes
    marks = MarkIndex(bytes, from: base)
    parser = .allocate(capacity: 1)
    // The only failure is memory, of which a few kilobytes are asked for.
    precondition(yaml_parser_initialize(parser) == 1, "libyaml has no memory to begin with")
    // Without this libyaml would guess UTF-16 from the first bytes.
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    let text = UnsafeBufferPointer(rebasing: buffer[base...])
    yaml_parser_set_input_string(parser, text.baseAddress, text.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  /// The next event; must not be called after `.streamEnd` or an error.
  func next() throws(YAMLProblem) -> YAMLEvent {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw problem }
    defer { yaml_event_delete(&event) }
    let start = offset(event.start_mark)
    return YAMLEvent(kind: Self.kind(event), bytes: start..<max(offset(event.end_mark), start))
  }

  private func offset(_ mark: yaml_mark_t) -> Int { marks.offset(ofCharacter: mark.index, in: bytes) }

  private var problem: YAMLProblem {
    let state = parser.pointee
    let context = state.context.map { String(cString: $0) }
    return YAMLProblem(
      problem: state.problem.map { String(cString: $0) } ?? "out of memory",
      context: context ?? "",
      offset: offset(state.problem_mark),
      contextOffset: context == nil ? nil : offset(state.context_mark))
  }

  private static func kind(_ event: yaml_event_t) -> YAMLEvent.Kind {
    switch event.type {
    case YAML_STREAM_START_EVENT: return .streamStart
    case YAML_DOCUMENT_START_EVENT:
      let start = event.data.document_start
      let hasTags = start.tag_directives.start != start.tag_directives.end
      return .documentStart(hasDirectives: start.version_directive != nil || hasTags)
    case YAML_DOCUMENT_END_EVENT: return .documentEnd
    case YAML_ALIAS_EVENT: return .alias(text(event.data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let value = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      let properties = YAMLEvent.Properties(anchor: text(scalar.anchor), tag: text(scalar.tag))
      return .scalar(text: String(decoding: value, as: UTF8.self), style: style(scalar.style), properties: properties)
    case YAML_SEQUENCE_START_EVENT:
      let start = event.data.sequence_start
      let layout: YAMLEvent.Layout = start.style == YAML_FLOW_SEQUENCE_STYLE ? .flow : .block
      let properties = YAMLEvent.Properties(anchor: text(start.anchor), tag: text(start.tag))
      return .start(.sequence, layout: layout, properties: properties)
    case YAML_MAPPING_START_EVENT:
      let start = event.data.mapping_start
      let layout: YAMLEvent.Layout = start.style == YAML_FLOW_MAPPING_STYLE ? .flow : .block
      let properties = YAMLEvent.Properties(anchor: text(start.anchor), tag: text(start.tag))
      return .start(.mapping, layout: layout, properties: properties)
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .end
    default: return .streamEnd
    }
  }

  private static func style(_ style: yaml_scalar_style_t) -> YAMLScalar.Style {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE: .literal
    case YAML_FOLDED_SCALAR_STYLE: .folded
    default: .plain
    }
  }

  private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    pointer.map { String(cString: $0) }
  }
}
