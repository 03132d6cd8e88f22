import ArgumentParser
import Diagnostics

/// `espalier explain`: the page of an error code.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Print the page of an error code: the rule, a space that breaks it, and one that does not.",
    discussion: """
        espalier explain ES0019

      The pages are the files of docs/diagnostics. They are looked for in the folder that ESPALIER_DOCS names, above \
      the executable, and in the working directory.
      """)

  @Argument(help: "The code in the brackets of an error or a warning, such as ES0019.")
  var code: String

  func run() throws {
    let pages = try DiagnosticPages.found()
    let code = code.uppercased()
    guard pages.codes.contains(code) else {
      let suggestion = closest(to: code, among: pages.codes).map { "; did you mean \($0)?" } ?? ""
      throw CommandFailure("no error has the code '\(self.code)'\(suggestion)", status: .couldNotRun)
    }
    Terminal.standardOutput.write(try pages.text(of: code))
  }
}
