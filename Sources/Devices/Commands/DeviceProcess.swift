#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A device's command at work: started in a process group of its own, so that ending it ends what it has started too, with
/// its two streams in files, so that none can fill up and hold it.
struct DeviceProcess {
  enum End: Hashable {
    case exited(Int32)
    case signalled(Int32)
    /// It was ended from here: it was silent for too long.
    case hung
    /// The same: it took longer in all, in seconds, than it may.
    case late(Double)
    case stopped
  }

  private let process: pid_t

  /// - Parameter words: The executable, found as a shell finds one, and its arguments.
  /// - Throws: `DeviceError.cannotStart`.
  init(_ words: [String], output: String, errors: String) throws(DeviceError) {
    let command = words.joined(separator: " ")
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    posix_spawnattr_setpgroup(&attributes, 0)
    var pointers = words.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var process = pid_t()
    let failure = posix_spawnp(&process, words[0], &actions, &attributes, &pointers, environ)
    guard failure == 0 else {
      throw .cannotStart(command: command, reason: String(cString: strerror(failure)).lowercased())
    }
    self.process = process
  }

  /// Waits for its end, and ends it where it has to be.
  ///
  /// - Parameters:
  ///   - silence: Seconds in which nothing may change about what it writes.
  ///   - limit: Seconds in all.
  ///   - size: Of what it has written so far.
  ///   - look: Called a few times a second; whether to go on.
  func wait(silence: Double, limit: Double, size: () -> Int, look: () -> Bool) -> End {
    let clock = ContinuousClock()
    let start = clock.now
    var (lastSize, lastWord) = (size(), start)
    var pause: useconds_t = 1000
    while true {
      var status: Int32 = 0
      let ended = waitpid(process, &status, WNOHANG)
      if ended == process || ended < 0 && errno == ECHILD {
        // What it started may not outlive it.
        endGroup()
        return status & 0x7F == 0 ? .exited((status >> 8) & 0xFF) : .signalled(status & 0x7F)
      }
      let now = clock.now
      let found = size()
      if found != lastSize { (lastSize, lastWord) = (found, now) }
      guard look() else { return end(.stopped) }
      if now - lastWord >= .seconds(silence) { return end(.hung) }
      if now - start >= .seconds(limit) { return end(.late(limit)) }
      usleep(pause)
      pause = min(pause * 2, 50_000)
    }
  }

  private func end(_ reason: End) -> End {
    endGroup()
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return reason
  }

  private func endGroup() { _ = kill(-process, SIGKILL) }
}
