/// The checksum by which a measuring command knows that a model arrived whole: SHA-256 of FIPS 180-4, section 6.2.
package enum SHA256 {
  /// In hexadecimal, 64 digits.
  ///
  /// - Complexity: One pass over the bytes, no memory for each block.
  package static func digest(_ bytes: [UInt8]) -> String {
    var state = first
    var words = [UInt32](repeating: 0, count: 64)
    let whole = bytes.count / 64 * 64
    bytes.withUnsafeBufferPointer { bytes in
      for start in stride(from: 0, to: whole, by: 64) { compress(&state, bytes[start..<start + 64], &words) }
    }
    var tail = Array(bytes[whole...]) + [0x80]
    while tail.count % 64 != 56 { tail.append(0) }
    let bits = UInt64(bytes.count) * 8
    tail += (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64($0))) }
    tail.withUnsafeBufferPointer { tail in
      for start in stride(from: 0, to: tail.count, by: 64) { compress(&state, tail[start..<start + 64], &words) }
    }
    return state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  /// - Parameters:
  ///   - block: 64 bytes.
  ///   - words: 64 of them, written over.
  private static func compress(
    _ state: inout [UInt32], _ block: Slice<UnsafeBufferPointer<UInt8>>, _ words: inout [UInt32]
  ) {
    for t in 0..<16 {
      var word: UInt32 = 0
      for byte in block[(block.startIndex + 4 * t)..<(block.startIndex + 4 * t + 4)] { word = word << 8 | UInt32(byte) }
      words[t] = word
    }
    for t in 16..<64 {
      let (x, y) = (words[t - 15], words[t - 2])
      let small = rotated(x, 7) ^ rotated(x, 18) ^ x >> 3
      words[t] = words[t - 16] &+ small &+ words[t - 7] &+ (rotated(y, 17) ^ rotated(y, 19) ^ y >> 10)
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for t in 0..<64 {
      let sum = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
      let choice = e & f ^ ~e & g
      let majority = a & b ^ a & c ^ b & c
      let one = h &+ sum &+ choice &+ constants[t] &+ words[t]
      let two = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) &+ majority
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ one, c, b, a, one &+ two)
    }
    for (index, value) in [a, b, c, d, e, f, g, h].enumerated() { state[index] = state[index] &+ value }
  }

  private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }

  /// The first 32 bits of the fractional parts of roots of the first primes: square roots, then cube roots.
  private static let first = roots(of: primes.prefix(8)) { $0.squareRoot() }
  private static let constants = roots(of: primes[...]) { cubeRoot($0) }

  private static let primes = (2..<312).filter { number in !(2..<number).contains { number % $0 == 0 } }

  private static func roots(of primes: ArraySlice<Int>, _ root: (Double) -> Double) -> [UInt32] {
    primes.map { prime in
      let value = root(Double(prime))
      return UInt32(((value - value.rounded(.down)) * 0x1p32).rounded(.down))
    }
  }

  /// Newton's steps from above end where they no longer fall.
  private static func cubeRoot(_ value: Double) -> Double {
    var root = value
    while true {
      let next = root - (root * root * root - value) / (3 * root * root)
      guard next < root else { return root }
      root = next
    }
  }
}
