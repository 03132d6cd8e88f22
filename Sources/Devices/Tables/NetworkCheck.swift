import Foundation

/// Whole networks on a device: what the sum over their kernels says, and what was measured, in two processes.
package struct NetworkCheck: Hashable, Sendable {
  package struct Network: Hashable, Sendable {
    /// Over its kernels, as they were measured, with one call; milliseconds.
    package let sum: Double
    /// Of the two processes; milliseconds, above 0.
    package let first: Double
    package let second: Double
    package let macs: Double

    package init(sum: Double, first: Double, second: Double, macs: Double) {
      self.sum = sum
      self.first = first
      self.second = second
      self.macs = macs
    }

    /// The less disturbed one.
    package var measured: Double { min(first, second) }
  }

  package let networks: [Network]
  private let measured: [Double]
  private let points: [(x: Double, y: Double)]

  /// - Precondition: At least two networks.
  package init(_ networks: [Network]) {
    precondition(networks.count >= 2, "one network has no order")
    self.networks = networks
    measured = networks.map(\.measured)
    points = networks.map { ($0.sum, $0.measured) }
  }

  /// Of the plain sum.
  package var plain: Agreement { Agreement(predicted: networks.map(\.sum), measured: measured) }

  /// Of what a correction that is known already makes of the sums.
  package func corrected(constant: Double, factor: Double, call: Double) -> Agreement {
    Agreement(predicted: networks.map { constant + factor * ($0.sum - call) }, measured: measured)
  }

  /// The line through all networks; nil where there are too few for one.
  package var line: LinearFit? { networks.count >= LinearFit.leastNetworks ? LinearFit(points) : nil }

  /// Of lines, each network predicted by the line through the others.
  package var leavingOneOut: Agreement? { agreement(points) }

  /// The same from multiply-adds instead of kernels: what a table has to beat.
  package var macs: Agreement? { agreement(networks.map { ($0.macs, $0.measured) }) }

  private func agreement(_ points: [(x: Double, y: Double)]) -> Agreement? {
    guard networks.count > LinearFit.leastNetworks, let values = LinearFit.leavingOneOut(points) else { return nil }
    return Agreement(predicted: values, measured: measured)
  }

  /// What the second process says of the first: no prediction can be better than a repetition.
  package var repetition: Agreement {
    Agreement(predicted: networks.map(\.second), measured: networks.map(\.first))
  }

  /// What a line through five networks says of the others, over many choices of five: mean error, and the 95th percentile.
  /// Nil where no others are left.
  ///
  /// - Parameter generator: Which five.
  package func calibration(
    choices: Int = 200, using generator: inout some RandomNumberGenerator
  ) -> (mean: Double, high: Double)? {
    guard networks.count > LinearFit.leastNetworks else { return nil }
    var errors: [Double] = []
    for _ in 0..<choices {
      let order = points.shuffled(using: &generator)
      guard let line = LinearFit(Array(order.prefix(LinearFit.leastNetworks))) else { continue }
      errors += order.dropFirst(LinearFit.leastNetworks).map { abs(line($0.x) - $0.y) / $0.y }
    }
    guard !errors.isEmpty else { return nil }
    errors.sort()
    let high = errors[min(errors.count - 1, errors.count * 95 / 100)]
    return (errors.reduce(0, +) / Double(errors.count), high)
  }

  package static func == (a: NetworkCheck, b: NetworkCheck) -> Bool { a.networks == b.networks }
  package func hash(into hasher: inout Hasher) { hasher.combine(networks) }
}
