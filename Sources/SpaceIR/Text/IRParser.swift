/// Reads the text form; `grammar/ir.ebnf` is what it takes.
///
/// Recursive descent over tokens; newlines are blanks. It checks names and the form, the verifier checks the meaning.
struct IRParser {
  /// The largest height of an expression tree and depth of nested choices, so that hostile text cannot exhaust the stack.
  static let maximumHeight = 400
  static let maximumRegions = 100

  private let bytes: [UInt8]
  private let tokens: [(token: IRToken, offset: Int)]
  private var position = 0
  var regionDepth = 0
  private(set) var decisions: [Decision] = []
  private var decisionsByName: [String: DecisionID] = [:]
  private var layers: [Layer] = []
  private var layersByName: [String: LayerID] = [:]

  init(_ text: String) throws(IRTextError) {
    bytes = Array(text.utf8)
    tokens = try IRLexer.tokens(of: text)
  }

  mutating func space() throws(IRTextError) -> Space {
    try keyword("space")
    let name = try string()
    try keyword("input")
    let inputName = optionalString()
    let input = try shape()
    var otherInputs: [NamedInput] = []
    while accept(keyword: "input") { otherInputs.append(NamedInput(name: try string(), shape: try shape())) }
    var outputName = ""
    let output: ImageShape
    if accept(keyword: "output") {
      outputName = optionalString()
      output = try shape()
    } else {
      try keyword("classes")
      output = ImageShape(channels: try integer(), height: 1, width: 1)
    }
    let hints = try hints()
    while accept(keyword: "decision") { try decision() }
    while accept(keyword: "layer") { try layer() }
    var requirements: [Requirement] = []
    while accept(keyword: "require") { requirements.append(try requirement()) }
    try keyword("body")
    let body = try region()
    var otherOutputs: [NamedOutput] = []
    while accept(keyword: "output") {
      let name = try string()
      let node = try nodeReference()
      try symbol(":")
      otherOutputs.append(NamedOutput(name: name, node: node, shape: try shape()))
    }
    guard token == .end else { throw unexpected("the end of the text") }
    var space = Space(
      name: name, decisions: decisions, layers: layers, input: input, classes: output.channels,
      requirements: requirements, hints: hints, body: body)
    (space.inputName, space.otherInputs) = (inputName, otherInputs)
    (space.outputName, space.output, space.otherOutputs) = (outputName, output, otherOutputs)
    return space
  }

  private mutating func shape() throws(IRTextError) -> ImageShape {
    let channels = try integer()
    try keyword("x")
    let height = try integer()
    try keyword("x")
    return ImageShape(channels: channels, height: height, width: try integer())
  }

  /// Empty where there is none.
  private mutating func optionalString() -> String {
    guard case .string(let text) = token else { return "" }
    advance()
    return text
  }

  private mutating func hints() throws(IRTextError) -> Hints {
    var hints = Hints()
    while accept(keyword: "hint") {
      if accept(keyword: "distribution") {
        hints.distribution = try word(Hints.Grouping.self, "'joint' or 'factorised'")
      } else if accept(keyword: "group") {
        var names: [String] = []
        repeat { names.append(try name("what a group holds")) } while accept(",")
        hints.groups.append(names)
      } else if accept(keyword: "share") {
        let parameter = try name("a parameter")
        let sharing = try word(Hints.Sharing.self, "'slice', 'separate' or 'shared'")
        hints.sharing.append(Hints.SharingHint(parameter: parameter, sharing: sharing))
      } else {
        throw unexpected("'distribution', 'group' or 'share'")
      }
    }
    return hints
  }

  private mutating func layer() throws(IRTextError) {
    let name = try name("a layer's name")
    var own: [DecisionID] = []
    if accept("(") {
      repeat { own.append(try decisionReference()) } while accept(",")
      try symbol(")")
    }
    layersByName[name] = layersByName[name] ?? LayerID(index: layers.count)
    layers.append(Layer(name: name, decisions: own))
  }
}

// Decisions.
extension IRParser {
  private mutating func decision() throws(IRTextError) {
    let start = position
    guard case .decision(.name(let name)) = token else { throw unexpected("a decision's name, such as '$s2.kernel'") }
    position += 1
    let type = accept(":") ? try word(ValueType.self, "'int', 'rational', 'word' or 'bool'") : nil
    try symbol("{")
    let options = try values(accepted: type)
    try symbol("}")
    guard options.count >= 2 else { throw failure("a decision has two options", at: start) }
    let parameter = accept(keyword: "parameter") ? try self.name("a parameter") : lastPart(of: name)
    let owner = accept(keyword: "owner") ? try string() : ""
    let existence = accept(keyword: "when") ? try existence() : nil
    decisionsByName[name] = decisionsByName[name] ?? DecisionID(index: decisions.count)
    decisions.append(
      Decision(name: name, parameter: parameter, owner: owner, options: options, existence: existence))
  }

