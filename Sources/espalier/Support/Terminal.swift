#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// One of the two streams of a command: answers go to standard output, progress and errors to standard error.
///
/// Texts are written at once and unbuffered, so the two streams keep their order on a terminal. Foundation is not used:
/// starting it up would take longer than validating a space.
enum Terminal {
  case standardOutput
  case standardError

  private var descriptor: Int32 {
    switch self {
    case .standardOutput: STDOUT_FILENO
    case .standardError: STDERR_FILENO
    }
  }

  var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Colours are for terminals only, and not where `NO_COLOR` (no-color.org) or a dumb terminal says otherwise.
  var showsColours: Bool {
    guard isTerminal, environment("NO_COLOR").map(\.isEmpty) ?? true else { return false }
    return environment("TERM") != "dumb"
  }

  /// Columns of the terminal; nil in a pipe.
  var columns: Int? {
    var size = winsize()
    guard isTerminal, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Writes the whole text.
  ///
  /// A reader that has gone away ends the process in silence, as it ends every other command in a pipe. Any other
  /// failure of standard output (a full disk) is told and ends the process with 2; one of standard error is ignored,
  /// since there is nowhere left to tell it.
  func write(_ text: String) {
    if self == .standardOutput { ProgressLine.current?.erase() }
    var text = text
    let failure = text.withUTF8 { writeAll($0, to: descriptor) }
    guard let failure, self == .standardOutput else { return }
    guard failure != EPIPE else { exit(128 + SIGPIPE) }
    Terminal.standardError.write("error: cannot write to standard output: \(systemMessage(failure))\n")
    exit(ExitStatus.couldNotRun.rawValue)
  }

  /// The text and a line feed.
  func line(_ text: String) { write(text + "\n") }

  /// Lets a closed pipe end the process, also where a parent has switched that off.
  static func endWithPipe() { signal(SIGPIPE, SIG_DFL) }
}

/// The value of an environment variable; nil where it is not set.
func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

/// The system's words for an error number: `no space left on device`.
func systemMessage(_ number: Int32) -> String { String(cString: strerror(number)).lowercased() }

/// Writes all bytes, however often the system stops in between. Nil, or the error number of the first failure.
func writeAll(_ bytes: UnsafeBufferPointer<UInt8>, to descriptor: Int32) -> Int32? {
  var written = 0
  while written < bytes.count {
    let count = write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
    if count >= 0 {
      written += count
    } else if errno != EINTR {
      return errno
    }
  }
  return nil
}
