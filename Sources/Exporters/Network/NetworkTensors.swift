import Distributions
import SpacePlanner

/// The numbers of a network's tensors, by the names that trainings save them under.
package struct NetworkTensors: Sendable {
  private let values: [String: [Float]]
  package let origin: Origin

  package enum Origin: Hashable, Sendable {
    /// First values from a seed: batch norm has mean 0 and variance 1.
    case seed(UInt64)
    /// Trained ones.
    case file(String)
  }

  /// The numbers of a tensor.
  ///
  /// - Precondition: The tensor is one of the network that the weights were made for.
  package subscript(name: String) -> [Float] {
    guard let found = values[name] else { preconditionFailure("weights were checked: '\(name)' is missing") }
    return found
  }

  /// First values, those that a training from the same seed begins with.
  package init(of network: BoundNetwork, seed: UInt64) {
    origin = .seed(seed)
    let normals = namedNormals(seed: seed, stream: weightStream)
    var values: [String: [Float]] = [:]
    for tensor in network.tensors { values[tensor.name] = tensor.firstValues(normals) }
    self.values = values
  }

  /// - Parameter tensors: By name, values in the order of the shape; others than the network's are left out.
  /// - Throws: `NetworkTensorsError` where one is missing or has another shape.
  package init(
    of network: BoundNetwork, file: String, _ tensors: [String: (shape: [Int], values: [Float])]
  ) throws(NetworkTensorsError) {
    origin = .file(file)
    var found: [String: [Float]] = [:]
    let missing = network.tensors.filter { tensors[$0.name] == nil }
    if let first = missing.first {
      throw .missing(tensor: first.name, count: missing.count, of: network.tensors.count, file: file)
    }
    for tensor in network.tensors {
      guard let given = tensors[tensor.name] else { continue }
      guard given.shape == tensor.shape, given.values.count == tensor.count else {
        throw .shape(tensor: tensor.name, expected: tensor.shape, found: given.shape, file: file)
      }
      if let place = given.values.firstIndex(where: { !$0.isFinite }) {
        throw .notFinite(tensor: tensor.name, place: place, file: file)
      }
      found[tensor.name] = given.values
    }
    values = found
  }
}

/// Why a file's weights are not a network's.
package enum NetworkTensorsError: Error, Hashable, Sendable {
  case missing(tensor: String, count: Int, of: Int, file: String)
  case shape(tensor: String, expected: [Int], found: [Int], file: String)
  case notFinite(tensor: String, place: Int, file: String)
}

extension NetworkTensorsError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missing(let tensor, let count, let total, let file):
      "'\(file)' has weights of another network: \(count) of \(total) tensors are missing, '\(tensor)' first"
    case .shape(let tensor, let expected, let found, let file):
      "'\(file)' has weights of another network: '\(tensor)' is \(words(found)) there, and \(words(expected)) here"
    case .notFinite(let tensor, let place, let file):
      "'\(file)' has a number in '\(tensor)' that is not finite, the one at place \(place)"
    }
  }

  private func words(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: " x ") }
}
