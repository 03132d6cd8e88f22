import Diagnostics
import SpaceIR
import SpaceSyntax

/// An entry of `devices:`.
struct DeviceDeclaration: Sendable {
  let name: Located<String>
  /// Of its latency table, relative to the file that says so.
  let path: Located<String>
}

extension SpaceReader {
  static let tableKeys = ["espalier", "latency_table", "measured", "correction", "rows"]

  mutating func devices(_ fields: Fields) -> [DeviceDeclaration] {
    guard let entry = fields["devices"] else { return [] }
    return (entry.value.mapping("'devices'", log: &log) ?? []).compactMap { entry in
      guard entry.key.text.isName else {
        log.error(CheckDiagnostic.badName(entry.key.text), at: entry.key.range)
        return nil
      }
      guard let path = entry.value.text("the path of a latency table", log: &log) else {
        hidesDevices = true
        return nil
      }
      return DeviceDeclaration(name: Located(entry.key.text, entry.key.range), path: path)
    }
  }

  /// A file of latencies. Nil after an error.
  mutating func latencyRecord(_ root: YAMLNode) -> LatencyRecord? {
    guard
      let fields = Fields(root, place: "a latency table", allowed: Self.tableKeys, unreadable: unreadable, log: &log)
    else { return nil }
    version(fields)
    let name = fields.required("latency_table", log: &log)?.value.text("the name of a latency table", log: &log)
    var record = LatencyRecord(name: name?.value ?? "")
    if let measured = fields["measured"] { record.measured = scalars(of: measured.value) }
    if let correction = fields["correction"] {
      record.correction = self.correction(correction.value)
      record.correctionTexts = scalars(of: correction.value)
    }
    var places: [KernelShape: SourceRange] = [:]
    for node in fields.required("rows", log: &log)?.value.list("'rows'", log: &log) ?? [] {
      guard let row = latencyRow(node), row.nanoseconds != nil else { continue }
      if let first = places[row.kernel] {
        log.error(
          CheckDiagnostic.duplicateKernel(row.kernel.description), at: node.range,
          notes: [Note("the first one", at: first)])
        continue
      }
      record.rows.append(row)
      places[row.kernel] = node.range
    }
    return log.hasErrors ? nil : record
  }

  private mutating func latencyRow(_ node: YAMLNode) -> LatencyRecord.Row? {
    let place = "a row of a latency table"
    guard case .mapping(let entries) = node.content else {
      node.reportShape(expected: "a mapping, {op: ..., in: ..., latency: ...}", what: place, log: &log)
      return nil
    }
    guard let word = entries.first(where: { $0.key.text == "op" }) else {
      log.error(CheckDiagnostic.missingKey("op", in: place), at: node.range)
      return nil
    }
    guard let operation = choiceOfWord(word.value, DeviceOperation.self, what: "the operation of a row")?.value else {
      return nil
    }
    let keys = ["op"] + operation.fields.map(\.name) + ["then", "latency", "spread", "confirmed"]
    guard
      let fields = Fields(
        node, place: "a row of '\(operation.rawValue)'", allowed: keys, unreadable: unreadable, log: &log)
    else { return nil }
    let values = kernelValues(operation, fields)
    let followers = fields["then"].map { self.followers($0.value) } ?? []
    let time = fields.required("latency", log: &log)
    let spread = fields["spread"].flatMap { self.share($0.value, what: "'spread'") }
    let confirmed = fields["confirmed"].flatMap { flag($0.value, what: "'confirmed'") }
    // As `device rows` leaves it: the row is not there yet.
    if case .scalar(let scalar)? = time?.value.content, scalar.text == LatencyTable.unmeasured { return nil }
    let latency = time.flatMap { self.latency($0.value) }
    guard let values, let followers, let latency else { return nil }
    return LatencyRecord.Row(
      kernel: KernelShape(operation, values, followers: followers), nanoseconds: latency, spread: spread,
      isConfirmed: confirmed ?? true)
  }

