/// The data that lies at the ends of an axis, and numbers to write along it.
package struct ChartAxis: Hashable, Sendable {
  package struct Tick: Hashable, Sendable {
    package let at: Double
    package let text: String
  }

  package let label: String
  package let range: ClosedRange<Double>
  package let ticks: [Tick]

  package init(label: String, range: ClosedRange<Double>, ticks: [Tick]) {
    self.label = label
    self.range = range
    self.ticks = ticks
  }

  /// Where a value lies, from 0 at the lower end to 1 at the upper one; values beyond an end lie at it.
  func share(_ value: Double) -> Double {
    let width = range.upperBound - range.lowerBound
    guard width > 0 else { return 0.5 }
    return min(1, max(0, (value - range.lowerBound) / width))
  }
}

extension ChartAxis {
  /// About so many round numbers: 1, 2 or 5 times a power of ten apart.
  package static func roundNumbers(_ range: ClosedRange<Double>, about count: Int) -> [Double] {
    let step = roundStep(range, about: count)
    let first = (range.lowerBound / step).rounded(.up)
    return (0...count + 2).map { (first + Double($0)) * step }.filter { $0 <= range.upperBound + step * 1e-9 }
  }

  /// 1, 2 or 5 times a power of ten: the least with which a range has at most about so many steps.
  private static func roundStep(_ range: ClosedRange<Double>, about count: Int) -> Double {
    let span = max(range.upperBound - range.lowerBound, 1e-12)
    var step = 1.0
    while step * Double(count) < span { step *= 10 }
    while step * Double(count) > span * 10 { step /= 10 }
    for factor in [5.0, 2.0] where span / (step / factor) <= Double(count) { return step / factor }
    return step
  }

  /// An axis of whole numbers with units: `300M`, `1.5M`.
  package static func amounts(_ label: String, _ range: ClosedRange<Double>, about count: Int = 8) -> Self {
    Self(
      label: label, range: range,
      ticks: roundNumbers(range, about: count).map { Tick(at: $0, text: withoutZeros(Int($0.rounded()).short)) })
  }

  /// `1.50M` as `1.5M`, `2.00M` as `2M`.
  private static func withoutZeros(_ text: String) -> String {
    guard let unit = text.last, !unit.isNumber, text.contains(".") else { return text }
    var digits = text.dropLast()
    while digits.last == "0" { digits.removeLast() }
    if digits.last == "." { digits.removeLast() }
    return digits + String(unit)
  }

  /// An axis of whole numbers, every digit written: `1,200`.
  package static func counts(_ label: String, _ range: ClosedRange<Double>, about count: Int = 8) -> Self {
    let whole = roundNumbers(range, about: count).filter { $0 == $0.rounded() }
    return Self(label: label, range: range, ticks: whole.map { Tick(at: $0, text: Int($0).grouped) })
  }

  /// An axis of numbers with as many digits after the point as tell its ticks apart.
  package static func numbers(_ label: String, _ range: ClosedRange<Double>, about count: Int = 7) -> Self {
    let step = roundStep(range, about: count)
    var (places, unit) = (0, 1.0)
    while unit > step * 1.000001, places < 9 {
      places += 1
      unit /= 10
    }
    return Self(
      label: label, range: range,
      ticks: roundNumbers(range, about: count).map { Tick(at: $0, text: $0.fixed(places)) })
  }

  /// An axis from 0 to a share, in percent.
  package static func percents(_ label: String, to greatest: Double) -> Self {
    let range = 0...max(greatest, 1e-9)
    return Self(
      label: label, range: range,
      ticks: roundNumbers(range, about: 6).map { Tick(at: $0, text: percent($0, of: range.upperBound)) })
  }

  private static func percent(_ share: Double, of greatest: Double) -> String {
    (share * 100).fixed(greatest < 0.004 ? 3 : greatest < 0.04 ? 1 : 0) + " %"
  }

  /// A range of values with a margin of a twentieth, never empty.
  static func range(around values: [Double]) -> ClosedRange<Double> {
    guard let low = values.min(), let high = values.max() else { return 0...1 }
    let margin = max((high - low) * 0.05, abs(high) * 0.005, 1e-9)
    return low - margin...high + margin
  }
}
