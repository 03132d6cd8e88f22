import Engine
import SpacePlanner

/// Which planes a training keeps beside the values and the momentum.
package struct KeptPlanes: Hashable, Sendable {
  package var average: Bool
  /// The mean of squared gradients.
  package var square: Bool

  package init(average: Bool = false, square: Bool = false) {
    self.average = average
    self.square = square
  }

  package static let momentum = KeptPlanes()
}

extension Supernet {
  /// Everything that decides how a training with momentum goes on: values (running statistics among them), velocities,
  /// averages, and how often each tensor was updated. Bit for bit.
  package func savedState(_ kept: KeptPlanes) throws -> [TensorFile.Tensor] {
    var saved: [TensorFile.Tensor] = []
    var counts: [Double] = []
    for (index, tensor) in plan.tensors.enumerated() {
      saved.append(TensorFile.Tensor("value/\(tensor.name)", tensor.shape, try values(.value, of: index)))
      guard tensor.isTrained else { continue }
      let updates = try context.read(.steps, of: index, as: Double.self)[0]
      counts.append(updates)
      // A tensor that was never updated has no other plane; an average that is written would count as begun.
      guard updates > 0 else { continue }
      saved.append(TensorFile.Tensor("momentum/\(tensor.name)", tensor.shape, try values(.momentum, of: index)))
      for (plane, name, isKept) in [(EnginePlane.average, "average", kept.average), (.square, "square", kept.square)]
      where isKept {
        saved.append(TensorFile.Tensor("\(name)/\(tensor.name)", tensor.shape, try values(plane, of: index)))
      }
    }
    saved.append(TensorFile.Tensor("updates", [counts.count], .float64(counts)))
    return saved
  }

  /// The values of all tensors under their own names, batch norm's statistics among them: what `weights.safetensors` of a
  /// run holds.
  package func savedWeights() throws -> [TensorFile.Tensor] {
    try plan.tensors.enumerated().map { index, tensor in
      TensorFile.Tensor(tensor.name, tensor.shape, try values(.value, of: index))
    }
  }

  /// Puts a saved state back into a supernet of the same plan that was not trained yet.
  ///
  /// - Throws: `TensorFileError.unexpected` where the file is of another plan; `EngineError`.
  package func restoreState(_ file: TensorFile) throws {
    let tensors = Dictionary(file.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    func restore(_ plane: EnginePlane, _ name: String, of index: Int) throws {
      guard let found = tensors[name], found.shape == plan.tensors[index].shape else {
        throw TensorFileError.unexpected("'\(name)'")
      }
      switch found.values {
      case .float32(let values): try context.write(values, to: plane, of: index)
      case .float64(let values): try context.write(values, to: plane, of: index)
      }
    }
    guard case .float64(let counts)? = tensors["updates"]?.values,
      counts.count == plan.tensors.count(where: \.isTrained)
    else { throw TensorFileError.unexpected("'updates'") }
    var trained = 0
    for (index, tensor) in plan.tensors.enumerated() {
      try restore(.value, "value/\(tensor.name)", of: index)
      guard tensor.isTrained else { continue }
      defer { trained += 1 }
      guard counts[trained] > 0 else { continue }
      try context.write([counts[trained]], to: .steps, of: index)
      try restore(.momentum, "momentum/\(tensor.name)", of: index)
      for (plane, name) in [(EnginePlane.average, "average/\(tensor.name)"), (.square, "square/\(tensor.name)")]
      where tensors[name] != nil {
        try restore(plane, name, of: index)
      }
    }
  }

  private func values(_ plane: EnginePlane, of tensor: Int) throws -> TensorFile.Values {
    switch context.options.elementType {
    case .float32: .float32(try context.read(plane, of: tensor, as: Float.self))
    case .float64: .float64(try context.read(plane, of: tensor, as: Double.self))
    }
  }
}
