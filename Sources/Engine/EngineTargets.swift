/// What an output is trained towards beside its labels: one row for each label.
package struct EngineTargets: Hashable, Sendable {
  /// A network to learn from: Hinton, Vinyals and Dean 2015 (arXiv 1503.02531), section 2.
  package struct Teacher: Hashable, Sendable {
    /// Shape [rows, classes].
    package var logits: [Float]
    /// Of the loss, from 0 to 1.
    package var share: Double
    /// T > 0 in share T² KL(softmax(teacher / T) || softmax(network / T)).
    package var temperature: Double

    package init(logits: [Float], share: Double, temperature: Double) {
      self.logits = logits
      self.share = share
      self.temperature = temperature
    }
  }

  package var rows: Int
  package var classes: Int
  /// Rows that sum to 1, in place of one-hot labels; nil: the labels. Shape [rows, classes].
  package var shares: [Float]?
  package var teacher: Teacher?

  package init(rows: Int, classes: Int, shares: [Float]? = nil, teacher: Teacher? = nil) {
    self.rows = rows
    self.classes = classes
    self.shares = shares
    self.teacher = teacher
  }

  var count: Int { rows * classes }
}
