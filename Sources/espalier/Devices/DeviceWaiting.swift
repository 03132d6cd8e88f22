import Devices

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

// Devices as the commands of this package ask them: waiting, and stopped by a signal.

extension MeasuringCommand {
  /// What the device says it is; that it is away and is asked again is told on standard error.
  func awaitedDescription() throws(DeviceError) -> DeviceDescription {
    try describe(
      isStopping: { StopRequest.wasMade }, pause: wait, observe: { Terminal.standardError.line("note: \($0)") })
  }
}

extension MeasuringRun {
  init(_ command: MeasuringCommand, observe: @escaping (Event) -> Void) {
    self.init(command, isStopping: { StopRequest.wasMade }, pause: wait, observe: observe)
  }
}

private func wait(seconds: Double) { usleep(UInt32(seconds * 1e6)) }
