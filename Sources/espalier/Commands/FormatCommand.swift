import ArgumentParser
import Diagnostics
import SpaceChecker
import SpaceCompiler
import SpaceSyntax

/// `espalier format`: the canonical layout.
struct FormatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "format",
    abstract: "Lay files out anew: spaces, libraries and architectures, comments kept.",
    discussion: """
        espalier format --check spaces/mini-f.yaml spaces/digits.yaml
        espalier format spaces/mini-f.yaml

      Files are replaced where their layout changes. Values, names of anchors and comments stay. '-' reads standard \
      input and writes standard output. A file that is no YAML is reported and left as it is; mistakes in the language \
      are no obstacle.

      Exit codes: 0 all files are in the layout; 1 one is no YAML, or with --check would change; 2 a file could not be \
      read or written.
      """)

  @Argument(help: "YAML files, or - for standard input.", completion: .file(extensions: ["yaml", "yml"]))
  var files: [String]

  @Flag(help: "Write nothing; say which files would change, and exit with 1 if there are any.")
  var check = false

  func validate() throws {
    guard !files.contains("-") || files.count == 1 else {
      throw ValidationError("standard input, '-', is formatted alone, without other files")
    }
  }

  func run() throws {
    var merge = DiagnosticMerge()
    var status = ExitStatus.success
    for file in files {
      do {
        let formatted = try formatted(file)
        merge.add(formatted.diagnostics, omitted: formatted.omitted, of: formatted.sources)
        let isWrong = try formatted.text == nil || !deliver(formatted, as: file)
        if isWrong, status == .success { status = .invalid }
      } catch let failure as CommandFailure {
        Terminal.standardError.line("error: \(failure.message)")
        status = .couldNotRun
      }
    }
    let stream = Terminal.standardError
    stream.write(
      renderText(
        merge.diagnostics, omitted: merge.omitted, sources: merge.sources, colours: stream.showsColours))
    if status != .success { throw status.code }
  }

  private func formatted(_ path: String) throws -> FormattedFile {
    let shown = path == "-" ? "<stdin>" : path
    let bytes = try contents(ofFileOrInput: path)
    do throws(FormattingFault) {
      return try formatSpace(bytes, path: shown)
    } catch {
      throw CommandFailure("'\(shown)' is left as it is: \(error); please report this file", status: .couldNotRun)
    }
  }

  /// Writes the text where it belongs; false where `--check` finds that it differs.
  private func deliver(_ formatted: FormattedFile, as path: String) throws -> Bool {
    guard let text = formatted.text else { return false }
    let (stream, same) = (Terminal.standardOutput, formatted.isUnchanged)
    if path == "-", !check {
      stream.write(text)
      return true
    }
    if !same, !check { try replaceFile(path, with: Array(text.utf8)) }
    let state = same ? "in the layout" : check ? "would change" : "changed"
    stream.line("\(path == "-" ? "<stdin>" : path): \(state)")
    return same || !check
  }
}
