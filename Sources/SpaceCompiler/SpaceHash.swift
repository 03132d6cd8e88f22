package import SpaceIR

/// Identity of a space: equal for files that mean the same space, whatever their layout and comments.
///
/// FNV-1a, 128 bits (Fowler, Noll, Vo; draft-eastlake-fnv), over the IR's text form. It tells spaces apart, it does not
/// protect against forgery.
package func hash(of space: Space) -> String { fingerprint(space.text) }

/// Identity of a network of a space: equal for files that choose the same in the same space.
///
/// - Parameter space: With its decisions.
package func identity(of architecture: Architecture, in space: Space) -> String {
  let choices = space.decisionIDs.compactMap { id in
    space.value(of: id, in: architecture).map { "\(space[id].name)=\($0)\n" }
  }
  return fingerprint(hash(of: space) + "\n" + choices.joined())
}

private func fingerprint(_ text: String) -> String {
  let prime = (high: UInt64(1) << 24, low: UInt64(0x13B))
  var high: UInt64 = 0x6C62_272E_07BB_0142
  var low: UInt64 = 0x62B8_2175_6295_C58D
  for byte in text.utf8 {
    low ^= UInt64(byte)
    let product = low.multipliedFullWidth(by: prime.low)
    high = high &* prime.low &+ low &* prime.high &+ product.high
    low = product.low
  }
  return hexadecimal(high) + hexadecimal(low)
}

private func hexadecimal(_ word: UInt64) -> String {
  let digits = String(word, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
