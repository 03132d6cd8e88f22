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
  /// A handler may touch little more than this.
  private static let isMade = Atomic(false)

  /// From here on the first such signal asks, and a second one ends the process as it always did.
  static func listen() {
    // Made before a handler can need it.
    _ = wasMade
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { received in
        StopRequest.isMade.store(true, ordering: .relaxed)
        signal(received, SIG_DFL)
      }
    }
  }

  static var wasMade: Bool { isMade.load(ordering: .relaxed) }
}
