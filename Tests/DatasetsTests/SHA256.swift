/// SHA-256 (FIPS 180-4) in hexadecimal: the sums that the data sets' READMEs give.
func sha256(_ message: [UInt8]) -> String {
  var state = initialState
  let bitCount = UInt64(message.count) * 8
  let padding = [UInt8](repeating: 0, count: (119 - message.count % 64) % 64)
  let padded = message + [0x80] + padding + (0..<8).map { UInt8(truncatingIfNeeded: bitCount >> (56 - 8 * $0)) }
  padded.withUnsafeBufferPointer { bytes in
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { words in
      for block in stride(from: 0, to: bytes.count, by: 64) {
        for i in 0..<16 {
          let at = block + 4 * i
          let high = UInt32(bytes[at]) << 24 | UInt32(bytes[at + 1]) << 16
          words[i] = high | UInt32(bytes[at + 2]) << 8 | UInt32(bytes[at + 3])
        }
        compress(words, into: &state)
      }
    }
  }
  return state.map { word in
    let text = String(word, radix: 16)
    return String(repeating: "0", count: 8 - text.count) + text
  }.joined()
}

private func compress(_ words: UnsafeMutableBufferPointer<UInt32>, into state: inout [UInt32]) {
  func rotated(_ value: UInt32, _ count: UInt32) -> UInt32 { value >> count | value << (32 - count) }
  for i in 16..<64 {
    let (old, new) = (words[i - 15], words[i - 2])
    let small0 = rotated(old, 7) ^ rotated(old, 18) ^ (old >> 3)
    let small1 = rotated(new, 17) ^ rotated(new, 19) ^ (new >> 10)
    words[i] = words[i - 16] &+ small0 &+ words[i - 7] &+ small1
  }
  var (a, b, c, d) = (state[0], state[1], state[2], state[3])
  var (e, f, g, h) = (state[4], state[5], state[6], state[7])
  for i in 0..<64 {
    let large1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
    let first = h &+ large1 &+ ((e & f) ^ (~e & g)) &+ roundConstants[i] &+ words[i]
    let large0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
    let second = large0 &+ ((a & b) ^ (a & c) ^ (b & c))
    (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
  }
  for (i, value) in [a, b, c, d, e, f, g, h].enumerated() {
    state[i] &+= value
  }
}

private let primes = (2...311).filter { number in (2..<number).allSatisfy { !number.isMultiple(of: $0) } }

/// The first 32 bits behind the point of the roots of the first 8 primes.
private let initialState = primes.prefix(8).map { fraction(of: Double($0).squareRoot()) }

/// The first 32 bits behind the point of the cube roots of the first 64 primes.
private let roundConstants = primes.map { prime in
  let value = Double(prime)
  var root = 2.0
  for _ in 0..<60 { root -= (root * root * root - value) / (3 * root * root) }
  return fraction(of: root)
}

private func fraction(of value: Double) -> UInt32 {
  UInt32((value - value.rounded(.down)) * 4_294_967_296)
}
