import Diagnostics

/// Everything that reading a file can report, before any name is looked up. Wording lives here and nowhere else.
///
/// ES0001-ES0029 are about YAML, ES0030-ES0069 about expressions.
package enum SyntaxDiagnostic: DiagnosticKind, Hashable {
  /// The file holds nothing but white space and comments.
  case emptyFile
  /// A second `---` document; only the first is read.
  case severalDocuments
  /// A byte that is not part of a UTF-8 character.
  case invalidUTF8(byte: UInt8)
  /// A character that YAML forbids everywhere, such as NUL.
  case forbiddenCharacter(Unicode.Scalar)
  /// A tab where only spaces may indent.
  case tabIndentation
  /// A quote that is opened and never closed.
  case unclosedQuote
  /// A backslash followed by what is no escape.
  case badEscape
  /// A `[` or `{` whose next entry or end is missing.
  case flowNotContinued(YAMLBracket)
  /// A line that is indented like no line above it.
  case badIndentation(YAMLCollection)
  /// A colon and a space inside a plain value: `a: b: c`.
  case misplacedColon
  /// A line inside a mapping that has no colon.
  case missingColon
  /// A plain scalar that begins with a reserved character.
  case reservedStart(Unicode.Scalar)
  /// Any other text that libyaml refuses; `problem` is its own wording.
  case notYAML(problem: String)
  /// A `%YAML` or `%TAG` line.
  case directive
  /// A `!tag` on a value.
  case tag(String)
  /// A `<<` key.
  case mergeKey
  /// A sequence, a mapping or an alias as a key.
  case compoundKey
  /// A key that is missing or `null`.
  case nullKey
  /// A key whose text was used before in the same mapping.
  case duplicateKey(String)
  /// `{a:1}`, which YAML reads as one key without a value.
  case missingSpaceAfterColon(String)
  /// An alias to a name that no anchor before it has.
  case undefinedAlias(String)
  /// An alias inside the value it stands for.
  case aliasCycle(String)
  /// An anchor whose name was used before.
  case duplicateAnchor(String)
  /// An alias whose expansion passes the limit on nodes.
  case aliasExpansion(String, limit: Int)
  /// More collections inside one another than the limit.
  case nestingTooDeep(limit: Int)
  /// More keys and values than the limit.
  case tooManyNodes(limit: Int)
  /// A plain scalar that YAML readers disagree on.
  case ambiguousScalar(String, AmbiguousScalar)
  /// A comma, bracket or end where a value must stand.
  case missingValue
  /// `key: - item` on one line.
  case misplacedDash

  /// An expression without any words.
  case emptyExpression
  /// A character that no expression contains.
  case unexpectedCharacter(Unicode.Scalar)
  /// An operator of another language; `meant` is ours.
  case foreignOperator(String, meant: String)
  /// An operator, comma or end where an operand must stand. Nil is the end.
  case missingOperand(before: String?)
  /// An operand, or something else, after a complete expression.
  case missingOperator(before: String)
  /// A `(` that is never closed.
  case unclosedParenthesis
  /// A `)` that closes nothing.
  case unopenedParenthesis
  /// A comma outside the arguments of a call.
  case strayComma
  /// `a < b < c`.
  case chainedComparison
  /// Digits followed by what no number contains.
  case malformedNumber(String)
  /// A number that has no exact 64-bit form.
  case numberTooLarge(String)
  /// A quoted word without its closing quote.
  case unclosedText
  /// A dot that no name follows.
  case missingNameAfterDot(String)
  /// A call of something with a dot in its name.
  case callOfPath(String)
  /// More parentheses, calls and signs inside one another than the limit.
  case expressionTooDeep(limit: Int)
  /// More words and signs than the limit.
  case expressionTooLong(limit: Int)
  /// `s1[2` without its bracket.
  case unclosedIndex
  /// `s1[x]`
  case malformedIndex(String)
  /// Letters after a number that are no unit.
  case unknownUnit(String)
  /// An expression inside braces or brackets that a comma of it cuts in two.
  case unquotedComma
  /// A name with brackets inside braces or brackets.
  case unquotedIndex
}

