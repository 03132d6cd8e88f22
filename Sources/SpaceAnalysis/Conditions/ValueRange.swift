import SpaceIR

/// What is known of the numbers that a formula can be: bounds, and a lattice `offset + n * step` that holds them all.
///
/// Each part is nil where nothing is known, which is always correct.
struct ValueRange: Hashable, Sendable {
  var least: Rational?
  var greatest: Rational?
  /// With `step`, or neither. A step of 0 says that there is one value.
  var offset: Rational?
  var step: Rational?

  init() {}

  init(_ value: Rational) { (least, greatest, offset, step) = (value, value, value, Rational(0)) }

  /// Of a decision's options; unknown where one is no number.
  init(options: [Value]) {
    let numbers = options.compactMap(\.number)
    guard numbers.count == options.count, let first = numbers.first else {
      self.init()
      return
    }
    self.init(first)
    for number in numbers.dropFirst() { self = hull(ValueRange(number)) }
  }

  static var indicator: ValueRange { ValueRange(Rational(0)).hull(ValueRange(Rational(1))) }

  /// Of a value that is in one or the other.
  func hull(_ other: ValueRange) -> ValueRange {
    var result = ValueRange()
    if let a = least, let b = other.least { result.least = min(a, b) }
    if let a = greatest, let b = other.greatest { result.greatest = max(a, b) }
    guard let a = offset, let b = other.offset, let distance = b.negated.flatMap(a.adding) else { return result }
    result.join(offset: a, steps: [step, other.step, distance])
    return result
  }

  func adding(_ other: ValueRange) -> ValueRange {
    var result = ValueRange()
    if let a = least, let b = other.least { result.least = a.adding(b) }
    if let a = greatest, let b = other.greatest { result.greatest = a.adding(b) }
    if let a = offset, let b = other.offset, let sum = a.adding(b) {
      result.join(offset: sum, steps: [step, other.step])
    }
    return result
  }

  func scaled(by factor: Rational) -> ValueRange {
    var result = ValueRange()
    let ends = (least?.multiplied(by: factor), greatest?.multiplied(by: factor))
    (result.least, result.greatest) = factor.numerator < 0 ? (ends.1, ends.0) : ends
    if let offset = offset?.multiplied(by: factor), let step = step?.multiplied(by: factor) {
      result.join(offset: offset, steps: [step])
    }
    return result
  }

  /// Of the product, the smaller or the larger of two values: bounds alone.
  func corners(_ other: ValueRange, _ operation: (Rational, Rational) -> Rational?) -> ValueRange {
    guard let a = least, let b = greatest, let c = other.least, let d = other.greatest else { return ValueRange() }
    let values = [operation(a, c), operation(a, d), operation(b, c), operation(b, d)].compactMap { $0 }
    var result = ValueRange()
    if values.count == 4 { (result.least, result.greatest) = (values.min(), values.max()) }
    return result
  }

  /// The largest value of the lattice that is at most `bound` (below it where `strictly`); `bound` without a lattice.
  func snapped(_ bound: Rational, strictly: Bool) -> Rational? {
    guard let offset, let step else { return strictly ? nil : bound }
    guard step.numerator != 0 else { return strictly ? nil : bound }
    guard let quotient = offset.negated.flatMap(bound.adding)?.divided(by: step) else { return strictly ? nil : bound }
    let count = strictly && quotient.isInteger ? quotient.floor - 1 : quotient.floor
    return Rational(count).multiplied(by: step).flatMap(offset.adding) ?? (strictly ? nil : bound)
  }

  /// False where the number is certainly no value.
  func admits(_ value: Rational) -> Bool {
    if let least, value < least { return false }
    if let greatest, value > greatest { return false }
    guard let offset, let step, let distance = offset.negated.flatMap(value.adding) else { return true }
    if step.numerator == 0 { return distance.numerator == 0 }
    return distance.divided(by: step)?.isInteger ?? true
  }

  private mutating func join(offset: Rational, steps: [Rational?]) {
    var common = Rational(0)
    for step in steps {
      guard let step, let divisor = commonDivisor(common, step) else { return }
      common = divisor
    }
    (self.offset, self.step) = (offset, common)
  }
}

/// The largest fraction of which both are multiples, not negative; nil where it does not fit 64 bits.
private func commonDivisor(_ a: Rational, _ b: Rational) -> Rational? {
  guard a.numerator != .min, b.numerator != .min else { return nil }
  let (x, overflowX) = a.numerator.multipliedReportingOverflow(by: b.denominator)
  let (y, overflowY) = b.numerator.multipliedReportingOverflow(by: a.denominator)
  let (bottom, overflow) = a.denominator.multipliedReportingOverflow(by: b.denominator)
  guard !overflowX, !overflowY, !overflow else { return nil }
  return Rational(greatestCommonDivisor(x, y), bottom)
}