  /// Nil after an error.
  private mutating func kernelValues(_ operation: DeviceOperation, _ fields: Fields) -> [Value]? {
    var known: [String: [Value]] = [:]
    var isComplete = true
    for field in operation.fields {
      let values: [Value]?
      switch (fields[field.name], field.fallback) {
      case (let entry?, _): values = kernelField(field, entry.value)
      case (nil, .value(let value)): values = [value]
      case (nil, .field(let other)): values = known[other]
      case (nil, .none):
        _ = fields.required(field.name, log: &log)
        values = nil
      }
      known[field.name] = values
      isComplete = isComplete && values != nil
    }
    return isComplete ? operation.fields.flatMap { known[$0.name] ?? [] } : nil
  }

  private mutating func kernelField(_ field: KernelField, _ node: YAMLNode) -> [Value]? {
    let what = "'\(field.name)'"
    switch field.content {
    case .number: return extent(node, what: what).map { [.integer($0)] }
    case .shape:
      let parts = (node.scalar?.text ?? "").split(separator: "x", omittingEmptySubsequences: false)
      let extents = parts.compactMap { part in
        part.allSatisfy { ("0"..."9").contains($0) } ? Int(part).flatMap { Self.extents.contains($0) ? $0 : nil } : nil
      }
      guard parts.count == 3, extents.count == 3 else {
        node.reportShape(expected: "channels, height and width such as 16x56x56", what: what, log: &log)
        return nil
      }
      return extents.map(Value.integer)
    case .word(let words):
      guard let found = node.text(what, log: &log) else { return nil }
      guard words.contains(found.value) else {
        log.error(
          CheckDiagnostic.unknownWord(found.value, allowed: words, what: what), at: node.range,
          fixIts: didYouMean(log.closest(to: found.value, among: words), at: node.range))
        return nil
      }
      return [.word(found.value)]
    case .flag: return flag(node, what: what).map { [.boolean($0)] }
    }
  }

  private mutating func flag(_ node: YAMLNode, what: String) -> Bool? {
    guard let found = literal(node, what: what, expected: "true or false", expecting: .word) else { return nil }
    if let flag = found.value.boolean { return flag }
    node.reportShape(expected: "true or false", what: what, log: &log)
    return nil
  }

  private mutating func followers(_ node: YAMLNode) -> [String]? {
    let words = [DeviceOperation.batchNorm.rawValue] + ActivationFunction.allCases.map(\.rawValue)
    guard let nodes = node.list("'then'", log: &log) else { return nil }
    let found = nodes.compactMap { node -> String? in
      guard let word = node.text("what follows an operation", log: &log)?.value else { return nil }
      if words.contains(word) { return word }
      log.error(
        CheckDiagnostic.unknownWord(word, allowed: words, what: "what follows an operation"), at: node.range,
        fixIts: didYouMean(log.closest(to: word, among: words), at: node.range))
      return nil
    }
    return found.count == nodes.count ? found : nil
  }

  /// In nanoseconds, rounded to the nearest, halves up.
  private mutating func latency(_ node: YAMLNode) -> Int? {
    guard case .scalar(let scalar) = node.content else {
      node.reportShape(expected: "a time such as 1.2 ms", what: "a latency", log: &log)
      return nil
    }
    guard let time = Quantity.nanoseconds(scalar.text), time.numerator >= 0 else {
      let number = ExactDecimal(scalar.text)
      let notes = number.map { $0.numerator >= 0 } ?? false ? [Note("write the unit: ns, us, ms or s")] : []
      log.error(CheckDiagnostic.badLatency(String(scalar.text.prefix(40))), at: node.range, notes: notes)
      return nil
    }
    let (whole, rest) = time.numerator.quotientAndRemainder(dividingBy: time.denominator)
    return whole + (rest >= time.denominator - rest ? 1 : 0)
  }
}