/// The bracket that opens a flow collection.
package enum YAMLBracket: Hashable, Sendable {
  case square
  case curly
}

/// The two kinds of collection.
package enum YAMLCollection: Hashable, Sendable {
  case sequence
  case mapping
}

extension SyntaxDiagnostic {
  package var code: String {
    switch self {
    case .emptyFile: "ES0001"
    case .severalDocuments: "ES0002"
    case .invalidUTF8: "ES0003"
    case .forbiddenCharacter: "ES0004"
    case .tabIndentation: "ES0005"
    case .unclosedQuote: "ES0006"
    case .badEscape: "ES0007"
    case .flowNotContinued: "ES0008"
    case .badIndentation: "ES0009"
    case .misplacedColon: "ES0010"
    case .missingColon: "ES0011"
    case .reservedStart: "ES0012"
    case .notYAML: "ES0013"
    case .directive: "ES0014"
    case .tag: "ES0015"
    case .mergeKey: "ES0016"
    case .compoundKey: "ES0017"
    case .nullKey: "ES0018"
    case .duplicateKey: "ES0019"
    case .missingSpaceAfterColon: "ES0020"
    case .undefinedAlias: "ES0021"
    case .aliasCycle: "ES0022"
    case .duplicateAnchor: "ES0023"
    case .aliasExpansion: "ES0024"
    case .nestingTooDeep: "ES0025"
    case .tooManyNodes: "ES0026"
    case .ambiguousScalar: "ES0027"
    case .missingValue: "ES0028"
    case .misplacedDash: "ES0029"
    case .emptyExpression: "ES0030"
    case .unexpectedCharacter: "ES0031"
    case .foreignOperator: "ES0032"
    case .missingOperand: "ES0033"
    case .missingOperator: "ES0034"
    case .unclosedParenthesis: "ES0035"
    case .unopenedParenthesis: "ES0036"
    case .strayComma: "ES0037"
    case .chainedComparison: "ES0038"
    case .malformedNumber: "ES0039"
    case .numberTooLarge: "ES0040"
    case .unclosedText: "ES0041"
    case .missingNameAfterDot: "ES0042"
    case .callOfPath: "ES0043"
    case .expressionTooDeep: "ES0044"
    case .expressionTooLong: "ES0045"
    case .unclosedIndex: "ES0046"
    case .malformedIndex: "ES0047"
    case .unknownUnit: "ES0048"
    case .unquotedComma: "ES0049"
    case .unquotedIndex: "ES0050"
    }
  }

