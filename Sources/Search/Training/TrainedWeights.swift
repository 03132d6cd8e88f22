package import Datasets
import Engine
import Foundation
import SpacePlanner
package import Supernet

/// What a network is called in a file of weights.
package struct NetworkNames: Hashable, Sendable {
  package var space: String
  package var spaceHash: String
  /// The hash of the network as a space without decisions; nil: nobody has computed it, as in searches.
  package var architectureHash: String?

  package init(space: String, spaceHash: String, architectureHash: String?) {
    self.space = space
    self.spaceHash = spaceHash
    self.architectureHash = architectureHash
  }
}

/// The numbers of one trained network: every tensor of its plan by name, running statistics of batch norm included, and
/// in the file's texts what they belong to.
///
/// docs/train.md, section "The weights", has the format for other tools.
package struct TrainedWeights: Hashable, Sendable {
  package static let format = "espalier weights 1"

  package let file: TensorFile
  /// As they were numbered in training; nil: the file does not say.
  package let classes: [String]?

  /// - Parameter images: What the network was trained on, for its classes and the scale of its inputs.
  package init(of network: Supernet, _ names: NetworkNames, images: any ImageStore) throws {
    let (scale, classNames) = (images.normalisation, images.identity.classNames)
    var texts = [
      "format": Self.format, "space": names.space, "space_hash": names.spaceHash, "input": images.shape.description,
      "classes": try Self.json(classNames), "mean": try Self.json(scale.mean),
      "deviation": try Self.json(scale.deviation),
    ]
    texts["architecture_hash"] = names.architectureHash
    file = TensorFile(try network.savedWeights(), texts: texts)
    classes = classNames
  }

  private static func json(_ values: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    return String(decoding: try encoder.encode(values), as: UTF8.self)
  }

  /// - Throws: `WeightsError` where the file is missing, damaged or no file of weights.
  package init(reading path: String) throws(WeightsError) {
    do {
      guard let bytes = try readFile(path) else { throw WeightsError.missing(path: path) }
      file = try TensorFile(reading: bytes, .ifThere)
    } catch let error as WeightsError {
      throw error
    } catch RunError.cannotRead(_, let reason) {
      throw .unreadable(path: path, reason: reason)
    } catch {
      throw .unreadable(path: path, reason: "it is no file of weights, or damaged: \(error)")
    }
    // Other programs write weights without saying what they belong to: names and shapes tell.
    guard file.texts["format"] ?? Self.format == Self.format else {
      throw .unreadable(path: path, reason: "it is no file of weights of this version")
    }
    guard let text = file.texts["classes"] else {
      classes = nil
      return
    }
    guard let known = try? JSONDecoder().decode([String].self, from: Data(text.utf8)) else {
      throw .unreadable(path: path, reason: "its text 'classes' is no list of names")
    }
    classes = known
  }

  package var architectureHash: String { file.texts["architecture_hash"] ?? "" }
  package var space: String { file.texts["space"] ?? "" }

  /// Writes them into a network that was not trained.
  ///
  /// - Throws: `WeightsError.otherNetwork` where names or shapes differ, naming the first; `EngineError`.
  package func load(into network: Supernet, path: String) throws {
    let tensors = Dictionary(file.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let names = Set(network.plan.tensors.map(\.name))
    if let stranger = file.tensors.first(where: { !names.contains($0.name) && $0.name != "checksum" }) {
      throw WeightsError.otherNetwork(path: path, reason: "it has '\(stranger.name)', which the network has not")
    }
    for (index, tensor) in network.plan.tensors.enumerated() {
      guard let found = tensors[tensor.name] else {
        throw WeightsError.otherNetwork(path: path, reason: "the network has '\(tensor.name)', which it has not")
      }
      guard found.shape == tensor.shape else {
        throw WeightsError.otherNetwork(
          path: path, reason: "its '\(tensor.name)' has the shape \(found.shape), and the network's \(tensor.shape)")
      }
      switch found.values {
      case .float32(let values): try network.context.write(values, of: index)
      case .float64(let values): try network.context.write(values, of: index)
      }
    }
  }
}

/// Why weights cannot be used.
package enum WeightsError: Error, Hashable, Sendable, CustomStringConvertible {
  case missing(path: String)
  case unreadable(path: String, reason: String)
  case otherNetwork(path: String, reason: String)

  package var description: String {
    switch self {
    case .missing(let path): "there is no file '\(path)'"
    case .unreadable(let path, let reason): "'\(path)' cannot be read: \(reason)"
    case .otherNetwork(let path, let reason):
      """
      the weights '\(path)' are of another network: \(reason)
      help: take the weights that were written beside this architecture
      """
    }
  }
}
