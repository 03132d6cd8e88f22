import ArgumentParser
import Datasets
import Distributions
import Engine
import Exporters
import Foundation
import Search
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import SpacePlanner
import Supernet

/// `espalier benchmark export`: exported networks beside the engine, in public runtimes.
struct ExportBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Compare exported networks with the engine's, in onnxruntime and PyTorch.",
    discussion: """
        espalier benchmark export --python .build/exports/bin/python --out docs/benchmarks.md

      Random networks of several spaces, with random weights and the statistics of a random batch. The outputs of both ONNX \
      files (batch norm folded and kept) and of the PyTorch module are compared with the engine's; parameters and MACs are \
      counted from the ONNX file's inferred shapes and by hooks in PyTorch. 'make exports' makes the Python.
      """)

  @Option(help: ArgumentHelp("A Python that has onnx, onnxruntime and torch.", valueName: "program"))
  var python = ".build/exports/bin/python"

  @Option(help: ArgumentHelp("Where Python's side is.", valueName: "folder"))
  var folder = "Tests/Benchmarks/export"

  @Option(name: [.customShort("n"), .long], help: "Networks of each space.", transform: parseCount)
  var networks = 50

  @Option(help: ArgumentHelp("Only this space; may be repeated.", valueName: "name"))
  var space: [String] = []

  @Option(help: ArgumentHelp("A finished run whose network is tested in 8 bits; may be repeated.", valueName: "run"))
  var trained: [String] = []

  @Option(help: "Images of a batch.", transform: parseCount)
  var batch = 4

  @OptionGroup var output: BenchmarkOutput

  /// The spaces, with the sides of their images where those of the file are too large for many networks.
  private static let spaces: [(name: String, side: Int?)] = [
    ("mini-f", nil), ("digits", nil), ("spos", 64), ("nasbench201", nil), ("mini-darts", nil), ("mini-pi-nas", nil),
    ("pi-nas", 64), ("autoformer-tiny", 64),
  ]

  func validate() throws {
    let names = Self.spaces.map(\.name) + ["timm"]
    if let unknown = space.first(where: { !names.contains($0) }) {
      throw ValidationError("'--space' is one of \(names.joined(separator: ", ")), not '\(unknown)'")
    }
  }

  func run() throws {
    let text = try translatingFailures {
      let library = try EngineLibrary.load(folders: engineFolders, device: .cpu)
      let peer = try ExportPeer(python, script: "\(folder)/compare.py")
      var table = AlignedTable([.left, .right, .right, .right, .right, .right, .right, .right])
      table.add(["space", "networks", "MACs", "engine", "ONNX", "ONNX, kept", "PyTorch", "counts equal"])
      for (name, side) in Self.spaces where space.isEmpty || space.contains(name) {
        let compared = try compare(name, side, library, peer)
        table.add([
          name, "\(compared.count)", compared.macs, compared.engine, compared.folded, compared.kept, compared.torch,
          "\(compared.equalCounts)",
        ])
        Terminal.standardError.line("\(name): \(counted(compared.count, "network")) compared")
      }
      return """
        \(processorName()), \(availableProcessors()) cores; \(library.words); \(peer.versions)
        the largest difference in float32 from the engine's output in float64, as a share of the largest output: median (most)
        \(table.text())\(try timmTable(peer))\(try int8Table(library, peer))
        """
    }
    try output.write(text, command: "export", title: "Exported networks in other runtimes")
  }

  // MARK: One space

  private struct Comparison {
    var count = 0
    var macsOfAll: [Int] = []
    var differences: [[Double]] = [[], [], [], []]
    var equalCounts = 0

    var macs: String { "\((macsOfAll.min() ?? 0).short) to \((macsOfAll.max() ?? 0).short)" }
    var engine: String { text(0) }
    var folded: String { text(1) }
    var kept: String { text(2) }
    var torch: String { text(3) }

    private func text(_ index: Int) -> String {
      let spread = Spread(differences[index])
      return "\(scientific(spread.median)) (\(scientific(spread.greatest)))"
    }

    private func scientific(_ value: Double) -> String { String(format: "%.1e", value) }
  }

  private func compare(
    _ name: String, _ side: Int?, _ library: EngineLibrary, _ peer: ExportPeer
  ) throws -> Comparison {
    let path = "spaces/\(name).yaml"
    let shape = side.map { ImageShape(channels: 3, height: $0, width: $0) }
    let compiled = try compileOrExplain(path, input: shape)
    var result = Comparison()
    for (number, network) in try drawn(from: compiled.space).enumerated() {
      let subject = try ExportTrial(network, seed: UInt64(number), batch: batch, library)
      let answer = try ScratchFolder.with { try subject.compare(in: $0, with: peer) }
      let cost = try cost(of: Architecture(choices: []), in: network.space)
      result.count += 1
      result.macsOfAll.append(cost.macs)
      for (index, difference) in [subject.ownDifference, answer.folded, answer.kept, answer.torch].enumerated() {
        result.differences[index].append(difference)
      }
      let parameters = [answer.onnxParameters, answer.torchParameters].allSatisfy { $0 == cost.parameters }
      let macs = [answer.onnxMACs, answer.torchMACs].allSatisfy { $0 == cost.macs }
      if parameters && macs {
        result.equalCounts += 1
      } else {
        Terminal.standardError.line(
          "\(name) \(number): \(cost.parameters) parameters, \(cost.macs) MACs here; \(answer)")
      }
    }
    return result
  }

  /// Drawn networks, the same in every call.
  fileprivate func drawn(from space: Space) throws -> [BoundNetwork] {
    let members = try MemberSet(space)
    return try (0..<networks).map { number in
      var random = SplitRandom(seed: 7, stream: 1, UInt64(number))
      return try BoundNetwork(space.bound(to: members.draw(using: &random)))
    }
  }
}

