/// Diagnostics as a SARIF 2.1.0 log with one run, for code-scanning services and editors.
///
/// OASIS SARIF 2.1.0: §3.19 tools, §3.27 results, §3.30 regions, §3.49 rules, §3.55 fixes. Columns are Unicode code
/// points (§3.14.17). Fixes of notes are listed after those of the result, since SARIF has no place for them on a
/// related location.
///
/// - Parameter omitted: How many more there are that are not in the log; a notification (§3.58) says so.
package func renderSARIF(
  _ diagnostics: [Diagnostic], omitted: Int = 0, sources: SourceMap, tool: SARIFTool = SARIFTool()
) -> String {
  SARIFRenderer(sources: sources, diagnostics: diagnostics, omitted: omitted, tool: tool).document.rendered() + "\n"
}

private struct SARIFRenderer {
  let sources: SourceMap
  let diagnostics: [Diagnostic]
  let omitted: Int
  let tool: SARIFTool

  /// The codes in use, sorted; a result names its rule by the index in this list.
  private var codes: [String] { Set(diagnostics.map(\.code)).sorted() }

  var document: JSONText {
    let codes = self.codes
    let version: [(String, JSONText)] = tool.version.isEmpty ? [] : [("semanticVersion", .string(tool.version))]
    let driver = JSONText.object(
      [("name", .string("espalier"))] + version + [("rules", .array(codes.map(rule)))])
    let run = JSONText.object([
      ("tool", .object([("driver", driver)])),
      ("columnKind", .string("unicodeCodePoints")),
      ("invocations", .array([invocation])),
      ("results", .array(diagnostics.map { result($0, codes: codes) })),
    ])
    return .object([
      ("$schema", .string("https://json.schemastore.org/sarif-2.1.0.json")),
      ("version", .string("2.1.0")),
      ("runs", .array([run])),
    ])
  }

  private func rule(_ code: String) -> JSONText {
    var members: [(String, JSONText)] = [("id", .string(code))]
    if let rule = tool.rule(code) {
      members.append(("shortDescription", text(rule.title)))
      members.append(("fullDescription", text(rule.summary)))
    }
    return .object(
      members + [("help", text("`espalier explain \(code)` shows a space that fails and one that passes."))])
  }

  private var invocation: JSONText {
    let notification = JSONText.object([
      ("level", .string("note")), ("message", text("\(omitted) more results are left out")),
    ])
    let more: [(String, JSONText)] = omitted == 0 ? [] : [("toolExecutionNotifications", .array([notification]))]
    return .object([("executionSuccessful", .boolean(true))] + more)
  }

  private func result(_ diagnostic: Diagnostic, codes: [String]) -> JSONText {
    let fixIts = diagnostic.fixIts + diagnostic.notes.flatMap(\.fixIts)
    return .object([
      ("ruleId", .string(diagnostic.code)),
      ("ruleIndex", codes.firstIndex(of: diagnostic.code).map(JSONText.integer) ?? .null),
      ("level", .string(diagnostic.severity.rawValue)),
      ("message", text(diagnostic.message)),
      ("locations", .array(physicalLocation(diagnostic.range).map { [.object([$0])] } ?? [])),
      ("relatedLocations", .array(diagnostic.notes.map(relatedLocation))),
      ("fixes", .array(fixIts.compactMap(fix))),
    ])
  }

  private func relatedLocation(_ note: Note) -> JSONText {
    let place = note.range.flatMap(physicalLocation)
    return .object(
      (place.map { [$0] } ?? []) + [("message", text(([note.message] + note.figure).joined(separator: "\n")))])
  }

  /// Edits are grouped by file, as `artifactChanges` asks; nil when a file is unknown.
  private func fix(_ fixIt: FixIt) -> JSONText? {
    let ids = Set(fixIt.edits.map(\.range.source)).sorted()
    let files = ids.compactMap(sources.file)
    guard files.count == ids.count, !ids.isEmpty else { return nil }
    let changes = files.map { file in
      let edits = fixIt.edits.filter { $0.range.source == file.id }
      return JSONText.object([
        ("artifactLocation", artifact(file)),
        ("replacements", .array(edits.map { replacement($0, in: file) })),
      ])
    }
    return .object([("description", text(fixIt.message)), ("artifactChanges", .array(changes))])
  }

  private func replacement(_ edit: FixIt.Edit, in file: SourceFile) -> JSONText {
    .object([("deletedRegion", region(edit.range, in: file)), ("insertedContent", text(edit.replacement))])
  }

  private func physicalLocation(_ range: SourceRange) -> (key: String, value: JSONText)? {
    guard let file = sources.file(range.source) else { return nil }
    let place = JSONText.object([("artifactLocation", artifact(file)), ("region", region(range, in: file))])
    return ("physicalLocation", place)
  }

  private func region(_ range: SourceRange, in file: SourceFile) -> JSONText {
    let (start, end) = (min(range.start, file.bytes.count), min(range.end, file.bytes.count))
    let (first, last) = (file.position(of: start), file.position(of: end))
    return .object([
      ("startLine", .integer(first.line)), ("startColumn", .integer(first.column)),
      ("endLine", .integer(last.line)), ("endColumn", .integer(last.column)),
      ("byteOffset", .integer(start)), ("byteLength", .integer(end - start)),
    ])
  }

  private func artifact(_ file: SourceFile) -> JSONText {
    let path = Self.percentEncoded(file.path)
    return .object([("uri", .string(path.hasPrefix("/") ? "file://" + path : path))])
  }

  private func text(_ message: String) -> JSONText { .object([("text", .string(message))]) }

  /// RFC 3986: a path as a relative reference; unreserved characters and the slash stand for themselves.
  private static func percentEncoded(_ path: String) -> String {
    path.utf8.reduce(into: "") { result, byte in
      let scalar = Unicode.Scalar(byte)
      let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
      if isPlain || "-._~/".unicodeScalars.contains(scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        result += "%" + (digits.count == 1 ? "0" : "") + digits
      }
    }
  }
}
