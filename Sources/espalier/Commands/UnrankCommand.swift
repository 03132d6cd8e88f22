import ArgumentParser
import BigInt
import Exporters
import SpaceAnalysis
import SpaceCompiler
import SpaceIR

/// `espalier unrank`: the network with a number.
struct UnrankCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unrank",
    abstract: "The network of a space with a number.",
    discussion: """
        espalier unrank spaces/mini-f.yaml 0
        espalier unrank spaces/spos.yaml 647,824,128,007 --where "macs <= 330M"

      Networks are numbered from 0 to one less than `espalier count` says; where that is a range, networks close to the \
      end of a budget may have no number, which is then said. `-o` writes an architecture file, which \
      `espalier rank` reads.
      """)

  @OptionGroup var query: QueryOptions

  @Argument(help: "From 0 to one less than the number of networks; commas may group digits.", transform: parseIndex)
  var index: BigUInt

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp("Write an architecture file instead; one that is there is replaced.", valueName: "file"))
  var out: String?

  @Flag(help: "One JSON object.")
  var json = false

  func validate() throws {
    guard out == nil || !json else {
      throw ValidationError("'--json' prints what '--out' would write: use one of them")
    }
  }

  func run() throws { try query.showingProgress(respond) }

  private func respond() throws {
    let compiled = try query.compiled()
    let members = try MemberSet.numbered(in: compiled)
    guard index < members.count else {
      let last = NetworkCount(members.count - 1).grouped
      throw CommandFailure(
        "there is no network \(NetworkCount(index).grouped): they are numbered from 0 to \(last)")
    }
    let network = members.member(at: index)
    if let out {
      let path = relativePath(to: query.file, from: out)
      let comment = ["Network \(NetworkCount(index).grouped) of '\(compiled.space.name)'."]
      let text = architectureFile(
        network, of: compiled.space, spaceFile: path, spaceHash: compiled.hash, comment: comment)
      return try writeAnswer(Array(text.utf8), to: out, sayingSoOn: .standardOutput)
    }
    let text = try NetworkText(of: network, in: compiled.space)
    let label = NetworkCount(index)
    Terminal.standardOutput.write(
      json ? text.json(index: .string(index.description)) : text.text(label: label.grouped))
  }
}

/// - Throws: `ValidationError` unless the text is a whole number.
func parseIndex(_ text: String) throws -> BigUInt {
  guard !text.isEmpty, text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ",") }), text.count <= 100_000,
    let index = BigUInt(text.replacing(",", with: ""))
  else { throw ValidationError("'\(text)' is not a whole number of at least 0") }
  return index
}
