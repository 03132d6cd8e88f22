import ArgumentParser

/// `espalier benchmark startup`: how long a whole `validate` takes, from the start of the process to its end.
struct StartupBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "startup",
    abstract: "Time `espalier validate FILE` as a whole process, for each of some files.",
    discussion: """
        espalier benchmark startup spaces/digits.yaml spaces/spos.yaml

      Starts this executable again and again, one process after the other, the files in turn, and takes wall time. A \
      loaded machine shows in the maximum, and then in the median too.
      """)

  @Argument(help: "The spaces to validate.", completion: .file(extensions: ["yaml", "yml"]))
  var files: [String]

  @Option(help: "How many processes are started for each file.", transform: parseCount)
  var runs = 20

  @OptionGroup var output: BenchmarkOutput

  func run() throws {
    var times = files.map { _ in [Double]() }
    for _ in 0..<runs {
      for (index, file) in files.enumerated() {
        let clock = ContinuousClock()
        let start = clock.now
        let status = try ChildProcess(["validate", file]).wait()
        times[index].append((clock.now - start).inSeconds * 1000)
        guard status == 0 else {
          throw CommandFailure("'espalier validate \(file)' ended with \(status)", status: .couldNotRun)
        }
      }
    }
    var table = AlignedTable([.left, .right, .right, .right])
    table.add(["espalier validate", "minimum ms", "median ms", "maximum ms"])
    for (file, times) in zip(files, times) {
      let spread = Spread(times)
      table.add([file, spread.least.fixed(1), spread.median.fixed(1), spread.greatest.fixed(1)])
    }
    let text = "\(processorName()), \(availableProcessors()) cores; \(runs) processes each\n" + table.text()
    try output.write(text, command: "startup", title: "A whole `validate` as a process")
  }
}
