/// A number with a unit of bytes or time.
package struct Quantity: Hashable, Sendable {
  /// What is measured.
  package enum Dimension: String, Hashable, Sendable {
    case bytes
    case time
  }

  /// In bytes or nanoseconds.
  package let value: ExactDecimal
  package let dimension: Dimension
  /// As it was written, `5 ms`.
  package let text: String

  package init(_ value: ExactDecimal, _ dimension: Dimension, text: String) {
    self.value = value
    self.dimension = dimension
    self.text = text
  }
}

extension Quantity {
  /// A time by itself, `0.31 ms` or `4.2e-5 s`, in nanoseconds; nil for another form, or where it does not fit 64 bits.
  package static func nanoseconds(_ text: String) -> ExactDecimal? {
    let number = text.prefix { !$0.isLetter && !$0.isWhitespace || $0 == "e" || $0 == "E" }
    let unit = text.dropFirst(number.count).drop { $0 == " " }
    guard let unit = ExpressionUnit(rawValue: String(unit)), unit.dimension == .time else { return nil }
    return ExactDecimal(number).flatMap(unit.value)
  }
}

/// The units that may follow a number. Their spelling is that of the SI and of IEC 80000-13.
enum ExpressionUnit: String, CaseIterable {
  case kilo = "k"
  case mega = "M"
  case giga = "G"
  case kibibytes = "KiB"
  case mebibytes = "MiB"
  case gibibytes = "GiB"
  case nanoseconds = "ns"
  case microseconds = "us"
  case milliseconds = "ms"
  case seconds = "s"

  /// Nil for a plain factor.
  var dimension: Quantity.Dimension? {
    switch self {
    case .kilo, .mega, .giga: nil
    case .kibibytes, .mebibytes, .gibibytes: .bytes
    case .nanoseconds, .microseconds, .milliseconds, .seconds: .time
    }
  }

  private var factor: Int {
    switch self {
    case .nanoseconds: 1
    case .kilo, .microseconds: 1_000
    case .mega, .milliseconds: 1_000_000
    case .giga, .seconds: 1_000_000_000
    case .kibibytes: 1 << 10
    case .mebibytes: 1 << 20
    case .gibibytes: 1 << 30
    }
  }

  /// The number in this unit as a plain one, in bytes or in nanoseconds; nil where it does not fit 64 bits.
  func value(of number: ExactDecimal) -> ExactDecimal? { number.multiplied(by: factor) }
}

// Units that others write.
extension ExpressionUnit {
  private static let foreign: [String: ExpressionUnit] = [
    "m": .mega, "million": .mega, "thousand": .kilo, "billion": .giga,
    "kb": .kibibytes, "mb": .mebibytes, "gb": .gibibytes,
    "sec": .seconds, "secs": .seconds, "second": .seconds, "seconds": .seconds,
    "msec": .milliseconds, "msecs": .milliseconds, "usec": .microseconds, "nsec": .nanoseconds,
  ]
  private static let unlike: Set<String> = ["b", "byte", "bytes", "tb", "tib", "min", "minutes", "h"]

  /// The unit that a word after a number may be meant for; nil where there is none, or none that is close.
  static func meant(by word: String) -> ExpressionUnit? {
    let lowercased = word.lowercased()
    return foreign[lowercased] ?? allCases.first { $0.rawValue.lowercased() == lowercased }
  }

  /// Whether a word after a number is meant for a unit, and not for a name with an operator missing before it.
  static func isLike(_ word: String) -> Bool { meant(by: word) != nil || unlike.contains(word.lowercased()) }
}
