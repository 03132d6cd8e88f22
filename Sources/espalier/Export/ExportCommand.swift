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

  /// Whether a file of it holds the network's numbers.
  var hasWeights: Bool {
    switch self {
    case .onnx, .torch: true
    case .timm, .dot, .svg: false
    }
  }
}

/// `espalier export`: one network in the files of other tools.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a network in a format of other tools: ONNX, PyTorch, timm, DOT, SVG.",
    discussion: """
        espalier export best.yaml --to onnx
        espalier export runs/first --to torch -o first.py
        espalier export runs/first --to onnx --int8 --calibration fashion-mini -o first-int8.onnx

      onnx     opset 18, batch free, names of the space; batch norm folded
      torch    a Python file that needs torch alone, and a safetensors file beside it
      timm     block strings, where every layer is a block of timm's
      dot      the graph for Graphviz
      svg      the graph drawn

      Weights are those in the run's folder, of '--weights', or first values from '--seed'. The network's identity and its \
      space's hash are in every file. Without '--out' the file is named for the network, and one that is there is not \
      replaced.
      """)

  @Argument(
    help: ArgumentHelp(
      "An architecture file, a space without decisions, or the folder of a run.", valueName: "architecture"),
    completion: .file())
  var path: String

  @Option(name: .customLong("to"), help: "The format.")
  var format: ExportFormat

  @Option(
    help: ArgumentHelp("A safetensors file, such as a run's weights.safetensors (onnx, torch).", valueName: "file"))
  var weights: String?

  @Option(help: "First values from this seed instead of weights of a file (onnx, torch).")
  var seed: UInt64?

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp(
      "The file to write, or - for standard output; a file that is there is replaced.", valueName: "file"))
  var out: String?

  @Flag(
    name: .customLong("keep-batch-norm"),
    help: "Leave batch normalisations as they are instead of folding them into the weights before them (onnx).")
  var keepsBatchNorm = false

  @Flag(help: "Weights and activations of 8 bits, with ranges from '--calibration' (onnx).")
  var int8 = false

  @Option(help: ArgumentHelp("Images that show the ranges of activations, as in 'search --data'.", valueName: "source"))
  var calibration: String?

  @Option(help: "How many images show the ranges. (default: 200)", transform: parseCount)
  var images: Int?

  @Flag(
    name: .customLong("full-range"),
    help: "Weights of all 8 bits, for processors with VNNI or its like; without it 7, which no processor's sums exceed."
  )
  var fullRange = false

  @OptionGroup var shape: InputOption

  func validate() throws {
    guard out != "-" || [.timm, .dot, .svg].contains(format) else {
      throw ValidationError("standard output is for timm, dot and svg; name a file with '--out'")
    }
    try refuseForeignOptions()
    guard !int8 || calibration != nil else {
      throw ValidationError("'--int8' needs images that show the ranges of activations: '--calibration' names them")
    }
    guard !int8 || !keepsBatchNorm else {
      throw ValidationError("'--int8' folds batch norm, so it does not go together with '--keep-batch-norm'")
    }
    guard weights == nil || seed == nil else {
      throw ValidationError("weights come from a file or from a seed: give '--weights' or '--seed', not both")
    }
  }

  /// - Throws: `ValidationError` for an option that does nothing in this format.
  private func refuseForeignOptions() throws {
    func refuse(_ options: [(name: String, isGiven: Bool)], because reason: String) throws {
      if let option = options.first(where: { $0.isGiven }) { throw ValidationError("'\(option.name)' is \(reason)") }
    }
    if format != .onnx {
      try refuse(
        [("--int8", int8), ("--keep-batch-norm", keepsBatchNorm)],
        because: "for '--to onnx', not for '--to \(format.rawValue)'")
    }
    if !int8 {
      try refuse(
        [("--calibration", calibration != nil), ("--images", images != nil), ("--full-range", fullRange)],
        because: "for '--to onnx' with '--int8'")
    }
    if !format.hasWeights {
      try refuse(
        [("--weights", weights != nil), ("--seed", seed != nil)],
        because: "for '--to onnx' and '--to torch': no weights go into '--to \(format.rawValue)'")
    }
  }

  func run() throws {
    let subject = try ExportSubject(path, input: shape.input)
    if let out, isSameFile(out, path) {
      throw CommandFailure("'\(out)' is the network itself; choose another name for '--out'", status: .couldNotRun)
    }
    switch format {
    case .onnx: try writeONNX(subject)
    case .torch: try writeTorch(subject)
    case .timm: try writeText(subject.timm())
    case .dot: try writeText(subject.dot())
    case .svg: try writeText(subject.svg())
    }
  }

  private func writeONNX(_ subject: ExportSubject) throws {
    let images = images ?? 200
    let weights = try subject.weights(file: weights, seed: seed)
    var model = ONNXModel(of: subject.network, weights: weights, batchNorm: keepsBatchNorm ? .kept : .folded)
    if let calibration {
      model = model.quantised(
        try subject.ranges(weights, data: calibration, images: images), weights: fullRange ? .full : .reduced)
    }
    model.metadata = subject.identity + [("espalier.weights", weights.origin.label)]
    let bytes = model.data(version: Espalier.version)
    guard bytes.count <= ONNXModel.mostBytes else {
      throw CommandFailure("the file would have \(bytes.count.byteText), and ONNX keeps at most 2 GiB in one file")
    }
    let path = out ?? "\(subject.stem).onnx"
    try write(bytes, to: path)
    let batchNorm = keepsBatchNorm ? "batch norm kept" : "batch norm folded"
    let precision = int8 ? ", int8 by \(images) images of \(calibration ?? "")" : ""
    try say("wrote \(path): ONNX, opset 18, \(batchNorm)\(precision)", weights, subject)
  }

  private func writeTorch(_ subject: ExportSubject) throws {
    let weights = try subject.weights(file: weights, seed: seed)
    let module = TorchModule(of: subject.network)
    let facts = subject.identity + [("espalier.weights", weights.origin.label)]
    let path = out ?? "\(subject.stem).py"
    let weightsPath = "\(path.hasSuffix(".py") ? String(path.dropLast(3)) : path).safetensors"
    let name = weightsPath.split(separator: "/").last.map(String.init) ?? weightsPath
    let bytes = try module.file(weights, facts: facts)
    // Before the first of the two is written.
    if out != nil { try requireReplaceable(weightsPath) }
    try write(Array(module.source(weightsFile: name, facts: facts).utf8), to: path)
    try write(bytes, to: weightsPath)
    try say("wrote \(path) and \(weightsPath): PyTorch", weights, subject)
  }

  /// What people read goes to standard output unless a file is named.
  private func writeText(_ text: String) throws {
    guard let out, out != "-" else { return Terminal.standardOutput.write(text) }
    try writeAnswer(Array(text.utf8), to: out)
    Terminal.standardOutput.line("wrote \(out)")
  }

  /// A file that is there is replaced only where it was named.
  private func write(_ bytes: [UInt8], to path: String) throws {
    if out == nil { try createFile(path, with: bytes) } else { try writeAnswer(bytes, to: path) }
  }

  private func say(_ what: String, _ weights: NetworkTensors, _ subject: ExportSubject) throws {
    let cost = try subject.cost
    let stream = Terminal.standardOutput
    stream.line(what)
    stream.line("weights  \(weights.origin.words)")
    stream.line("network  \(cost.parameters.grouped) parameters, \(cost.macs.grouped) MACs")
    guard subject.network.leftOut > 0 else { return }
    stream.line("left out \(counted(subject.network.leftOut, "operation")) that no output depends on")
  }
}