// MARK: timm and integers

extension ExportBenchmark {
  private static let timmSpaces = ["bn-nas", "ofa-mobilenetv3", "digits"]

  private struct TimmAnswer: Decodable {
    let parameters: Int
  }

  /// Strings that timm builds, with as many parameters as the layers that they stand for.
  private func timmTable(_ peer: ExportPeer) throws -> String {
    var table = AlignedTable([.left, .right, .right, .right])
    table.add(["space", "networks", "in timm's words", "parameters equal"])
    for name in Self.timmSpaces where space.isEmpty || space.contains("timm") {
      let compiled = try compileOrExplain("spaces/\(name).yaml", input: nil)
      var (known, equal) = (0, 0)
      for network in try drawn(from: compiled.space) {
        guard let exported = try? TimmExport(of: network) else { continue }
        known += 1
        let own = network.tensors.filter { tensor in
          tensor.isTrained && exported.layers.contains { tensor.name.hasPrefix($0 + ".") }
        }.reduce(0) { $0 + $1.count }
        let answer = try peer.ask(
          [
            ("task", .string("timm")), ("stem", .integer(exported.stem)),
            ("blocks", .array(exported.stages.map { .array($0.map { .string($0) }) })),
          ], as: TimmAnswer.self)
        if answer.parameters == own { equal += 1 }
      }
      table.add([name, "\(networks)", "\(known)", "\(equal)"])
      Terminal.standardError.line("timm: \(name) compared")
    }
    return space.isEmpty || space.contains("timm") ? "\n" + table.text() : ""
  }

  private struct AccuracyAnswer: Decodable {
    let accuracy: Double
  }

  /// Accuracy of trained networks on the test images, in float and in integers, in onnxruntime.
  private func int8Table(_ library: EngineLibrary, _ peer: ExportPeer) throws -> String {
    guard !trained.isEmpty else { return "" }
    var table = AlignedTable([.left, .right, .right, .right, .right, .right, .right, .right, .right])
    table.add([
      "network", "images", "float32", "int8", "drop", "full range", "drop", "without kernels", "drop",
    ])
    for run in trained {
      let definition = try RunDirectory.definition(of: run)
      let splits = try DatasetSource(parsing: definition.data).load(SplitOptions(seed: 0, limit: definition.limit))
      let row = try ScratchFolder.with { try accuracies(of: run, splits, in: $0, library, peer) }
      let texts = row.enumerated().flatMap { index, value in
        ["\(value.fixed(2)) %"] + (index > 0 ? [(row[0] - value).fixed(2)] : [])
      }
      let label = "\(definition.space) on \(definition.data), seed \(definition.seed)"
      table.add([label, splits.test.count.grouped] + texts)
      Terminal.standardError.line("int8: \(run) tested")
    }
    let note = """
      test accuracy in onnxruntime: weights of 7 bits, of 8 ("full range"), and of 8 with integer kernels off, which is
      what the file says. Processors without VNNI add pairs of products in 16 bits, and sums of full range leave those.
      """
    return "\n" + note + "\n" + table.text()
  }

