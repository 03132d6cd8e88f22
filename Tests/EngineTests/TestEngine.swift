import Foundation

@testable import Engine

/// The engine library that tests run on: named by ESPALIER_ENGINE, or beside the test executable.
///
/// A test that needs it fails with the error's text, which says how to build it.
enum TestEngine {
  private static let loaded = Result<EngineLibrary, any Error> { try EngineLibrary.load(device: device) }

  /// ESPALIER_TEST_DEVICE=cuda runs the same tests there.
  static let device = ProcessInfo.processInfo.environment["ESPALIER_TEST_DEVICE"].flatMap(EngineDevice.init) ?? .cpu

  static func library() throws -> EngineLibrary { try loaded.get() }
}

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers in every run.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func uniform(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &self) }
}
