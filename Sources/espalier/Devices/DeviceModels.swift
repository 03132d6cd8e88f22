import Devices
import Exporters
import SpaceIR
import SpacePlanner

/// Kernels and networks as models that devices run, with random weights: latency does not ask for others.
enum DeviceModels {
  /// The least that a device can be asked for: what a call takes by itself.
  static let empty = KernelShape(
    .activation, [.integer(1), .integer(1), .integer(1), .word(ActivationFunction.relu.rawValue), .integer(1)],
    followers: [])

  static func write(_ kernel: KernelShape, number: Int, in folder: String) throws -> ModelFile {
    let network = try translatingFailures { try BoundNetwork(kernel: kernel) }
    return try write(network, id: id(of: kernel), number: number, in: folder)
  }

  static func write(_ architecture: Architecture, of space: Space, number: Int, in folder: String) throws -> ModelFile {
    let bound: Space
    do throws(EvaluationError) { bound = try space.bound(to: architecture) } catch {
      preconditionFailure("a network that was drawn is a member: \(error)")
    }
    let network = try translatingFailures { try BoundNetwork(bound) }
    return try write(network, id: "network-\(number + 1)", number: number, in: folder)
  }

  private static func write(_ network: BoundNetwork, id: String, number: Int, in folder: String) throws -> ModelFile {
    let model = ONNXModel(of: network, weights: NetworkTensors(of: network, seed: 1))
    let inputs = network.inputs.map { input in
      ModelFile.Input(name: input.name, shape: [1, input.shape.channels, input.shape.height, input.shape.width])
    }
    let bytes = model.data(version: Espalier.version)
    let path = "\(folder)/model-\(number).onnx"
    try replaceFile(path, with: bytes)
    return ModelFile(id: id, path: path, sha256: SHA256.digest(bytes), inputs: inputs)
  }

  /// What notes call a kernel, without blanks: `conv(in=3x8x8,channels=8,kernel=3)`.
  static func id(of kernel: KernelShape) -> String {
    let entries = kernel.entries
    let rest = entries.dropFirst().map { "\($0.name)=\($0.text.replacing(", ", with: "+"))" }
    return "\(entries[0].text)(\(rest.joined(separator: ",")))"
  }
}
