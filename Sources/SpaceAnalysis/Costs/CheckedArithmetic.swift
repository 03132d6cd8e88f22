/// Sums and products that remember whether one of them left 64 bits, so that formulas stay readable.
struct CheckedArithmetic {
  private(set) var overflowed = false

  mutating func sum(_ a: Int, _ b: Int) -> Int {
    let (result, overflow) = a.addingReportingOverflow(b)
    overflowed = overflowed || overflow
    return result
  }

  mutating func difference(_ a: Int, _ b: Int) -> Int {
    let (result, overflow) = a.subtractingReportingOverflow(b)
    overflowed = overflowed || overflow
    return result
  }

  mutating func product(_ a: Int, _ b: Int) -> Int {
    let (result, overflow) = a.multipliedReportingOverflow(by: b)
    overflowed = overflowed || overflow
    return result
  }

  mutating func product(_ a: Int, _ b: Int, _ c: Int) -> Int { product(product(a, b), c) }
}
