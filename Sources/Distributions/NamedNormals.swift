/// The stream of a seed that first values of weights come from.
package let weightStream: UInt64 = 2

/// Standard normal numbers for each of several things, from its name: what one gets does not depend on which others there
/// are.
package func namedNormals(seed: UInt64, stream: UInt64) -> (_ name: String) -> () -> Double {
  { name in
    var generator = SplitRandom(seed: seed, stream: [stream, nameHash(name)])
    return { generator.normal() }
  }
}

/// FNV-1a, 64 bits.
private func nameHash(_ name: String) -> UInt64 {
  name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}