  package var message: String {
    switch self {
    case .emptyFile: "a file holds one document, and this one holds none"
    case .severalDocuments: "a file holds one document, and a second one begins here"
    case .invalidUTF8(let byte):
      "a file is UTF-8, and the byte 0x\(Self.hexadecimal(byte, digits: 2)) is not part of a character"
    case .forbiddenCharacter(let scalar):
      "the character U+\(Self.hexadecimal(scalar.value, digits: 4)) is not allowed in YAML"
    case .tabIndentation: "lines are indented with spaces, not tabs"
    case .unclosedQuote: "this quote is never closed"
    case .badEscape: "a backslash in double quotes begins one of YAML's escapes, and this is none"
    case .flowNotContinued(.square): "an entry of a '[' list is followed by ',' or ']'"
    case .flowNotContinued(.curly): "an entry of a '{' mapping is followed by ',' or '}'"
    case .badIndentation(.sequence): "an entry of this list begins with '- ' and is indented like the others"
    case .badIndentation(.mapping): "a key of this mapping is indented like the others"
    case .misplacedColon: "a value without quotes has no ': ' in it"
    case .missingColon: "a key is followed by a colon"
    case .reservedStart(let scalar): "a word that begins with '\(scalar)' is written in quotes"
    case .notYAML(let problem): "this is not YAML (libyaml: \(problem))"
    case .directive: "a space has no '%' directives"
    case .tag(let tag): "a space has no tags, and this is '\(tag)'"
    case .mergeKey: "a space has no merge keys; a block with parameters does what '<<' was for"
    case .compoundKey: "a key is a single word, not a list, a mapping or an alias"
    case .nullKey: "a key is a word, and this one is empty"
    case .duplicateKey(let key): "the key '\(key)' is already in this mapping"
    case .missingSpaceAfterColon(let key): "the colon after '\(key)' is followed by a space"
    case .undefinedAlias(let name): "no anchor '&\(name)' stands before this alias"
    case .aliasCycle(let name): "the alias '*\(name)' stands inside the value of its own anchor"
    case .duplicateAnchor(let name): "the anchor '&\(name)' is already in this file"
    case .aliasExpansion(let name, let limit):
      "the alias '*\(name)' takes the document past \(limit) keys and values"
    case .nestingTooDeep(let limit): "collections stand at most \(limit) deep in one another"
    case .tooManyNodes(let limit): "a document has at most \(limit) keys and values"
    case .ambiguousScalar(let text, let why): Self.ambiguity(text, why)
    case .missingValue: "a value is missing here"
    case .misplacedDash: "the '- ' of a list begins a line, below its key"
    case .emptyExpression: "an expression has at least one operand"
    case .unexpectedCharacter(let scalar): "an expression has no '\(scalar)'"
    case .foreignOperator(let found, let meant): "the operator '\(found)' is written '\(meant)'"
    case .missingOperand(nil): "an operand is missing at the end of the expression"
    case .missingOperand(.some(let next)): "an operand is missing before '\(next)'"
    case .missingOperator(let next): "an operator is missing before '\(next)'"
    case .unclosedParenthesis: "this parenthesis is never closed"
    case .unopenedParenthesis: "this parenthesis closes nothing"
    case .strayComma: "a comma stands only between the arguments of a call"
    case .chainedComparison: "a comparison has two sides; two comparisons are joined by 'and'"
    case .malformedNumber(let text):
      "'\(text)' is not a number: a number is digits, a point and more digits, and a unit such as k, M, MiB or ms"
    case .numberTooLarge(let text): "the number \(text) has no exact 64-bit form"
    case .unclosedText: "this quoted word is never closed"
    case .missingNameAfterDot(let path): "a name is missing after '\(path).'"
    case .callOfPath(let path): "a function has a name without dots, and '\(path)' is a path"
    case .expressionTooDeep(let limit): "parts of an expression stand at most \(limit) deep in one another"
    case .expressionTooLong(let limit): "an expression has at most \(limit) words and signs"
    case .unclosedIndex: "this bracket is never closed"
    case .malformedIndex(let text): "a layer has a number from 1, or is '*' for every layer, and this is '\(text)'"
    case .unknownUnit(let text):
      "'\(text)' is not a unit: numbers have k, M and G, bytes KiB, MiB and GiB, times ns, us, ms and s"
    case .unquotedComma: "an expression with a comma in it is written in quotes inside '{...}' and '[...]'"
    case .unquotedIndex: "an expression with brackets in it is written in quotes inside '{...}' and '[...]'"
    }
  }

  private static func ambiguity(_ text: String, _ why: AmbiguousScalar) -> String {
    switch why {
    case .truthWord: "'\(text)' is a truth value to some YAML readers and a word to others"
    case .octal, .binary, .underscored, .sexagesimal:
      "'\(text)' is a number to some YAML readers and a word to others"
    case .leadingZero(let decimal, .some(let octal)):
      "'\(text)' is \(decimal) to some YAML readers and \(octal) to others"
    case .leadingZero(_, nil): "'\(text)' is a number to some YAML readers and a word to others"
    case .notFinite: "'\(text)' is not a finite number"
    case .tilde: "'~' is nothing in YAML, not a word"
    case .outOfRange: "the number \(text) has no exact 64-bit form"
    }
  }

  private static func hexadecimal(_ value: some BinaryInteger, digits: Int) -> String {
    let text = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(digits - text.count, 0)) + text
  }
}
