#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A child process that answers each line it is sent with one line.
final class StepPeer {
  private let process: pid_t
  private let questions: Int32
  private let answers: Int32
  private let name: String

  /// - Parameter program: A path, not searched for.
  /// - Throws: `CommandFailure` where the process cannot be started.
  init(_ program: String, arguments: [String]) throws {
    name = program
    signal(SIGPIPE, SIG_IGN)
    var toChild: [Int32] = [0, 0]
    var fromChild: [Int32] = [0, 0]
    guard pipe(&toChild) == 0, pipe(&fromChild) == 0 else {
      throw CommandFailure("cannot make a pipe: \(systemMessage(errno))", status: .couldNotRun)
    }
    for end in [toChild[1], fromChild[0]] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, toChild[0], STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, fromChild[1], STDOUT_FILENO)
    for end in [toChild[0], fromChild[1]] { posix_spawn_file_actions_addclose(&actions, end) }
    var pointers = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var started = pid_t()
    let failure = posix_spawn(&started, program, &actions, nil, &pointers, environ)
    close(toChild[0])
    close(fromChild[1])
    questions = toChild[1]
    answers = fromChild[0]
    process = started
    guard failure == 0 else {
      throw CommandFailure("cannot start '\(program)': \(systemMessage(failure))", status: .couldNotRun)
    }
  }

  deinit {
    close(questions)
    close(answers)
    var status: Int32 = 0
    if process > 0 { while waitpid(process, &status, 0) < 0, errno == EINTR {} }
  }

  /// - Throws: `CommandFailure` where the process ended.
  func ask(_ question: String) throws -> String {
    let line = Array((question + "\n").utf8)
    guard write(questions, line, line.count) == line.count else { throw ended }
    var answer: [UInt8] = []
    var byte: UInt8 = 0
    while true {
      let count = read(answers, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1 else { throw ended }
      if byte == UInt8(ascii: "\n") { return String(decoding: answer, as: UTF8.self) }
      answer.append(byte)
    }
  }

  private var ended: CommandFailure {
    CommandFailure("'\(name)' ended before it answered; does it have torch?", status: .couldNotRun)
  }
}
