/// How long a device that is away is waited for: it is asked again so many times in a row, after 1, 2, ... seconds.
struct DevicePatience {
  private let retries: Int
  private var timesAway = 0

  init(retries: Int) { self.retries = retries }

  /// Seconds until it is asked again; nil: it has been away too often.
  mutating func wait() -> Double? {
    timesAway += 1
    return timesAway <= retries ? Double(timesAway) : nil
  }

  /// It was there: the next time that it is away is a first one.
  mutating func cameBack() { timesAway = 0 }

  /// - Parameter last: What its command said.
  static func words(_ last: String?) -> String { "the device is away\(said(last)); asking again" }
}

extension MeasuringCommand {
  /// What the device says it is; one that is away is waited for as in a measurement.
  ///
  /// - Parameters:
  ///   - isStopping: Whether somebody has asked this process to stop.
  ///   - pause: Waits before a device that was away is asked again.
  ///   - observe: Gets a line each time that it is.
  package func describe(
    isStopping: () -> Bool, pause: (_ seconds: Double) -> Void, observe: (String) -> Void
  ) throws(DeviceError) -> DeviceDescription {
    var patience = DevicePatience(retries: device.retries)
    while true {
      do throws(DeviceError) {
        return try describe(isStopping: isStopping)
      } catch {
        guard case .unavailable(let last) = error, let seconds = patience.wait() else { throw error }
        observe(DevicePatience.words(last))
        pause(seconds)
      }
      if isStopping() { throw .stopped }
    }
  }
}
