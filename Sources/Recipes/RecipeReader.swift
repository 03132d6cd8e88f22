package import Diagnostics
package import SpaceAnalysis
import SpacePlanner
import SpaceSyntax

/// What reading a recipe file found.
package struct RecipeReading: Sendable {
  package let sources: SourceMap
  package let diagnostics: [Diagnostic]
  /// Diagnostics that were left out because there are too many.
  package let omitted: Int
  /// Nil after an error.
  package let recipe: Recipe?
}

/// Reads a recipe file, all errors in one go.
///
/// - Parameter path: As messages show it.
package func readRecipe(_ bytes: [UInt8], path: String) -> RecipeReading {
  var sources = SourceMap()
  var reader = RecipeReader()
  let source = sources.add(path: path, bytes: bytes)
  if let root = parseYAML(source, in: sources, log: &reader.log) { reader.read(root) }
  return RecipeReading(
    sources: sources, diagnostics: reader.log.diagnostics, omitted: reader.log.omitted,
    recipe: reader.log.hasErrors ? nil : reader.recipe)
}

private struct RecipeReader {
  static let version = 1

  var log = DiagnosticLog()
  var recipe = Recipe()

  mutating func read(_ root: YAMLNode) {
    guard case .mapping(let entries) = root.content else {
      return reportShape(root, of: "recipe", expected: "a mapping")
    }
    let keys = ["recipe"] + RecipeOption.all.filter { $0.section == nil }.map(\.key) + RecipeOption.sections
    let known = understood(entries, among: keys, in: "a recipe")
    checkVersion(known["recipe"], root)
    for option in RecipeOption.all where option.section == nil {
      if let node = known[option.key] { read(node, as: option) }
    }
    for section in RecipeOption.sections {
      if let node = known[section] { read(node, section: section) }
    }
    checkTogether(known)
  }

  private mutating func read(_ node: YAMLNode, section: String) {
    guard case .mapping(let entries) = node.content else {
      return reportShape(node, of: section, expected: "a mapping")
    }
    let options = RecipeOption.all.filter { $0.section == section }
    let known = understood(entries, among: options.map(\.key), in: "'\(section)'")
    for option in options {
      if let node = known[option.key] { read(node, as: option) }
    }
  }

  /// The values by their keys. A misspelt key counts as the one that was meant, so that its value is checked too.
  private mutating func understood(
    _ entries: [YAMLEntry], among keys: [String], in place: String
  ) -> [String: YAMLNode] {
    var known: [String: YAMLNode] = [:]
    for entry in entries where keys.contains(entry.key.text) { known[entry.key.text] = entry.value }
    for entry in entries where !keys.contains(entry.key.text) {
      let meant = log.closest(to: entry.key.text, among: keys.filter { known[$0] == nil })
      let fixIts = meant.map { [FixIt("did you mean '\($0)'?", replacing: entry.key.range, with: $0)] } ?? []
      log.error(
        RecipeDiagnostic.unknownKey(entry.key.text, in: place), at: entry.key.range,
        notes: meant == nil ? notes(on: entry.key.text, keys) : [], fixIts: fixIts)
      if let meant { known[meant] = entry.value }
    }
    return known
  }

  /// Where a key is known, or which keys are.
  private func notes(on key: String, _ keys: [String]) -> [Note] {
    let elsewhere = RecipeOption.all.filter { $0.key == key }.map { "'\($0.path)'" }
    let note = elsewhere.isEmpty ? [] : [Note("there is \(elsewhere.joined(separator: " and "))")]
    return note + [Note("known keys: \(keys.joined(separator: ", "))")]
  }

  private mutating func checkVersion(_ node: YAMLNode?, _ root: YAMLNode) {
    guard let node else {
      log.error(RecipeDiagnostic.wrongVersion(found: "without it", known: Self.version), at: root.range)
      return
    }
    if case .poison = node.content { return }
    if case .scalar(let scalar) = node.content, scalar.value == .integer(Self.version) { return }
    log.error(RecipeDiagnostic.wrongVersion(found: words(node), known: Self.version), at: node.range)
  }

