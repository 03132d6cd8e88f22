/// The text as a YAML scalar that every reader takes for it: plain where it is made of letters, digits and the signs of
/// usual names, and is no number, truth word or the like; else in double quotes.
package func writtenScalar(_ text: String) -> String {
  let plain = YAMLScalar(text: text, style: .plain)
  let isPlain =
    text.unicodeScalars.allSatisfy(isUsual) && text.first.map { !"-+".contains($0) } ?? false
    && plain.value == .string(text) && ambiguity(of: plain) == nil
  return isPlain ? text : quotedScalar(text)
}

/// The text as a YAML scalar in double quotes, on one line.
package func quotedScalar(_ text: String) -> String { LayoutScalar.doubleQuoted(text) }

private func isUsual(_ scalar: Unicode.Scalar) -> Bool {
  scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "_-+./".unicodeScalars.contains(scalar)
}
