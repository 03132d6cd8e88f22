import Foundation
import SpaceAnalysis
import Synchronization
import Testing

@testable import espalier

/// Progress goes to standard error, when it was asked for or a person looks on.
struct ProgressTests {
  private static let question = [
    "count", "spaces/digits.yaml", "--where", "macs <= 100k", "--where", "parameters <= 10k",
  ]

  @Test func `asked for, each step has a line, and the answer is the same`() throws {
    let silent = try Executable.run(Self.question)
    let shown = try Executable.run(Self.question + ["--progress"])
    #expect(silent.errors.isEmpty && shown.output == silent.output)
    let lines = shown.errors.split(separator: "\n")
    for step in ["building the diagram of costs: part 1 of ", "splitting it by budgets: part 1 of ", "counting: 0 %"] {
      #expect(lines.contains { $0.hasPrefix(step) }, "\(shown.errors)")
    }
    #expect(!shown.errors.contains("\u{1B}"))
  }

  /// A line that a terminal would show, at a time in milliseconds.
  private final class Screen: Sendable {
    let texts = Mutex<[String]>([])
    let now = Mutex(0)

    func line(_ style: ProgressLine.Style) -> ProgressLine {
      ProgressLine(
        style, time: { .milliseconds(self.now.withLock { $0 }) },
        write: { text in self.texts.withLock { $0.append(text) } })
    }

    func shown(at time: Int, by line: ProgressLine, _ report: AnalysisProgress.Report) -> String? {
      now.withLock { $0 = time }
      texts.withLock { $0 = [] }
      line.show(report)
      return texts.withLock(\.last)
    }
  }

  private static func counts(_ done: Int) -> AnalysisProgress.Report { .init(stage: .counts, done: done, total: 1_000) }

  @Test func `a terminal has nothing in the first second and one line after it`() {
    let screen = Screen()
    let line = screen.line(.overwritten)
    #expect(screen.shown(at: 0, by: line, Self.counts(0)) == nil)
    #expect(screen.shown(at: 999, by: line, Self.counts(100)) == nil)
    // A tenth took a second: nine more for the rest.
    #expect(
      screen.shown(at: 1_000, by: line, Self.counts(100)) == "\r\u{1B}[Kcounting: 10 %, about 9 s left in this step")
    #expect(screen.shown(at: 1_100, by: line, Self.counts(120)) == nil)
    let later = screen.shown(at: 4_000, by: line, Self.counts(800))
    #expect(later == "\r\u{1B}[Kcounting: 80 %, about 1 s left in this step")
    screen.texts.withLock { $0 = [] }
    line.erase()
    line.erase()
    #expect(screen.texts.withLock { $0 } == ["\r\u{1B}[K"])
  }

  @Test func `steps of unequal parts have no estimate, and a new step starts its own`() {
    let screen = Screen()
    let line = screen.line(.lines)
    let part = { (done: Int) in AnalysisProgress.Report(stage: .costs, done: done, total: 4) }
    #expect(screen.shown(at: 0, by: line, part(0)) == "building the diagram of costs: part 1 of 4\n")
    #expect(screen.shown(at: 10, by: line, part(1)) == nil)
    #expect(screen.shown(at: 2_000, by: line, part(3)) == "building the diagram of costs: part 4 of 4\n")
    #expect(screen.shown(at: 2_001, by: line, Self.counts(0)) == "counting: 0 %\n")
    #expect(screen.shown(at: 4_001, by: line, Self.counts(500)) == "counting: 50 %, about 2 s left in this step\n")
    #expect(screen.shown(at: 4_002, by: line, Self.counts(0)) == "counting: 0 %\n")
  }
}
