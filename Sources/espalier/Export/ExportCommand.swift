import ArgumentParser
import Exporters
import SpaceAnalysis
import SpaceIR

/// What a network is written as.
enum ExportFormat: String, CaseIterable, ExpressibleByArgument {
  case onnx
  case torch
  case timm
  case dot
  case svg
}

/// `espalier export`: one network in the files of other tools.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a network in a format of other tools: ONNX, PyTorch, timm, DOT, SVG.",
    discussion: """
        espalier export best.yaml --to onnx
        espalier export runs/first --to torch -o first.py
      """)

  @Argument(
    help: ArgumentHelp(
      "An architecture file, a space without decisions, or the folder of a run.", valueName: "architecture"),
    completion: .file())
  var path: String

  @Option(name: .customLong("to"), help: "The format.")
  var format: ExportFormat

  @Option(help: ArgumentHelp("A safetensors file, such as a run's weights.safetensors.", valueName: "file"))
  var weights: String?

  @Option(help: "First values from this seed instead of weights of a file.")
  var seed: UInt64?

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp("The file to write, or - for standard output.", valueName: "file"))
  var out: String?

  @Flag(
    name: .customLong("keep-batch-norm"),
    help: "Leave batch normalisations as they are instead of folding them into the weights before them.")
  var keepsBatchNorm = false

  @OptionGroup var shape: InputOption

  func validate() throws {
    guard weights == nil || seed == nil else {
      throw ValidationError("weights come from a file or from a seed: give '--weights' or '--seed', not both")
    }
  }

  func run() throws {
    let subject = try ExportSubject(path, input: shape.input)
    switch format {
    case .onnx: try writeONNX(subject)
    case .torch: try writeTorch(subject)
    case .timm: try writeText(subject.timm())
    case .dot: try writeText(subject.dot())
    case .svg: try writeText(subject.svg())
    }
  }

  private func writeONNX(_ subject: ExportSubject) throws {
    let weights = try subject.weights(file: weights, seed: seed)
    var model = ONNXModel(of: subject.network, weights: weights, batchNorm: keepsBatchNorm ? .kept : .folded)
    model.metadata = subject.identity + [("espalier.weights", weights.origin.label)]
    let bytes = model.data(version: Espalier.version)
    try write(bytes, ending: "onnx", subject)
    Terminal.standardError.line("weights: \(weights.origin.words)")
  }

  private func writeTorch(_ subject: ExportSubject) throws {
    let weights = try subject.weights(file: weights, seed: seed)
    let module = TorchModule(of: subject.network)
    let facts = subject.identity + [("espalier.weights", weights.origin.label)]
    let path = out ?? "\(subject.stem).py"
    let stem = path.hasSuffix(".py") ? String(path.dropLast(3)) : path
    let weightsPath = "\(stem).safetensors"
    let name = weightsPath.split(separator: "/").last.map(String.init) ?? weightsPath
    let bytes = try module.file(weights, facts: facts)
    try write(Array(module.source(weightsFile: name, facts: facts).utf8), ending: "py", subject)
    if out == nil { try createFile(weightsPath, with: bytes) } else { try replaceFile(weightsPath, with: bytes) }
    Terminal.standardError.line("weights: \(weights.origin.words)")
  }

  /// What people read goes to standard output unless a file is named.
  private func writeText(_ text: String) throws {
    guard let out, out != "-" else { return Terminal.standardOutput.write(text) }
    try replaceFile(out, with: Array(text.utf8))
  }

  private func write(_ bytes: [UInt8], ending: String, _ subject: ExportSubject) throws {
    if let out { try replaceFile(out, with: bytes) } else { try createFile("\(subject.stem).\(ending)", with: bytes) }
  }
}
