import ArgumentParser

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// `espalier benchmark startup`: how long a whole `validate` takes, from the start of the process to its end.
struct StartupBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "startup",
    abstract: "Time `espalier validate FILE` as a whole process: minimum, median and maximum.",
    discussion: """
        espalier benchmark startup spaces/fbnetv2-f.yaml

      Starts this executable again and again, one process after the other, and takes wall time. A loaded machine shows in \
      the maximum, and then in the median too.
      """)

  @Argument(help: "The space to validate.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String

  @Option(help: "How many processes are started.", transform: parseCount)
  var runs = 20

  @OptionGroup var output: BenchmarkOutput

  func run() throws {
    let executable = resolved("/proc/self/exe")
    var times: [Double] = []
    for _ in 0..<runs {
      let clock = ContinuousClock()
      let start = clock.now
      let status = try spawn(executable, ["espalier", "validate", file])
      times.append((clock.now - start).inSeconds * 1000)
      guard status == 0 else {
        throw CommandFailure("'espalier validate \(file)' ended with \(status)", status: .couldNotRun)
      }
    }
    let spread = Spread(times)
    var table = AlignedTable([.left, .left])
    table.add(["command", "espalier validate \(file), \(runs) processes"])
    table.add(["machine", "\(processorName()), \(availableProcessors()) cores"])
    table.add(["minimum", "\(spread.least.fixed(1)) ms"])
    table.add(["median", "\(spread.median.fixed(1)) ms"])
    table.add(["maximum", "\(spread.greatest.fixed(1)) ms"])
    try output.write(table.text(), command: "startup", title: "A whole `validate` as a process")
  }

  /// Runs a process with its output thrown away; its exit code, 128 and more where a signal ended it.
  private func spawn(_ executable: String, _ arguments: [String]) throws -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    var pointers = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var process = pid_t()
    let failure = posix_spawn(&process, executable, &actions, nil, &pointers, environ)
    guard failure == 0 else {
      throw CommandFailure("cannot start '\(executable)': \(systemMessage(failure))", status: .couldNotRun)
    }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
  }
}
