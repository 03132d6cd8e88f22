#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// This executable, started again by a benchmark, with its output thrown away.
struct ChildProcess {
  private let process: pid_t

  /// - Throws: `CommandFailure` where it cannot be started.
  init(_ arguments: [String]) throws {
    let executable = resolved("/proc/self/exe")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    var pointers = (["espalier"] + arguments).map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var process = pid_t()
    let failure = posix_spawn(&process, executable, &actions, nil, &pointers, environ)
    guard failure == 0 else {
      throw CommandFailure("cannot start '\(executable)': \(systemMessage(failure))", status: .couldNotRun)
    }
    self.process = process
  }

  /// Ends it at once; nothing in it can prevent or notice that.
  func kill() { _ = Self.signal(process, SIGKILL) }

  private static func signal(_ process: pid_t, _ number: Int32) -> Int32 {
    #if canImport(Glibc)
      Glibc.kill(process, number)
    #elseif canImport(Musl)
      Musl.kill(process, number)
    #elseif canImport(Darwin)
      Darwin.kill(process, number)
    #endif
  }

  /// Waits for its end: the exit code, 128 and more where a signal ended it.
  func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return Self.code(status)
  }

  /// The exit code if it has ended; nil: it still works. Called again after its end it is not to be.
  func poll() -> Int32? {
    var status: Int32 = 0
    return waitpid(process, &status, WNOHANG) == process ? Self.code(status) : nil
  }

  private static func code(_ status: Int32) -> Int32 {
    status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
  }
}
