import ArgumentParser
import Diagnostics
import SpaceAnalysis
import SpaceCompiler
import SpaceIR

/// `espalier validate`: every error of every file.
struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check spaces and report every error of every file in one run.",
    discussion: """
      A valid file is one line with its number of networks. A library of blocks is checked by itself: keys, names and \
      rules; shapes depend on what a space gives its blocks. A budget that no network meets is an error. A warning points at what is right and still doubtful. An error shows the place, the rule that is broken, and \
      where possible a fix; `espalier explain CODE` says more about it.

        espalier validate spaces/mini-f.yaml
        espalier validate spaces/mini-f.yaml spaces/digits.yaml --format sarif

      Exit codes: 0 all files are valid; 1 one is not; 2 a file could not be read.
      """)

  /// How findings are written.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text
    case json
    case sarif
  }

  @Argument(
    help: "The spaces, architectures or libraries of blocks, YAML files.",
    completion: .file(extensions: ["yaml", "yml"]))
  var files: [String]

  @Option(help: "For people, or one document for programs: SARIF 2.1.0 is what code-scanning services read.")
  var format = Format.text

  @Flag(help: "First apply the fixes that are certain, in the files named here; what is left is reported.")
  var fix = false

  @OptionGroup var shape: InputOption

  func run() throws {
    var merge = DiagnosticMerge()
    var status = ExitStatus.success
    for file in files {
      do {
        let compilation = try (fix ? fixed(file) : compiled(file)).checkingCosts()
        merge.add(compilation)
        if compilation.hasErrors, status == .success { status = .invalid }
        if let result = compilation.result, format == .text {
          Terminal.standardOutput.line(result.line(for: file) + compilation.warningCount)
        } else if let count = compilation.libraryCount, !compilation.hasErrors, format == .text {
          Terminal.standardOutput.line(
            "\(file): valid, a library of \(counted(count, "block"))" + compilation.warningCount)
        }
      } catch let failure as CommandFailure {
        Terminal.standardError.line("error: \(failure.message)")
        status = .couldNotRun
      }
    }
    Terminal.standardOutput.write(rendered(merge))
    if status != .success { throw status.code }
  }

  private func rendered(_ merge: DiagnosticMerge) -> String {
    switch format {
    case .text:
      renderText(
        merge.diagnostics, omitted: merge.omitted, sources: merge.sources,
        colours: Terminal.standardOutput.showsColours)
    case .json: renderJSON(merge.diagnostics, omitted: merge.omitted, sources: merge.sources)
    case .sarif:
      renderSARIF(
        merge.diagnostics, omitted: merge.omitted, sources: merge.sources,
        tool: SARIFTool(version: Espalier.configuration.version, rule: rules()))
    }
  }

  /// What the page of a code says in short; nothing where the pages are not found, which is no reason to fail.
  private func rules() -> (String) -> SARIFTool.Rule? {
    guard let pages = try? DiagnosticPages.found() else { return { _ in nil } }
    return { code in
      guard let page = try? pages.text(of: code) else { return nil }
      return SARIFTool.Rule(page: page)
    }
  }

  /// A space or an architecture, or a library by itself.
  private func compiled(_ path: String) throws -> Compilation {
    let compilation = try compileReadable(path, input: shape.input)
    guard compilation.isOfOtherKind else { return compilation }
    return compileLibrary(at: path) ?? compilation
  }

  /// Compiles, applies certain fixes to the file itself, and compiles again: a fix can uncover the next error.
  private func fixed(_ path: String) throws -> Compilation {
    var compilation = try compiled(path)
    // A text that changes every time is cut off; each round fixes at least one place.
    for _ in 0..<20 {
      guard let fix = CertainFixes(compilation, of: path) else { break }
      try replaceFile(path, with: fix.contents)
      Terminal.standardError.line("\(path): fixed \(counted(fix.count, "place"))")
      compilation = try compiled(path)
    }
    return compilation
  }
}

extension Compilation {
  /// Whether the file is no space, which is the only thing said about it.
  fileprivate var isOfOtherKind: Bool { diagnostics.first?.code == "ES1010" && diagnostics.count == 1 }

  /// `, 2 warnings`; nothing for none.
  fileprivate var warningCount: String {
    let count = diagnostics.count { $0.severity == .warning }
    return count == 0 ? "" : ", \(counted(count, "warning"))"
  }
}

extension CompiledSpace {
  /// `spaces/mini-f.yaml: valid, 104,485,552,128 networks (1.04e11), 24 decisions`, or
  /// `best.yaml: valid, an architecture with 24 decisions bound`.
  fileprivate func line(for file: String) -> String {
    let (all, short) = (encodings.grouped, encodings.short)
    let count = "\(all) network\(all == "1" ? "" : "s")" + (all == short ? "" : " (\(short))")
    let networks =
      encodings.count == nil ? "networks \(all)" : space.budgets.isEmpty ? count : count + " before budgets"
    if let bound = architecture?.choices.count(where: { $0 != nil }) {
      return "\(file): valid, an architecture with \(counted(bound, "decision")) bound"
    }
    let decisions = space.decisions.isEmpty ? "no decisions" : counted(space.decisions.count, "decision")
    return "\(file): valid, \(networks), \(decisions)"
  }
}
