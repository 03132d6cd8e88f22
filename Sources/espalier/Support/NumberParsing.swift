import ArgumentParser

/// A number that people write with a unit: `1500000`, `1,500,000`, `1.5M`, `60M`, `2G`, `300k`.
///
/// - Throws: `ValidationError` that says what is wrong with the text.
func parseAmount(_ text: String) throws -> Int {
  let units: [Character: Int] = ["k": 3, "K": 3, "m": 6, "M": 6, "g": 9, "G": 9, "b": 9, "B": 9]
  var digits = Substring(text)
  let power = digits.last.flatMap { units[$0] } ?? 0
  if power > 0 { digits = digits.dropLast() }
  let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
  let whole = parts[0].filter { $0 != "," && $0 != "_" }
  let fraction = parts.count == 2 ? parts[1] : ""
  guard whole.first?.isNumber == true, (whole + fraction).allSatisfy({ $0.isASCII && $0.isNumber }) else {
    throw ValidationError("'\(text)' is not a number such as 1500000, 300k, 1.5M or 2G")
  }
  let shown = fraction.reversed().drop { $0 == "0" }.count
  guard shown <= power else { throw ValidationError("'\(text)' is not a whole number") }
  let places = fraction.prefix(shown)
  guard let value = Int(whole + places + String(repeating: "0", count: power - shown)) else {
    throw ValidationError("'\(text)' does not fit 64 bits")
  }
  return value
}

/// A range of such numbers with both ends included: `1.2M..1.4M`, `..60M`, `1M..`.
///
/// - Throws: `ValidationError`, also where the range runs backwards.
func parseAmountRange(_ text: String) throws -> ClosedRange<Int> {
  guard let dots = text.firstRange(of: "..") else {
    throw ValidationError("'\(text)' is not a range such as 1.2M..1.4M, ..60M or 1M..")
  }
  let (low, high) = (String(text[..<dots.lowerBound]), String(text[dots.upperBound...]))
  guard !low.isEmpty || !high.isEmpty else { throw ValidationError("'\(text)' is a range without an end") }
  let least = low.isEmpty ? 0 : try parseAmount(low)
  let greatest = high.isEmpty ? Int.max : try parseAmount(high)
  guard least <= greatest else {
    throw ValidationError("'\(text)' runs backwards: \(least.grouped) is more than \(greatest.grouped)")
  }
  return least...greatest
}