  /// Of a run's network on the test images, in percent: in float32, and in 8 bits as the columns of the table have it.
  private func accuracies(
    of run: String, _ splits: DatasetSplits, in folder: String, _ library: EngineLibrary, _ peer: ExportPeer
  ) throws -> [Double] {
    let subject = try ExportSubject(run, input: nil)
    let weights = try subject.weights(file: nil, seed: nil)
    let model = ONNXModel(of: subject.network, weights: weights)
    let ranges = try Calibration(
      subject.network, weights, images: splits.trainAndValidation, count: 200, library
    ).ranges
    try write(splits.test, in: folder)
    let full = model.quantised(ranges, weights: .full)
    let forms = [
      ("float", model, true), ("int8", model.quantised(ranges), true), ("full", full, true), ("full", full, false),
    ]
    return try forms.map { name, model, hasKernels in
      try replaceFile("\(folder)/\(name).onnx", with: model.data(version: Espalier.version))
      let shape = splits.test.shape
      let question: [(key: String, value: JSONValue)] = [
        ("task", .string("accuracy")), ("path", .string("\(folder)/\(name).onnx")),
        ("kernels", .boolean(hasKernels)), ("images", .string("\(folder)/images")),
        ("labels", .string("\(folder)/labels")),
        ("shape", .array([splits.test.count, shape.channels, shape.height, shape.width].map { .integer($0) })),
      ]
      return try peer.ask(question, as: AccuracyAnswer.self).accuracy * 100
    }
  }

  /// Images with channels before sides, and class numbers of 32 bits.
  private func write(_ images: ImageSet, in folder: String) throws {
    var pixels = [Float](repeating: 0, count: images.count * images.shape.valueCount)
    var labels = [Int64](repeating: 0, count: images.count)
    images.fill(
      images: &pixels, labels: &labels, indices: Array(0..<images.count), augmentation: .none,
      epoch: Epoch(seed: 0, number: 0))
    let shape = ImageShape(
      channels: images.shape.channels, height: images.shape.height, width: images.shape.width)
    let planes = channelsFirst(pixels, shape, count: images.count)
    try replaceFile("\(folder)/images", with: planes.withUnsafeBytes(Array.init))
    try replaceFile("\(folder)/labels", with: labels.map(Int32.init).withUnsafeBytes(Array.init))
  }
}

/// `[n, h, w, c]` as `[n, c, h, w]`.
private func channelsFirst(_ values: [Float], _ shape: ImageShape, count: Int) -> [Float] {
  let (channels, positions) = (shape.channels, shape.height * shape.width)
  guard channels > 1 else { return values }
  return (0..<count).flatMap { image in
    (0..<channels).flatMap { channel in
      (0..<positions).map { values[(image * positions + $0) * channels + channel] }
    }
  }
}

/// What Python says of a network.
struct ExportAnswer: Decodable {
  let folded: Double
  let kept: Double
  let torch: Double
  let onnxParameters: Int
  let onnxMACs: Int
  let torchParameters: Int
  let torchMACs: Int
}

private struct ExportFailure: Decodable {
  let error: String
}

/// Python's side.
struct ExportPeer {
  private let peer: StepPeer
  /// Of its packages, in words.
  let versions: String

  init(_ python: String, script: String) throws {
    peer = try StepPeer(python, arguments: [script])
    let answer: String
    do {
      answer = try peer.ask("{\"task\": \"versions\"}")
    } catch {
      throw CommandFailure(
        "'\(python)' does not answer; it needs onnx, onnxruntime and torch\nhelp: 'make exports' makes one",
        status: .couldNotRun)
    }
    let found = try JSONDecoder().decode([String: String].self, from: Data(answer.utf8))
    versions = found.keys.sorted().map { "\($0) \(found[$0] ?? "")" }.joined(separator: ", ")
  }

  /// - Throws: `CommandFailure` with what went wrong there.
  func ask<Answer: Decodable>(_ question: [(key: String, value: JSONValue)], as type: Answer.Type) throws -> Answer {
    let line = JSONValue.object(question).compact
    let bytes = Data(try peer.ask(line).utf8)
    if let failure = try? JSONDecoder().decode(ExportFailure.self, from: bytes) {
      throw CommandFailure("Python's side failed: \(failure.error)", status: .couldNotRun)
    }
    return try JSONDecoder().decode(type, from: bytes)
  }
}

