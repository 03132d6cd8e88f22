/// How long a device takes for each kernel that was measured on it. The latency of a network is the sum over its
/// kernels, corrected as whole networks on the device ask for.
///
/// Times are whole nanoseconds, so that sums and what is counted by them are exact.
package struct LatencyTable: Hashable, Sendable {
  /// What a file says for a time that nobody has measured yet: the row is not there.
  package static let unmeasured = "unmeasured"

  /// What the space or the command calls it.
  package let device: String
  /// Where it was read, for messages.
  package let path: String
  /// In nanoseconds, at least 0, each with the factor of the correction.
  private let times: [KernelShape: Int]
  /// What every network takes beside its kernels, in nanoseconds.
  package let constant: Int

  /// - Parameter times: As they were measured.
  /// - Precondition: No time is below 0.
  package init(device: String, path: String, _ times: [KernelShape: Int], correction: LatencyCorrection? = nil) {
    precondition(times.values.allSatisfy { $0 >= 0 }, "a time is not negative")
    self.device = device
    self.path = path
    self.times = correction.map { correction in times.mapValues(correction.scaled) } ?? times
    constant = correction?.constant ?? 0
  }

  /// Nanoseconds; nil for a kernel that was not measured.
  package subscript(kernel: KernelShape) -> Int? { kernel.isNothing ? 0 : times[kernel] }

  package var count: Int { times.count }
}

/// What is known of devices beside a space. It is no part of what the space is: spaces are equal whatever it says, and
/// their text form has none of it.
package struct DeviceKnowledge: Hashable, Sendable {
  package var tables: [LatencyTable] = []
  /// Of a space that was bound to a network: the kernels of the space before. Of another one its own, where they are
  /// asked for so often that they are kept.
  package var boundKernels: KernelFusion?

  package init() {}

  package static func == (a: DeviceKnowledge, b: DeviceKnowledge) -> Bool { true }

  package func hash(into hasher: inout Hasher) {}
}

extension Space {
  /// How long devices take for kernels.
  package var latencyTables: [LatencyTable] {
    get { devices.tables }
    set { devices.tables = newValue }
  }

  /// The table of a device.
  package func latencyTable(of device: String) -> LatencyTable? { latencyTables.first { $0.device == device } }

  /// Works out once which operations are kernels, for the latencies of many networks.
  package mutating func keepKernels() { devices.boundKernels = KernelFusion(self) }

  /// The devices whose latency a requirement bounds, in the order of their first mention.
  package var budgetedDevices: [String] {
    var devices: [String] = []
    for requirement in requirements {
      guard case .budget(let budget) = requirement.claim, case .latency(let device) = budget.quantity,
        !devices.contains(device)
      else { continue }
      devices.append(device)
    }
    return devices
  }
}
