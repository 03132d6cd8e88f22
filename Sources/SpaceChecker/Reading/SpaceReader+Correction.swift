import Diagnostics
import SpaceIR
import SpaceSyntax

// What a latency table says beside its rows.
extension SpaceReader {
  /// `constant: 0.95 ms, factor: 1.02`; the other keys are kept for people.
  mutating func correction(_ node: YAMLNode) -> LatencyCorrection? {
    guard
      let fields = Fields(
        node, place: "'correction'", allowed: LatencyRecord.correctionKeys, unreadable: unreadable, log: &log)
    else { return nil }
    let constant = fields.required("constant", log: &log).flatMap { self.constant($0.value) }
    let factor = fields.required("factor", log: &log).flatMap { millionths($0.value) }
    guard let constant, let factor else { return nil }
    return LatencyCorrection(constant: constant, millionths: factor)
  }

  /// In nanoseconds, rounded to the nearest, halves up.
  private mutating func constant(_ node: YAMLNode) -> Int? {
    guard let text = node.scalar?.text, let time = Quantity.nanoseconds(text), time.numerator >= 0 else {
      node.reportShape(expected: "a time of at least 0 such as 0.3 ms", what: "'constant'", log: &log)
      return nil
    }
    let (whole, rest) = time.numerator.quotientAndRemainder(dividingBy: time.denominator)
    return whole + (rest >= time.denominator - rest ? 1 : 0)
  }

  private mutating func millionths(_ node: YAMLNode) -> Int? {
    let factor = node.scalar.flatMap { ExactDecimal($0.text) }?.multiplied(by: 1_000_000)
    let range = 1...LatencyCorrection.mostMillionths
    guard let factor, factor.denominator == 1, range.contains(factor.numerator) else {
      node.reportShape(
        expected: "a number above 0 and at most 1000 with at most six decimals", what: "'factor'", log: &log)
      return nil
    }
    return factor.numerator
  }

  /// A number of at least 0.
  mutating func share(_ node: YAMLNode, what: String) -> Double? {
    guard let number = node.scalar.flatMap({ ExactDecimal($0.text) }), number.numerator >= 0 else {
      node.reportShape(expected: "a number of at least 0", what: what, log: &log)
      return nil
    }
    return Double(number.numerator) / Double(number.denominator)
  }

  /// Every scalar below a node, by its keys joined by dots.
  func scalars(of node: YAMLNode) -> [String: String] {
    var found: [String: String] = [:]
    func visit(_ node: YAMLNode, _ path: String) {
      switch node.content {
      case .scalar(let scalar): found[path] = scalar.text
      case .mapping(let entries):
        for entry in entries { visit(entry.value, path.isEmpty ? entry.key.text : "\(path).\(entry.key.text)") }
      case .sequence, .poison: break
      }
    }
    visit(node, "")
    return found
  }
}
