import ArgumentParser
import Exporters
import SpaceCompiler

/// `espalier new`: a space to start from.
struct NewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Write a commented space to start from, or one around a network of timm.",
    discussion: """
        espalier new - --from chain
        espalier new - --timm ds_r1_k3_s1_c16,ir_r2_k3_s2_e6_c24_se0.25

      chain         stages of blocks; widths, kernels and depths are searched
      cell          a cell whose edges are searched, stacked
      transformer   an encoder; width, depth, heads and hidden widths are searched
      grammar       rules that build a network from smaller ones

      A block string of timm is a kind (cn, ds, dsa, er, ir) and fields: r blocks, k kernel, s stride, e expansion, c \
      channels, se squeeze and excitation, n activation (nre, nr6, nhs, nsw), noskip. One string is one stage; strings \
      of one stage are joined by '|', and lists as in timm's sources are read too. The network is a member of the space, \
      which has choices around it.

      A file that is there is never replaced. The file needs no other files.
      """)

  @Argument(help: "The file to write, or - for standard output.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String

  @Option(help: "Which template. (default: chain)")
  var from: SpaceTemplate?

  @Option(parsing: .unconditional, help: ArgumentHelp("Block strings, in quotes.", valueName: "blocks"))
  var timm: String?

  func validate() throws {
    guard from == nil || timm == nil else {
      throw ValidationError("a space starts from a template or from block strings: give '--from' or '--timm', not both")
    }
  }

  func run() throws {
    let text = try text(name: spaceName(forFile: file))
    guard file != "-" else { return Terminal.standardOutput.write(text) }
    try createFile(file, with: Array(text.utf8))
    Terminal.standardOutput.line("wrote \(file); see how many networks it has: espalier count \(file)")
  }

  private func text(name: String) throws -> String {
    guard let timm else { return (from ?? .chain).text(name: name) }
    let draft: String
    do throws(TimmError) {
      draft = try timmSpace(timm, name: name)
    } catch {
      throw CommandFailure(error.description, status: .couldNotRun)
    }
    return try formatSpace(Array(draft.utf8), path: file).text ?? draft
  }
}

extension SpaceTemplate: ExpressibleByArgument {}