  private mutating func existence() throws(IRTextError) -> Existence? {
    var conditions: [Existence.Condition] = []
    repeat { conditions.append(try condition()) } while accept(keyword: "and")
    return Existence(conditions)
  }

  private mutating func condition() throws(IRTextError) -> Existence.Condition {
    let parent = try decisionReference()
    try symbol("=")
    var options: [Int] = []
    if accept("{") {
      if token != .symbol("}") {
        repeat { options.append(try option(of: parent)) } while accept(",")
      }
      try symbol("}")
    } else {
      options = [try option(of: parent)]
    }
    return Existence.Condition(decision: parent, options: options)
  }

  private mutating func option(of parent: DecisionID) throws(IRTextError) -> Int {
    if case .index(let index) = token {
      position += 1
      return index
    }
    let start = position
    let value = try value()
    guard decisions.indices.contains(parent.index),
      let option = decisions[parent.index].options.firstIndex(of: value)
    else { throw failure("the decision has no such option", at: start) }
    return option
  }

  mutating func decisionReference() throws(IRTextError) -> DecisionID {
    guard case .decision(let reference) = token else { throw unexpected("a decision, such as '$s2.kernel'") }
    switch reference {
    case .index(let index):
      position += 1
      return DecisionID(index: index)
    case .name(let name):
      guard let id = decisionsByName[name] else { throw failure("no decision before this is named '\(name)'") }
      position += 1
      return id
    }
  }

  mutating func place() throws(IRTextError) -> (LayerID, String) {
    guard case .place(let layer, let place) = token else { throw unexpected("a layer and a place, such as '@stem/1'") }
    switch layer {
    case .index(let index):
      position += 1
      return (LayerID(index: index), place)
    case .name(let name):
      guard let id = layersByName[name] else { throw failure("no layer is named '\(name)'") }
      position += 1
      return (id, place)
    }
  }
}

// Tokens.
extension IRParser {
  var token: IRToken { tokens[position].token }

  /// Where the current token stands among the tokens, for a failure that is noticed later.
  var here: Int { position }

  /// The place of the token that is passed.
  ///
  /// - Precondition: the current token is not the end, so there is a next one.
  @discardableResult
  mutating func advance() -> Int {
    defer { position += 1 }
    return position
  }

  func failure(_ message: String, at place: Int? = nil) -> IRTextError {
    IRTextError(message, at: tokens[place ?? position].offset, in: bytes)
  }

  func unexpected(_ expected: String) -> IRTextError { failure("expected \(expected), found \(token.description)") }

  /// Whether the current and the next token touch.
  var touchesNext: Bool { position + 1 < tokens.count && tokens[position + 1].offset == tokens[position].offset + 1 }
  var nextToken: IRToken { tokens[min(position + 1, tokens.count - 1)].token }

  mutating func accept(_ symbol: String) -> Bool {
    guard token == .symbol(symbol) else { return false }
    position += 1
    return true
  }

  mutating func symbol(_ symbol: String) throws(IRTextError) {
    guard accept(symbol) else { throw unexpected("'\(symbol)'") }
  }

  mutating func accept(keyword: String) -> Bool {
    guard token == .name(keyword) else { return false }
    position += 1
    return true
  }

  mutating func keyword(_ keyword: String) throws(IRTextError) {
    guard accept(keyword: keyword) else { throw unexpected("'\(keyword)'") }
  }

  mutating func name(_ what: String) throws(IRTextError) -> String {
    switch token {
    case .name(let text), .string(let text):
      position += 1
      return text
    default: throw unexpected(what)
    }
  }

  mutating func string() throws(IRTextError) -> String {
    guard case .string(let text) = token else { throw unexpected("a string") }
    position += 1
    return text
  }

  mutating func word<T: RawRepresentable>(_ type: T.Type, _ what: String) throws(IRTextError) -> T
  where T.RawValue == String {
    guard case .name(let text) = token, let value = T(rawValue: text) else { throw unexpected(what) }
    position += 1
    return value
  }

  mutating func integer() throws(IRTextError) -> Int {
    let start = position
    guard case .integer(let value) = try value() else { throw failure("expected an integer", at: start) }
    return value
  }
}

/// Reads what `Space.text` writes, and any other spelling that `grammar/ir.ebnf` allows.
///
/// - Throws: The first mistake. Names are resolved here; everything else that can be wrong is the verifier's.
package func parseSpace(text: String) throws(IRTextError) -> Space {
  var parser = try IRParser(text)
  return try parser.space()
}
