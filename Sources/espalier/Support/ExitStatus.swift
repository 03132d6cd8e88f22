import ArgumentParser

/// What a command's exit code says.
enum ExitStatus: Int32 {
  case success = 0
  /// The space is wrong, or what was asked of it cannot be had.
  case invalid = 1
  /// Nothing was decided: a wrong option, a file that cannot be read or written.
  case couldNotRun = 2

  var code: ExitCode { ExitCode(rawValue) }
}

/// Ends a command with a message for people, one sentence in the style of a diagnostic: lower case, no full stop.
struct CommandFailure: Error, CustomStringConvertible {
  let status: ExitStatus
  let message: String

  init(_ message: String, status: ExitStatus = .invalid) {
    self.message = message
    self.status = status
  }

  var description: String { message }
}