  /// What excludes each other, whichever method asks.
  private mutating func checkTogether(_ known: [String: YAMLNode]) {
    if recipe.lambda != nil, recipe.fixedDraws != nil, let node = known["draws"] {
      log.error(
        RecipeDiagnostic.notTogether("lambda", "fixed", why: "a step draws either by entropy or always as many"),
        at: node.range)
    }
    if recipe.jointFrom != nil, recipe.form == .joint || recipe.form == .factorised, let node = known["distribution"] {
      log.error(
        RecipeDiagnostic.notTogether("form", "joint-from", why: "only the form 'mixed' becomes joint at an epoch"),
        at: node.range)
    }
    if recipe.target != nil, let why = recipe.targetComplaint, let node = known["cost"] {
      log.error(RecipeDiagnostic.notTogether("measure", "target", why: why), at: node.range)
    }
    if recipe.measure?.device != nil, recipe.mixture.cost == .effective, let node = known["mixture"] {
      log.error(
        RecipeDiagnostic.notTogether(
          "cost.measure", "mixture.cost", why: "a table has no times between widths, so a latency is 'expected'"),
        at: node.range)
    }
    if let node = known["training"] { checkTraining(node) }
    if let epochs = recipe.epochs, let warmUp = recipe.warmUpEpochs, warmUp >= epochs, let node = known["schedule"] {
      log.error(
        RecipeDiagnostic.notTogether("epochs", "warm-up", why: "the warm-up leaves no epoch to the search"),
        at: node.range)
    }
  }

  /// What excludes or needs each other in a training.
  private mutating func checkTraining(_ node: YAMLNode) {
    let training = recipe.training
    func refuse(_ first: String, _ second: String, _ why: String) {
      log.error(RecipeDiagnostic.notTogether(first, second, why: why), at: node.range)
    }
    if let shift = training.shift, shift > 0, training.cropShares != nil {
      refuse("shift", "crop-area", "an image is either shifted, or a part of it resized")
    }
    if let shares = training.cropShares, shares.lowerBound == 0 || shares.upperBound > 1 {
      log.error(
        RecipeDiagnostic.outOfRange(
          key: "training.crop-area", rule: "a range above 0 and up to 1",
          found: "\(shares.lowerBound)..\(shares.upperBound)"), at: node.range)
    }
    if let batch = training.batch, let lanes = training.lanes, batch % lanes != 0 {
      refuse("batch", "lanes", "\(lanes) parts do not divide \(batch) images")
    }
    if training.optimiser != .rmsProp, training.squareDecay != nil || training.epsilon != nil {
      refuse("optimiser", "rms-decay and rms-epsilon", "only 'rmsprop' has them")
    }
    if training.schedule != .step, training.stepEpochs != nil || training.stepFactor != nil {
      refuse("schedule", "step-epochs and step-factor", "only 'step' has them")
    }
    if training.changes ?? 0 == 0, training.strength != nil {
      refuse("randaugment", "randaugment-strength", "without changes there is no strength")
    }
    if (training.changes ?? 0) > 16 {
      log.error(
        RecipeDiagnostic.outOfRange(
          key: "training.randaugment", rule: "at most 16", found: "'\(training.changes ?? 0)'"), at: node.range)
    }
    let taught = [training.teacherShare, training.teacherTemperature].contains { $0 != nil }
    if training.teacher == nil, taught || training.teacherWeights != nil {
      refuse("teacher", "teacher-weights, teacher-share and teacher-temperature", "they are about a teacher")
    }
  }

  // MARK: Values

  private mutating func read(_ node: YAMLNode, as option: RecipeOption) {
    if case .poison = node.content { return }
    if case .seeds(let set) = option.kind {
      if let seeds = seeds(node, option) { set(&recipe, seeds) }
      return
    }
    if case .places(let set) = option.kind {
      if let places = places(node, option) { set(&recipe, places) }
      return
    }
    if case .texts(let set) = option.kind {
      if let texts = texts(node, option) { set(&recipe, texts) }
      return
    }
    guard case .scalar(let scalar) = node.content, !scalar.text.isEmpty else {
      return reportShape(node, of: option.path, expected: expectation(option))
    }
    switch option.kind {
    case .number(let isAllowed, let rule, let set):
      guard let value = number(scalar, node, option) else { return }
      guard isAllowed(value) else { return reportRange(node, option, rule) }
      set(&recipe, value)
    case .count(let least, let set):
      guard let value = whole(scalar, node, option) else { return }
      guard value >= least else { return reportRange(node, option, "at least \(least)") }
      set(&recipe, value)
    case .amount(let set):
      guard let (value, isTime) = costTarget(scalar.text) else {
        return reportShape(node, of: option.path, expected: expectation(option))
      }
      guard value >= 1 else { return reportRange(node, option, "at least 1") }
      set(&recipe, value, isTime)
    case .measure(let set):
      guard let measure = CostMeasure(searched: scalar.text) else {
        return reportShape(node, of: option.path, expected: expectation(option))
      }
      set(&recipe, measure)
    case .word(let words, let set):
      guard words.contains(scalar.text) else { return reportWord(node, scalar.text, words, option) }
      set(&recipe, scalar.text)
    case .text(let set): set(&recipe, scalar.text)
    case .shares(let set):
      guard let shares = shareRange(scalar.text) else {
        return reportShape(node, of: option.path, expected: expectation(option))
      }
      guard shares.upperBound > 0 else { return reportRange(node, option, "above 0 at its end") }
      set(&recipe, shares)
    case .time(let set):
      guard let (time, isTime) = costTarget(scalar.text), isTime else {
        return reportShape(node, of: option.path, expected: expectation(option))
      }
      guard time >= 1 else { return reportRange(node, option, "at least 1 ns") }
      set(&recipe, time)
    case .seeds, .texts, .places: break
    }
  }

