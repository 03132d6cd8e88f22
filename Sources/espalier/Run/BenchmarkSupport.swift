import SpaceChecker

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Repeated measurements: median, smallest and largest.
struct Spread {
  let least: Double
  let median: Double
  let greatest: Double

  /// - Precondition: At least one value.
  init(_ values: [Double]) {
    let sorted = values.sorted()
    least = sorted[0]
    median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    greatest = sorted[sorted.count - 1]
  }

  /// `12.3 (12.0 to 13.1)`.
  var text: String { text(digits: 2) }

  func text(digits: Int) -> String {
    func shown(_ value: Double) -> String { digits == 0 ? Int(value).grouped : value.fixed(digits) }
    return "\(shown(median)) (\(shown(least)) to \(shown(greatest)))"
  }
}

/// The most memory that the process has had, in bytes.
func peakMemory() -> Int {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss * 1024
}

func binaryLogarithm(_ value: Double) -> Double { log2(value) }

/// One file in memory.
struct MemoryReader: SourceReader {
  let text: String

  func bytes(of path: String) throws(SourceReadError) -> [UInt8] { Array(text.utf8) }
}

/// A space that a benchmark writes for itself.
protocol BenchmarkChain {
  var text: String { get }
}
