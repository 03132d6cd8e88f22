import Reports

// The texts of reports and of commands are the same.

extension Int {
  /// Every digit, in groups of three: `1,234,567`.
  var grouped: String { NumberText.grouped(self) }

  /// Three digits and a unit, halves up: `987`, `1.50M`, `60.0M`, `2.35G`.
  var short: String { NumberText.short(self) }

  /// A size in bytes in binary units: `512 B`, `48.2 KiB`, `3.1 MiB`.
  var byteText: String { NumberText.bytes(self) }
}

extension Double {
  /// The number with so many digits after the point, halves away from zero; no locale, no exponent below 10¹⁵.
  func fixed(_ places: Int) -> String { NumberText.fixed(self, places) }

  /// Of so many seconds: `45 s`, `2 min 05 s`, `3 h 20 min`.
  var durationText: String { NumberText.duration(seconds: self) }
}

/// `1 decision`, `2 decisions`.
func counted(_ count: Int, _ noun: String) -> String { NumberText.counted(count, noun) }
