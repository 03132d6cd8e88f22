/// A latency table as its file has it: what was measured, how, and what a device's command may add to.
///
/// A space is asked about with the `LatencyTable` that comes of it.
package struct LatencyRecord: Hashable, Sendable {
  package struct Row: Hashable, Sendable {
    package let kernel: KernelShape
    /// Nanoseconds, at least 0; nil: not measured.
    package var nanoseconds: Int?
    /// How far the median of the passes lies above the latency, which is the least of them: 0.02 is 2 %. Nil: not known.
    package var spread: Double?
    /// Whether a second pass came close to the least one.
    package var isConfirmed: Bool
    /// Why a kernel has no time, in words that a comment can hold; nil: nobody has tried.
    package var failure: String?

    package init(
      kernel: KernelShape, nanoseconds: Int?, spread: Double? = nil, isConfirmed: Bool = true, failure: String? = nil
    ) {
      self.kernel = kernel
      self.nanoseconds = nanoseconds
      self.spread = spread
      self.isConfirmed = isConfirmed
      self.failure = failure
    }
  }

  /// What `correction` may say, in the order of the file.
  package static let correctionKeys = ["constant", "factor", "constant_error", "factor_error", "networks", "space"]

  /// What the file calls the table.
  package var name: String
  /// Everything below `measured` that is a scalar, by its keys joined by dots: `device.version`.
  package var measured: [String: String]
  package var correction: LatencyCorrection?
  /// Everything that the file says under `correction`, as it says it.
  package var correctionTexts: [String: String] = [:]
  /// Each kernel once, in the order of the file.
  package var rows: [Row]

  package init(
    name: String, measured: [String: String] = [:], correction: LatencyCorrection? = nil, rows: [Row] = []
  ) {
    self.name = name
    self.measured = measured
    self.correction = correction
    self.rows = rows
  }

  /// For questions about a space, under the name by which the space or the command knows the device.
  ///
  /// - Parameter isCorrected: Whether sums are those of whole networks, or of the kernels as they were measured.
  package func table(of device: String, path: String, isCorrected: Bool = true) -> LatencyTable {
    var times: [KernelShape: Int] = [:]
    for row in rows { times[row.kernel] = row.nanoseconds }
    return LatencyTable(device: device, path: path, times, correction: isCorrected ? correction : nil)
  }
}
