import Diagnostics

extension YAMLTreeBuilder {
  /// Says in our words what libyaml stumbled over; its own words are kept in a note.
  func report(_ problem: YAMLProblem, log: inout DiagnosticLog) -> Reported {
    if let (range, fixIt) = unquotedIndex(problem) {
      return log.error(SyntaxDiagnostic.unquotedIndex, at: range, fixIts: [fixIt])
    }
    let explained = explain(problem)
    var notes = explained.notes
    if case .notYAML = explained.kind {} else { notes.append(Note("libyaml says: \(problem.wording)")) }
    return log.error(explained.kind, at: explained.range, notes: notes)
  }

  private struct Explanation {
    let kind: SyntaxDiagnostic
    let range: SourceRange
    var notes: [Note] = []
  }

  private func explain(_ problem: YAMLProblem) -> Explanation {
    let here = character(at: problem.offset)
    let context = problem.contextOffset.map(character)
    switch problem.problem {
    case "found unexpected end of stream" where problem.context.contains("quoted scalar"),
      "found unexpected document indicator":
      return Explanation(kind: .unclosedQuote, range: context ?? here)
    case "found unknown escape character":
      return Explanation(kind: .badEscape, range: characters(2, at: problem.offset))
    case "did not find expected hexdecimal number" where problem.context.contains("quoted scalar"),
      "found invalid Unicode character escape code":
      return Explanation(kind: .badEscape, range: here)
    case "did not find expected ',' or ']'": return unfinished(.square, problem, here)
    case "did not find expected ',' or '}'": return unfinished(.curly, problem, here)
    case "mapping values are not allowed in this context": return Explanation(kind: .misplacedColon, range: here)
    case "could not find expected ':'":
      return Explanation(kind: .missingColon, range: lineRange(at: problem.contextOffset ?? problem.offset))
    case "did not find expected key": return misplaced(.mapping, problem, here)
    case "did not find expected '-' indicator": return misplaced(.sequence, problem, here)
    case "block sequence entries are not allowed in this context":
      return Explanation(kind: .misplacedDash, range: here)
    case "mapping keys are not allowed in this context": return Explanation(kind: .compoundKey, range: here)
    case "did not find expected node content": return Explanation(kind: .missingValue, range: here)
    default: return explainCharacter(problem, here)
    }
  }

  /// Problems that are told apart by the context or by the character in the way.
  private func explainCharacter(_ problem: YAMLProblem, _ here: SourceRange) -> Explanation {
    if problem.context.contains("directive") || problem.problem.contains("%")
      || problem.problem.contains("YAML document")
    {
      return Explanation(kind: .directive, range: lineRange(at: problem.contextOffset ?? problem.offset))
    }
    if problem.problem.contains("tab character") { return Explanation(kind: .tabIndentation, range: here) }
    guard problem.problem == "found character that cannot start any token", problem.offset < bytes.count else {
      return Explanation(kind: .notYAML(problem: problem.wording), range: here)
    }
    if bytes[problem.offset] == 0x09 { return tab(at: problem.offset) }
    let note = Note("a word in quotes may begin with any character", fixIts: [quotingWord(at: problem.offset)])
    let start = Unicode.Scalar(bytes[problem.offset])
    return Explanation(kind: .reservedStart(start), range: here, notes: [note])
  }

  private func tab(at offset: Int) -> Explanation {
    let end = bytes[offset...].firstIndex { $0 != 0x09 } ?? bytes.count
    let range = range(offset..<end)
    let spaces = String(repeating: "  ", count: end - offset)
    let fixIt = FixIt("use two spaces for a tab", confidence: .likely, replacing: range, with: spaces)
    return Explanation(
      kind: .tabIndentation, range: range, notes: [Note("spaces show the same everywhere", fixIts: [fixIt])])
  }

  private func unfinished(_ bracket: YAMLBracket, _ problem: YAMLProblem, _ here: SourceRange) -> Explanation {
    let notes = problem.contextOffset.map { [Note("it begins here", at: character(at: $0))] } ?? []
    return Explanation(kind: .flowNotContinued(bracket), range: here, notes: notes)
  }

  private func misplaced(_ kind: YAMLCollection, _ problem: YAMLProblem, _ here: SourceRange) -> Explanation {
    let begins = kind == .mapping ? "the mapping begins here" : "the list begins here"
    let notes = problem.contextOffset.map { [Note(begins, at: character(at: $0))] } ?? []
    return Explanation(kind: .badIndentation(kind), range: here, notes: notes)
  }

  private func quotingWord(at offset: Int) -> FixIt {
    let end = bytes[offset...].firstIndex { $0.isYAMLBlank || ",]}".utf8.contains($0) } ?? bytes.count
    let word = String(decoding: bytes[offset..<end], as: UTF8.self).yamlEscaped
    return FixIt("quote the word", confidence: .likely, replacing: range(offset..<end), with: "\"\(word)\"")
  }

  /// The character at an offset; empty at the end of the file and at a line break.
  private func character(at offset: Int) -> SourceRange { characters(1, at: offset) }

  private func characters(_ count: Int, at offset: Int) -> SourceRange {
    var end = offset
    for _ in 0..<count where end < bytes.count && bytes[end] != 0x0A && bytes[end] != 0x0D {
      end += 1
      while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    }
    return range(offset..<end)
  }
}

extension YAMLProblem {
  /// libyaml's own words.
  var wording: String { context.isEmpty ? problem : "\(problem) \(context)" }
}
