import ArgumentParser
import Distributions
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import SpacePlanner

/// `espalier plan`: how a space is run, and why so.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Explain how a space would be run: shared weights, fused kernels, memory, distributions, and why.",
    discussion: """
        espalier plan spaces/mini-f.yaml
        espalier plan spaces/mini-f.yaml --input 3x32x32 --batch 256 --json

      separate   one tensor for each option: options share no weights
      slice      one tensor of the largest size: an option uses the first channels of it
      shared     one tensor that all options use alike
      nested     one kernel of the largest size: a smaller one is its centre
      mask       as slice: of a drawn network the channels that its mask keeps are run

      The arena holds the activations of one architecture while it is trained; it is never as large as the supernet. \
      Where the range of costs takes too long to tell, the plan leaves out the arenas of its ends.
      """)

  @OptionGroup var options: CompileOptions

  @Option(
    parsing: .unconditional, help: "Images in a batch, at least 1; activations grow with it. (default: 64)",
    transform: parseCount)
  var batch = 64

  @Flag(help: "One JSON object with a fixed order of keys.")
  var json = false

  func run() throws {
    let compiled = try options.compiled()
    let report = try PlanReport(of: compiled, batch: batch)
    if json {
      Terminal.standardOutput.write(report.json.document)
    } else {
      Terminal.standardOutput.write("\(options.file): \(report.text)")
      if let reason = report.reasonWithoutEnds { Terminal.standardError.line("note: \(reason)") }
      if let time = try report.bindingTime() { Terminal.standardError.line(time) }
    }
  }
}