/// A network with random weights, its statistics and what the engine makes of a batch.
struct ExportTrial {
  let network: BoundNetwork
  let weights: NetworkTensors
  private let images: [Float]
  /// In float64.
  private let logits: [Double]
  /// The largest difference of the engine's float32 output, as a share of the largest output.
  let ownDifference: Double
  private let batch: Int

  init(_ network: BoundNetwork, seed: UInt64, batch: Int, _ library: EngineLibrary) throws {
    self.network = network
    self.batch = batch
    let plan = try SupernetPlan(for: network.space, statistics: .recorded)
    let supernet = try Supernet(plan, library: library, options: EngineOptions())
    var random = SplitRandom(seed: seed, stream: 3)
    // Uniform numbers of the deviation of first values, scales and shifts that are not 1 and 0: every tensor matters.
    let numbers = (0..<4096).map { _ in 2 * Float(random.uniform()) - 1 }
    var place: UInt32 = 0
    for (index, tensor) in plan.tensors.enumerated() {
      let width = Float(tensor.firstDeviation ?? 0.1) * Float(3).squareRoot()
      let middle = tensor.firstConstant
      guard tensor.isTrained else { continue }
      var values = [Float](repeating: middle, count: tensor.count)
      for index in values.indices {
        place &+= 2_654_435_769
        values[index] += width * numbers[Int(place >> 20)]
      }
      try supernet.context.write(values, of: index)
    }
    let input = network.space.input
    let shape = EngineBuffer.Shape(n: batch, h: input.height, w: input.width, c: input.channels)
    images = (0..<shape.count).map { _ in 4 * Float(random.uniform()) - 2 }
    try supernet.context.writeBatch(0, images: images, labels: [Int](repeating: 0, count: batch), shape: shape)
    let own = Architecture(choices: [])
    let job = EngineJob(program: try supernet.program(for: own, batch: batch, pass: .forward), batch: 0)
    _ = try supernet.context.evaluate([job], statistics: .record(factor: 1))
    let answer = try supernet.context.answers(of: [job], statistics: .fixed)[0].logits
    // The same weights in twice the precision: what all others are held against.
    let exact = try Supernet(plan, library: library, options: EngineOptions(elementType: .float64))
    for index in plan.tensors.indices {
      try exact.context.write(supernet.context.read(of: index, as: Double.self), of: index)
    }
    try exact.context.writeBatch(0, images: images, labels: [Int](repeating: 0, count: batch), shape: shape)
    let exactJob = EngineJob(program: try exact.program(for: own, batch: batch, pass: .forward), batch: 0)
    logits = try exact.context.answers(of: [exactJob], statistics: .fixed)[0].logits
    let greatest = logits.reduce(1e-12) { max($0, abs($1)) }
    ownDifference = zip(answer, logits).reduce(0) { max($0, abs($1.0 - $1.1)) } / greatest
    var tensors: [String: (shape: [Int], values: [Float])] = [:]
    for tensor in try supernet.savedWeights() {
      if case .float32(let values) = tensor.values { tensors[tensor.name] = (tensor.shape, values) }
    }
    weights = try NetworkTensors(of: network, file: "trial", tensors)
  }

  /// Writes all files and asks Python about them.
  func compare(in folder: String, with peer: ExportPeer) throws -> ExportAnswer {
    let stem = "\(folder)/network"
    let input = network.space.input
    try replaceFile("\(stem).images", with: channelsFirst(images, input, count: batch).withUnsafeBytes(Array.init))
    try replaceFile("\(stem).logits", with: logits.withUnsafeBytes(Array.init))
    for (ending, batchNorm) in [("", ONNXModel.BatchNorm.folded), ("-kept", .kept)] {
      let model = ONNXModel(of: network, weights: weights, batchNorm: batchNorm)
      try replaceFile("\(stem)\(ending).onnx", with: model.data(version: Espalier.version))
    }
    let module = TorchModule(of: network)
    try replaceFile("\(stem).py", with: Array(module.source(weightsFile: "network.safetensors", facts: []).utf8))
    try replaceFile("\(stem).safetensors", with: module.file(weights, facts: []))
    let shape = [batch, input.channels, input.height, input.width]
    return try peer.ask(
      [
        ("task", .string("compare")), ("stem", .string(stem)), ("shape", .array(shape.map { .integer($0) })),
        ("classes", .integer(network.space.classes)),
      ], as: ExportAnswer.self)
  }
}
