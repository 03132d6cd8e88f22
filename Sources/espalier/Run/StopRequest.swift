import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whether somebody has asked this process to stop: Ctrl-C, a batch system before it takes the machine away, a shutdown.
enum StopRequest {
  /// When the first such signal came, in milliseconds of a clock that nobody sets; 0: none came. A handler may touch little
  /// more than this.
  private static let firstRequest = Atomic(0)

  /// From here on the first such signal asks, and a later one ends the process as it always did. What comes within a
  /// second is the same request: `timeout` and others send a signal to a process and to its group.
  static func listen() {
    // Made before a handler can need it.
    _ = wasMade
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { received in
        let now = StopRequest.milliseconds()
        let first = StopRequest.firstRequest.load(ordering: .relaxed)
        if first == 0 {
          StopRequest.firstRequest.store(now, ordering: .relaxed)
        } else if now - first > 1000 {
          signal(received, SIG_DFL)
          raise(received)
        }
      }
    }
  }

  static var wasMade: Bool { firstRequest.load(ordering: .relaxed) != 0 }

  private static func milliseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000 + 1
  }
}
