/// Numbers as people read them; the same text on every machine, whatever its locale.
package enum NumberText {
  /// Every digit, in groups of three: `1,234,567`.
  package static func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    var text = number < 0 ? "-" : ""
    for (position, digit) in digits.enumerated() {
      if position > 0, (digits.count - position).isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return text
  }

  /// Three digits and a unit, halves up: `987`, `1.50M`, `60.0M`, `2.35G`.
  package static func short(_ number: Int) -> String {
    guard number >= 1000 else { return String(number) }
    var scale = 1000
    var units = ["k", "M", "G", "T", "P", "E"][...]
    // 999,500 is 1.00M and not 1000k.
    while units.count > 1, Double(number) / Double(scale) >= 999.5 {
      scale *= 1000
      units = units.dropFirst()
    }
    let value = Double(number) / Double(scale)
    let places = value < 9.995 ? 2 : value < 99.95 ? 1 : 0
    return fixed(value, places) + (units.first ?? "")
  }

  /// A size in bytes in binary units: `512 B`, `48.2 KiB`, `3.1 MiB`.
  package static func bytes(_ number: Int) -> String {
    guard number >= 1024 else { return "\(number) B" }
    var value = Double(number) / 1024
    var units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"][...]
    while units.count > 1, value >= 1023.95 {
      value /= 1024
      units = units.dropFirst()
    }
    return "\(fixed(value, 1)) \(units.first ?? "")"
  }

  /// The number with so many digits after the point, at most 15, halves away from zero; no exponent below 10¹⁵.
  package static func fixed(_ number: Double, _ places: Int) -> String {
    precondition((0...15).contains(places), "a double has 15 digits")
    guard number.isFinite, number.magnitude < 1e15 else { return number.description }
    let power = (0..<places).reduce(1.0) { product, _ in product * 10 }
    guard number.magnitude * power < 0x1p62 else { return long(number, places, power) }
    let scaled = Int((number.magnitude * power).rounded(.toNearestOrAwayFromZero))
    let sign = number < 0 && scaled > 0 ? "-" : ""
    guard places > 0 else { return sign + String(scaled) }
    let whole = scaled / Int(power)
    let digits = String(scaled % Int(power))
    return "\(sign)\(whole)." + String(repeating: "0", count: places - digits.count) + digits
  }

  /// Of more digits than an integer holds: the parts before and after the point apart.
  private static func long(_ number: Double, _ places: Int, _ power: Double) -> String {
    let whole = number.magnitude.rounded(.down)
    // So large a number has few binary digits after its point, and none that would round up to the next one.
    let digits = String(Int(((number.magnitude - whole) * power).rounded(.toNearestOrAwayFromZero)))
    return "\(number < 0 ? "-" : "")\(Int(whole))." + String(repeating: "0", count: places - digits.count) + digits
  }

  /// `45 s`, `2 min 05 s`, `3 h 20 min`; of what is no time of people, `inf s`.
  package static func duration(seconds: Double) -> String {
    guard seconds.magnitude < 1e15 else { return "\(seconds) s" }
    let seconds = Int(seconds.rounded())
    if seconds < 60 { return "\(seconds) s" }
    if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60 < 10 ? "0" : "")\(seconds % 60) s" }
    return "\(seconds / 3600) h \(seconds / 60 % 60) min"
  }

  /// `1 decision`, `2 decisions`.
  package static func counted(_ count: Int, _ noun: String) -> String {
    "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
  }
}

extension Int {
  var grouped: String { NumberText.grouped(self) }
  var short: String { NumberText.short(self) }
}

extension Double {
  func fixed(_ places: Int) -> String { NumberText.fixed(self, places) }

  /// A place in a drawing: at most two digits after the point, none of them a zero at the end.
  var place: String {
    let text = fixed(2)
    guard text.contains(".") else { return text }
    var kept = Substring(text)
    while kept.last == "0" { kept.removeLast() }
    if kept.last == "." { kept.removeLast() }
    return String(kept)
  }
}
