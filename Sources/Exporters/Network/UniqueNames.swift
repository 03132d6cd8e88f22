extension Set<String> {
  /// The name, or the name with the first number from 2 on that is not taken; it is taken then.
  mutating func unique(_ name: String, separator: String = "") -> String {
    var candidate = name
    var number = 2
    while !insert(candidate).inserted {
      candidate = "\(name)\(separator)\(number)"
      number += 1
    }
    return candidate
  }
}
