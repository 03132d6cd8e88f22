import ArgumentParser
import Exporters
import Search
import SpaceAnalysis
import SpaceChecker
import SpaceCompiler
import SpaceIR

/// Texts of other projects that are networks.
enum ImportFormat: String, CaseIterable, ExpressibleByArgument {
  case timm
  case fbnetv2
  case nasbench201
  case spos
}

/// `espalier import`: a network of another project as an architecture.
struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Make an architecture of a network that another project wrote down.",
    discussion: """
        espalier import spos 21012020202300003233 -o spos.yaml
        espalier import nasbench201 "|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|"
        espalier import fbnetv2 --file fbnet_modeldef_cls_fbnetv2.py --model FBNetV2_F1 -o f1.yaml
        espalier import timm "ds_r1_k3_s1_c16 ir_r2_k3_s2_e6_c24" --stem 32 --head 1280 -o net.yaml

      timm          block strings; a network alone
      fbnetv2       a list of blocks of mobile-vision's FBNetV2 models; a network alone
      nasbench201   a cell of NAS-Bench-201; one of spaces/nasbench201.yaml
      spos          20 candidates of Single Path One-Shot; one of spaces/spos.yaml, with '--scales' of \
      spaces/spos-channels.yaml

      What the text says and an architecture cannot, and what it leaves open, is said on standard error.
      """)

  @Argument(help: "What the text is.")
  var format: ImportFormat

  @Argument(help: ArgumentHelp("The text, in quotes; or '--file'.", valueName: "text"))
  var text: String?

  @Option(help: ArgumentHelp("A file with the text, or - for standard input.", valueName: "file"))
  var file: String?

  @Option(help: ArgumentHelp("Which of several models in the text (fbnetv2).", valueName: "name"))
  var model: String?

  @Option(help: ArgumentHelp("The space that the network is one of (nasbench201, spos).", valueName: "file"))
  var space: String?

  @Option(
    help: ArgumentHelp(
      "Numbers of the channel scales, 0 for 0.2 to 9 for 2.0, apart by commas (spos).", valueName: "list"))
  var scales: String?

  @Option(help: "Channels of the stem (timm). (default: 32)", transform: parseCount)
  var stem: Int?

  @Option(help: "Channels of the last convolution (timm). (default: 1280)", transform: parseCount)
  var head: Int?

  @Option(help: "Classes (timm, fbnetv2). (default: 1000)", transform: parseCount)
  var classes: Int?

  @OptionGroup var shape: InputOption

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp(
      "Where to write it; a file that is there is replaced. Default: standard output.", valueName: "file"))
  var out: String?

  func validate() throws {
    guard (text == nil) != (file == nil) else {
      throw ValidationError(
        text == nil
          ? "give the text, in quotes, or '--file' with a file that holds it"
          : "the text is given twice: take the words or '--file', not both")
    }
    try refuseForeignOptions()
  }

  /// - Throws: `ValidationError` for an option that does nothing in this format.
  private func refuseForeignOptions() throws {
    let options: [(name: String, isGiven: Bool, formats: [ImportFormat])] = [
      ("--model", model != nil, [.fbnetv2]), ("--space", space != nil, [.nasbench201, .spos]),
      ("--scales", scales != nil, [.spos]), ("--stem", stem != nil, [.timm]), ("--head", head != nil, [.timm]),
      ("--classes", classes != nil, [.timm, .fbnetv2]),
    ]
    if let option = options.first(where: { $0.isGiven && !$0.formats.contains(format) }) {
      let words = option.formats.map { "'\($0.rawValue)'" }.joined(separator: " and ")
      throw ValidationError("'\(option.name)' is for \(words), not for '\(format.rawValue)'")
    }
    if format == .fbnetv2, let input = shape.input, input.channels != 3 || input.width != input.height {
      throw ValidationError("networks of 'fbnetv2' take square images of 3 channels, not \(input.text)")
    }
  }

  func run() throws {
    let imported = try imported(try source())
    let written: (text: String, cost: NetworkCost)
    switch imported.form {
    case .alone(let text): written = try alone(text)
    case .choices(let choices): written = try member(choices)
    }
    if let out {
      try writeAnswer(Array(written.text.utf8), to: out)
    } else {
      Terminal.standardOutput.write(written.text)
    }
    let stream = Terminal.standardError
    for remark in imported.remarks { stream.line("not carried: \(remark)") }
    let cost = "\(written.cost.macs.grouped) MACs, \(written.cost.parameters.grouped) parameters"
    if let out { Terminal.standardOutput.line("wrote \(out): \(cost)") } else { stream.line(cost) }
  }

  // MARK: The text

  private func source() throws -> String {
    guard let file else { return text ?? "" }
    return String(decoding: try contents(ofFileOrInput: file), as: UTF8.self)
  }

  private func imported(_ text: String) throws -> ImportedNetwork {
    let classes = classes ?? 1000
    let name = spaceName(forFile: out ?? "imported.yaml")
    do {
      switch format {
      case .timm:
        return try ImportedNetwork(
          timm: text, name: name, stem: stem ?? 32, head: head ?? 1280,
          input: shape.input ?? ImageShape(channels: 3, height: 224, width: 224), classes: classes)
      case .fbnetv2:
        return try ImportedNetwork(
          fbnetV2: text, model: model, name: name, side: shape.input?.height, classes: classes)
      case .nasbench201: return try ImportedNetwork(nasBench201: text)
      case .spos: return try ImportedNetwork(spos: text, scales: try scales.map(numbers))
      }
    } catch let error as TimmError {
      throw CommandFailure(error.description)
    } catch let error as ImportError {
      throw CommandFailure(error.description)
    }
  }

  private func numbers(_ text: String) throws -> [Int] {
    try text.split { $0 == "," || $0.isWhitespace }.map { part in
      guard let number = Int(part) else { throw ImportError("'\(part)' in '--scales' is no number") }
      return number
    }
  }

  // MARK: The file

  private func alone(_ draft: String) throws -> (text: String, cost: NetworkCost) {
    let path = out ?? "imported.yaml"
    let text = try formatSpace(Array(draft.utf8), path: path).text ?? draft
    let compilation = compileSpace(at: path, reader: MemoryReader(text: text))
    guard let compiled = compilation.result else {
      Terminal.standardError.write(compilation.text(colours: Terminal.standardError.showsColours))
      throw CommandFailure("the network is wrong as a space; see above")
    }
    return (text, try cost(of: Architecture(choices: []), in: compiled.space))
  }

  private var spaceFile: String {
    if let space { return space }
    return switch format {
    case .nasbench201: "spaces/nasbench201.yaml"
    case .spos: scales == nil ? "spaces/spos.yaml" : "spaces/spos-channels.yaml"
    case .timm, .fbnetv2: ""
    }
  }

  private func member(_ choices: [ImportedNetwork.Choice]) throws -> (text: String, cost: NetworkCost) {
    let compiled = try compileOrExplain(spaceFile, input: shape.input)
    let architecture: Architecture
    do throws(ImportError) {
      architecture = try compiled.space.architecture(choosing: choices)
    } catch {
      throw CommandFailure(error.description)
    }
    let source = text ?? file ?? ""
    let text = architectureFile(
      architecture, of: compiled.space, spaceFile: relativePath(to: spaceFile, from: out), spaceHash: compiled.hash,
      comment: ["Imported from \(format.rawValue): \(source.filter { !$0.isNewline })"])
    return (text, try cost(of: architecture, in: compiled.space))
  }

  private func cost(of architecture: Architecture, in space: Space) throws -> NetworkCost {
    try translatingFailures(about: space) { try SpaceAnalysis.cost(of: architecture, in: space) }
  }
}
