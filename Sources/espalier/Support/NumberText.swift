extension Int {
  /// Every digit, in groups of three: `1,234,567`.
  var grouped: String {
    let digits = Array(String(magnitude))
    var text = self < 0 ? "-" : ""
    for (position, digit) in digits.enumerated() {
      if position > 0, (digits.count - position).isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return text
  }

  /// Three digits and a unit, halves up: `987`, `1.50M`, `60.0M`, `2.35G`.
  var short: String {
    guard self >= 1000 else { return String(self) }
    var scale = 1000
    var units = ["k", "M", "G", "T", "P", "E"][...]
    // 999,500 is 1.00M and not 1000k.
    while units.count > 1, Double(self) / Double(scale) >= 999.5 {
      scale *= 1000
      units = units.dropFirst()
    }
    let value = Double(self) / Double(scale)
    return (value < 9.995 ? value.fixed(2) : value < 99.95 ? value.fixed(1) : value.fixed(0)) + (units.first ?? "")
  }

  /// A size in bytes in binary units: `512 B`, `48.2 KiB`, `3.1 MiB`.
  var byteText: String {
    guard self >= 1024 else { return "\(self) B" }
    var value = Double(self) / 1024
    var units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"][...]
    while units.count > 1, value >= 1023.95 {
      value /= 1024
      units = units.dropFirst()
    }
    return "\(value.fixed(1)) \(units.first ?? "")"
  }
}

extension Double {
  /// The number with so many digits after the point, halves away from zero; no locale, no exponent below 10¹⁵.
  func fixed(_ places: Int) -> String {
    guard isFinite, magnitude < 1e15 else { return description }
    let power = (0..<places).reduce(1.0) { product, _ in product * 10 }
    let scaled = Int((magnitude * power).rounded(.toNearestOrAwayFromZero))
    let sign = self < 0 && scaled > 0 ? "-" : ""
    guard places > 0 else { return sign + String(scaled) }
    let whole = scaled / Int(power)
    let digits = String(scaled % Int(power))
    return "\(sign)\(whole)." + String(repeating: "0", count: places - digits.count) + digits
  }
}

/// `1 decision`, `2 decisions`.
func counted(_ count: Int, _ noun: String) -> String { "\(count.grouped) \(noun)\(count == 1 ? "" : "s")" }
