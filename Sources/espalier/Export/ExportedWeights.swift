import Datasets
import Engine
import Exporters
import Search
import SpaceIR
import Supernet

extension ExportSubject {
  /// The numbers that are exported: of a file, of the run's folder, or first values from a seed.
  ///
  /// - Throws: `CommandFailure` where a file is no safetensors file or holds the weights of another network.
  func weights(file: String?, seed: UInt64?) throws -> NetworkTensors {
    guard let file = file ?? (seed == nil ? ownWeights : nil) else {
      return NetworkTensors(of: network, seed: seed ?? 0)
    }
    FilesRead.note(file)
    guard let bytes = try translatingFailures({ try RunDirectory.bytes(at: file) }) else {
      throw CommandFailure("there is no file '\(file)'", status: .couldNotRun)
    }
    do {
      return try NetworkTensors(of: network, file: file, Self.tensors(try TensorFile(reading: bytes, .ifThere)))
    } catch let error as TensorFileError {
      throw CommandFailure("'\(file)' cannot be read as safetensors: \(error)", status: .couldNotRun)
    } catch let error as NetworkTensorsError {
      throw CommandFailure(error.description)
    }
  }

  /// By name; a checkpoint of a training has the values of its tensors under `value/`.
  private static func tensors(_ file: TensorFile) -> [String: (shape: [Int], values: [Float])] {
    var result: [String: (shape: [Int], values: [Float])] = [:]
    for tensor in file.tensors {
      let values: [Float]
      switch tensor.values {
      case .float32(let numbers): values = numbers
      case .float64(let numbers): values = numbers.map(Float.init)
      }
      let name = tensor.name.hasPrefix("value/") ? String(tensor.name.dropFirst("value/".count)) : tensor.name
      result[name] = (tensor.shape, values)
    }
    return result
  }
}

extension NetworkTensors.Origin {
  /// For people.
  var words: String {
    switch self {
    case .seed(let seed): "first values from seed \(seed): the network is not trained"
    case .file(let file): file
    }
  }

  /// For the file itself, which is to be the same wherever it was made.
  var label: String {
    switch self {
    case .seed(let seed): "seed \(seed)"
    case .file(let file): file.split(separator: "/").last.map(String.init) ?? file
    }
  }
}

extension TorchModule {
  /// The bytes of the safetensors file that the module loads.
  ///
  /// - Parameter facts: Go into its `__metadata__`.
  func file(_ weights: NetworkTensors, facts: [(key: String, value: String)]) throws -> [UInt8] {
    var file = TensorFile(tensors(weights).map { TensorFile.Tensor($0.name, $0.shape, .float32($0.values)) })
    file.texts = Dictionary(facts.map { ($0.key, $0.value) }) { first, _ in first }
    var bytes: [UInt8] = []
    try file.write(.ifThere) { bytes.append(contentsOf: $0) }
    return bytes
  }
}

extension ExportSubject {
  /// The ranges of the network's values over the first images of a data set's training part.
  func ranges(_ weights: NetworkTensors, data: String, images: Int) throws -> [NodeID: ClosedRange<Float>] {
    try translatingFailures {
      let splits = try DatasetSource(parsing: data).load(SplitOptions(seed: 0))
      let library = try EngineLibrary.load(folders: engineFolders, device: .cpu)
      return try Calibration(network, weights, images: splits.trainAndValidation, count: images, library).ranges
    }
  }
}
