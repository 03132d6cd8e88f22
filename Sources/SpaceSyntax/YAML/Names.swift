extension String {
  /// Starts with a letter; then letters, digits, `_` and `-`: a name of the language, and of a device.
  package var isName: Bool { unicodeScalars.areName }
}

extension Sequence<Unicode.Scalar> {
  /// See `String.isName`.
  package var areName: Bool {
    var isFirst = true
    for scalar in self {
      guard scalar.isLetter || (!isFirst && (("0"..."9").contains(scalar) || scalar == "_" || scalar == "-")) else {
        return false
      }
      isFirst = false
    }
    return !isFirst
  }
}

extension Unicode.Scalar {
  /// The letters of ASCII are most of all letters, and the table of the others takes its time.
  fileprivate var isLetter: Bool {
    switch self {
    case "a"..."z", "A"..."Z": true
    default: value >= 0x80 && properties.isAlphabetic
    }
  }
}
