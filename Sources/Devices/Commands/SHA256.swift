/// The checksum by which a measuring command knows that a model arrived whole: SHA-256 of FIPS 180-4, section 6.2.
package enum SHA256 {
  /// In hexadecimal, 64 digits.
  package static func digest(_ bytes: [UInt8]) -> String {
    var state = first
    var padded = bytes[...]
    while padded.count >= 64 {
      compress(&state, padded.prefix(64))
      padded = padded.dropFirst(64)
    }
    var tail = Array(padded) + [0x80]
    while tail.count % 64 != 56 { tail.append(0) }
    let bits = UInt64(bytes.count) * 8
    tail += (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64($0))) }
    for start in stride(from: 0, to: tail.count, by: 64) { compress(&state, tail[start..<start + 64]) }
    return state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  private static func compress(_ state: inout [UInt32], _ block: ArraySlice<UInt8>) {
    var words = [UInt32](repeating: 0, count: 64)
    for (place, byte) in block.enumerated() { words[place / 4] = words[place / 4] << 8 | UInt32(byte) }
    for t in 16..<64 {
      let (a, b) = (words[t - 15], words[t - 2])
      let small = rotated(a, 7) ^ rotated(a, 18) ^ a >> 3
      words[t] = words[t - 16] &+ small &+ words[t - 7] &+ (rotated(b, 17) ^ rotated(b, 19) ^ b >> 10)
    }
    var v = state
    for t in 0..<64 {
      let choice = v[4] & v[5] ^ ~v[4] & v[6]
      let majority = v[0] & v[1] ^ v[0] & v[2] ^ v[1] & v[2]
      let sum = rotated(v[4], 6) ^ rotated(v[4], 11) ^ rotated(v[4], 25)
      let one = v[7] &+ sum &+ choice &+ constants[t] &+ words[t]
      let two = (rotated(v[0], 2) ^ rotated(v[0], 13) ^ rotated(v[0], 22)) &+ majority
      v = [one &+ two, v[0], v[1], v[2], v[3] &+ one, v[4], v[5], v[6]]
    }
    for index in state.indices { state[index] = state[index] &+ v[index] }
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