  private mutating func places(_ node: YAMLNode, _ option: RecipeOption) -> [Int]? {
    let nodes = if case .sequence(let nodes) = node.content { nodes } else { [node] }
    let numbers = nodes.compactMap { node -> Int? in
      if case .scalar(let scalar) = node.content, case .integer(let value) = scalar.value { value } else { nil }
    }
    guard numbers.count == nodes.count else {
      reportShape(node, of: option.path, expected: expectation(option))
      return nil
    }
    guard numbers == Array(Set(numbers)).sorted(), numbers.first ?? 1 >= 1 else {
      reportRange(node, option, "ascending from 1 on")
      return nil
    }
    return numbers
  }

  private mutating func number(_ scalar: YAMLScalar, _ node: YAMLNode, _ option: RecipeOption) -> Double? {
    if reportAmbiguity(of: scalar, at: node.range, expecting: .number, log: &log) != nil { return nil }
    switch scalar.value {
    case .integer(let value): return Double(value)
    case .decimal(let value): return Double(value.numerator) / Double(value.denominator)
    case .null, .bool, .string:
      reportShape(node, of: option.path, expected: expectation(option))
      return nil
    }
  }

  private mutating func whole(_ scalar: YAMLScalar, _ node: YAMLNode, _ option: RecipeOption) -> Int? {
    if reportAmbiguity(of: scalar, at: node.range, expecting: .number, log: &log) != nil { return nil }
    if case .integer(let value) = scalar.value { return value }
    reportShape(node, of: option.path, expected: expectation(option))
    return nil
  }

  private mutating func texts(_ node: YAMLNode, _ option: RecipeOption) -> [String]? {
    let nodes = if case .sequence(let nodes) = node.content { nodes } else { [node] }
    let texts = nodes.compactMap { node -> String? in
      if case .scalar(let scalar) = node.content, !scalar.text.isEmpty { scalar.text } else { nil }
    }
    guard texts.count == nodes.count, !texts.isEmpty else {
      reportShape(node, of: option.path, expected: expectation(option))
      return nil
    }
    return texts
  }

  private mutating func seeds(_ node: YAMLNode, _ option: RecipeOption) -> [UInt64]? {
    var seeds: [UInt64]?
    switch node.content {
    case .scalar(let scalar): seeds = seedRange(scalar.text)
    case .sequence(let nodes):
      let numbers = nodes.compactMap { node -> UInt64? in
        if case .scalar(let scalar) = node.content { UInt64(scalar.text) } else { nil }
      }
      seeds = numbers.count == nodes.count ? numbers : nil
    case .mapping, .poison: break
    }
    guard let seeds, !seeds.isEmpty else {
      reportShape(node, of: option.path, expected: expectation(option))
      return nil
    }
    guard Set(seeds).count == seeds.count else {
      reportRange(node, option, "a list without repetitions")
      return nil
    }
    return seeds
  }

  private func expectation(_ option: RecipeOption) -> String {
    switch option.kind {
    case .number: "a number"
    case .count: "a whole number"
    case .amount: "a whole number such as 1500000, 300k, 1.5M or 2G, or a time such as 5 ms"
    case .measure: "'macs', 'parameters' or 'latency(DEVICE)'"
    case .word(let words, _): "one of \(words.map { "'\($0)'" }.joined(separator: ", "))"
    case .text: "a text"
    case .texts: "a text, or a list of texts"
    case .time: "a time such as 5 ms, 300 us or 12000 ns"
    case .places: "a whole number, or an ascending list of them"
    case .shares: "a range of shares such as 0.9..1, or ..1"
    case .seeds: "a number, a range such as 1..5 with at most 1000 numbers, or a list of numbers"
    }
  }

