import CEngine

/// One optimiser step. Only tensors that were touched since the last update move.
package struct EngineUpdate: Hashable, Sendable {
  package enum Optimiser: Hashable, Sendable {
    /// v = momentum * v + g; w -= rate * v.
    case sgd(momentum: Double)
    /// Kingma and Ba 2014 (arXiv 1412.6980), algorithm 1; steps are counted per tensor.
    case adam(beta1: Double, beta2: Double, epsilon: Double)
    /// s = decay * s + (1 - decay) * g²; v = momentum * v + g / (√s + epsilon); w -= rate * v.
    case rmsProp(decay: Double, momentum: Double, epsilon: Double)
  }

  package var optimiser: Optimiser
  package var rate: Double
  /// Times the value, added to the gradient of weights.
  package var weightDecay: Double
  /// The L2 norm over all touched gradients is clipped to this.
  package var clipNorm: Double?
  /// Decay of the moving average of the touched tensors.
  package var averageDecay: Double?

  package init(
    _ optimiser: Optimiser, rate: Double, weightDecay: Double = 0, clipNorm: Double? = nil,
    averageDecay: Double? = nil
  ) {
    self.optimiser = optimiser
    self.rate = rate
    self.weightDecay = weightDecay
    self.clipNorm = clipNorm
    self.averageDecay = averageDecay
  }

  var encoded: es_update {
    var update = es_update()
    update.rate = rate
    update.weight_decay = weightDecay
    update.clip_norm = clipNorm ?? 0
    update.average_decay = averageDecay ?? 0
    switch optimiser {
    case .sgd(let momentum):
      update.optimiser = Int32(ES_SGD.rawValue)
      update.momentum = momentum
    case .adam(let beta1, let beta2, let epsilon):
      update.optimiser = Int32(ES_ADAM.rawValue)
      update.momentum = beta1
      update.second = beta2
      update.epsilon = epsilon
    case .rmsProp(let decay, let momentum, let epsilon):
      update.optimiser = Int32(ES_RMSPROP.rawValue)
      update.second = decay
      update.momentum = momentum
      update.epsilon = epsilon
    }
    return update
  }
}

/// Bytes of a context's tensors.
package struct EngineMemory: Hashable, Sendable {
  package let parameters: Int
  package let gradients: Int
  package let optimiser: Int
  /// Of all lanes.
  package let arenas: Int
  /// Most bytes alive at once since the last reset, temporaries included.
  package let peak: Int

  init(_ memory: es_memory) {
    parameters = Int(memory.parameter_bytes)
    gradients = Int(memory.gradient_bytes)
    optimiser = Int(memory.optimiser_bytes)
    arenas = Int(memory.arena_bytes)
    peak = Int(memory.peak_bytes)
  }
}
