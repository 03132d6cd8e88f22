import CEngine

/// A program to be run on a batch.
package struct EngineJob: Sendable {
  package var program: EngineProgram
  /// The slot given to `writeBatch`.
  package var batch: Int
  /// How often the program was drawn, 1 or more: the job counts as that many equal ones.
  package var multiplicity: Int

  package init(program: EngineProgram, batch: Int, multiplicity: Int = 1) {
    self.program = program
    self.batch = batch
    self.multiplicity = multiplicity
  }
}

/// What a job found.
package struct EngineOutcome: Hashable, Sendable {
  /// Mean cross-entropy without label smoothing, natural logarithm.
  package let loss: Double
  /// Images whose largest logit is that of their label.
  package let correct: Int
  /// The job's share of an `accumulate` call's gradient, all of its draws together; 0 after `evaluate`.
  package let weight: Double

  init(_ outcome: es_outcome) {
    loss = outcome.loss
    correct = Int(outcome.correct)
    weight = outcome.weight
  }
}

/// An outcome with the logits it comes from, row-major [n, classes].
package struct EngineAnswer: Hashable, Sendable {
  package let outcome: EngineOutcome
  package let logits: [Double]
}

/// Where batch norm takes its mean and variance from.
package enum EngineStatistics: Hashable, Sendable {
  /// From the batch.
  case batch
  /// From the batch, and running = (1 - factor) * running + factor * batch once all jobs are done, in job order.
  case record(factor: Double)
  /// From the batch, and once all jobs are done the running statistics are the mean over their batches and over as many
  /// as came before, which they are the mean of.
  case mean(after: Int)
  /// From the running statistics.
  case fixed

  var encoded: (mode: Int32, factor: Double) {
    switch self {
    case .batch: (Int32(ES_BATCH_STATISTICS.rawValue), 0)
    case .record(let factor): (Int32(ES_RECORD_STATISTICS.rawValue), factor)
    case .mean(let count): (Int32(ES_MEAN_STATISTICS.rawValue), 1 / Double(count + 1))
    case .fixed: (Int32(ES_FIXED_STATISTICS.rawValue), 0)
    }
  }
}

/// How the gradients of an `accumulate` call's jobs are weighted.
package enum EngineWeighting: Hashable, Sendable {
  /// w_k = softmax over draws of -scale * n * loss_k (FP-NAS, eq. 5). Scale 1 is the batch's likelihood.
  case importance(scale: Double)
  /// w_k = multiplicity_k / sum of multiplicities.
  case uniform

  var encoded: (weighting: Int32, scale: Double) {
    switch self {
    case .importance(let scale): (Int32(ES_WEIGHT_IMPORTANCE.rawValue), scale)
    case .uniform: (Int32(ES_WEIGHT_UNIFORM.rawValue), 1)
    }
  }
}