  // MARK: Reports

  private mutating func reportShape(_ node: YAMLNode, of key: String, expected: String) {
    if case .poison = node.content { return }
    log.error(RecipeDiagnostic.wrongValue(key: key, expected: expected, found: words(node)), at: node.range)
  }

  private mutating func reportRange(_ node: YAMLNode, _ option: RecipeOption, _ rule: String) {
    log.error(RecipeDiagnostic.outOfRange(key: option.path, rule: rule, found: words(node)), at: node.range)
  }

  private mutating func reportWord(_ node: YAMLNode, _ text: String, _ words: [String], _ option: RecipeOption) {
    let meant = log.closest(to: text, among: words)
    log.error(
      RecipeDiagnostic.wrongValue(key: option.path, expected: expectation(option), found: "'\(text)'"), at: node.range,
      fixIts: meant.map { [FixIt("did you mean '\($0)'?", replacing: node.range, with: $0)] } ?? [])
  }

  private func words(_ node: YAMLNode) -> String {
    switch node.content {
    case .scalar(let scalar): scalar.text.isEmpty ? "nothing" : "'\(scalar.text.prefix(40))'"
    case .sequence(let nodes): nodes.isEmpty ? "an empty list" : "a list"
    case .mapping(let entries): entries.isEmpty ? "an empty mapping" : "a mapping"
    case .poison: "unreadable"
    }
  }
}

/// The seeds that a text names, `7` or `1..5`; nil where it names none or more than a thousand.
package func seedRange(_ text: String) -> [UInt64]? {
  if let one = UInt64(text) { return [one] }
  guard let dots = text.firstRange(of: ".."), let first = UInt64(text[..<dots.lowerBound]),
    let last = UInt64(text[dots.upperBound...]), first <= last, last - first < 1000
  else { return nil }
  return Array(first...last)
}

/// `0.9..1`, `..1`, `0.5..`; nil: no range of numbers from 0 on.
package func shareRange(_ text: String) -> ClosedRange<Double>? {
  guard let dots = text.firstRange(of: "..") else { return nil }
  func share(_ text: Substring, standard: Double) -> Double? {
    guard !text.isEmpty else { return standard }
    return ExactDecimal(text).map { Double($0.numerator) / Double($0.denominator) }
  }
  guard text.count > 2, let low = share(text[..<dots.lowerBound], standard: 0),
    let high = share(text[dots.upperBound...], standard: 1), 0 <= low, low <= high
  else { return nil }
  return low...high
}

/// `1500000`, `300k`, `1.5M`, `2G`, or a time such as `5 ms` in nanoseconds; nil: neither, or no whole number.
package func costTarget(_ text: String) -> (amount: Int, isTime: Bool)? {
  if let time = Quantity.nanoseconds(text), time.numerator >= 0 {
    // Halves up, as the times of a latency table.
    let (whole, rest) = time.numerator.quotientAndRemainder(dividingBy: time.denominator)
    return (whole + (rest >= time.denominator - rest ? 1 : 0), true)
  }
  let factors: [Character: Int] = ["k": 1_000, "M": 1_000_000, "G": 1_000_000_000]
  let factor = text.last.flatMap { factors[$0] }
  let digits = factor == nil ? Substring(text) : text.dropLast()
  guard let value = ExactDecimal(digits)?.multiplied(by: factor ?? 1), value.denominator == 1 else { return nil }
  return (value.numerator, false)
}

extension CostMeasure {
  /// One that a search can be held to; nil for other texts.
  package init?(searched text: String) {
    // As `espalier costs` calls it.
    guard let found = CostMeasure(name: text == "params" ? "parameters" : text) else { return nil }
    switch found {
    case .macs, .parameters, .latency: self = found
    case .weights, .poolingInputs, .activationBytes: return nil
    }
  }
}

extension Recipe {
  /// Why the target is none of the measure; nil: it is one.
  package var targetComplaint: String? {
    switch (measure?.device != nil, targetIsTime) {
    case (true, true), (false, false): nil
    case (true, false): "the target of a latency is a time with its unit, such as 5 ms"
    case (false, true): "a time is the target of a latency; name it by 'measure: latency(DEVICE)'"
    }
  }
}
