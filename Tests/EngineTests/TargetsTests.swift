import Foundation
import Testing

@testable import Engine

/// What an output is trained towards beside its labels: mixed labels and a teacher.
@Suite struct TargetsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let smoothing: Double
    let isMixed: Bool
    /// Share and temperature.
    let teacher: (share: Double, temperature: Double)?

    var testDescription: String { "smoothing \(smoothing), mixed \(isMixed), teacher \(String(describing: teacher))" }
  }

  static let cases = [0, 0.1].flatMap { smoothing in
    [false, true].flatMap { isMixed in
      [nil, (0.5, 1), (0.5, 4), (1, 2), (0, 3)].map {
        Case(smoothing: smoothing, isMixed: isMixed, teacher: $0)
      }
    }
  }

  private static let (rows, classes) = (5, 4)
  private static let labels = [3, 0, 1, 2, 0]
  private static let random = {
    var random = SeededRandom(seed: 11)
    return (0..<2 * rows * classes).map { _ in Float(random.uniform(-2...2)) }
  }()
  /// Two labels a row, with shares that are exact in float32.
  private static let mixed = (0..<rows * classes).map { place -> Float in
    let (row, column) = (place / classes, place % classes)
    return (column == labels[row] ? 0.75 : 0) + (column == labels[(row + 1) % rows] ? 0.25 : 0)
  }

  private static func targets(_ example: Case) -> EngineTargets? {
    guard example.isMixed || example.teacher != nil else { return nil }
    return EngineTargets(
      rows: rows, classes: classes, shares: example.isMixed ? mixed : nil,
      teacher: example.teacher.map {
        .init(logits: Array(random.prefix(rows * classes)), share: $0.share, temperature: $0.temperature)
      })
  }

  /// Logits are the images themselves times a weight, plus a bias, so that the bias's gradient is that of the logits
  /// summed over rows.
  private func network(_ smoothing: Double) -> (TestNetwork, EngineBuffer.ID) {
    var network = TestNetwork(input: .init(n: Self.rows, c: 6), margin: .none, smoothing: smoothing)
    let logits = network.classify([network.images], classes: Self.classes)
    return (network, logits)
  }

  @Test(arguments: cases)
  func `the gradient is that of the loss that is written down`(example: Case) throws {
    let (network, logits) = network(example.smoothing)
    let context = try network.context()
    try context.writeBatch(0, images: network.batchImages(), labels: Self.labels, shape: network.input)
    if let targets = Self.targets(example) { try context.writeTargets(targets, to: 0) }
    let job = EngineJob(program: network.program(logits: logits), batch: 0)
    let answer = try context.answers(of: [job], statistics: .batch)[0]
    let plain = loss(answer.logits, Case(smoothing: 0, isMixed: example.isMixed, teacher: nil))
    #expect(abs(answer.outcome.loss - plain) < 1e-13)
    _ = try context.accumulate([job], weighting: .uniform)
    let found = try context.read(.gradient, of: 1, as: Double.self)
    let step = 1e-5
    for column in 0..<Self.classes {
      func moved(_ by: Double) -> Double {
        loss(answer.logits.enumerated().map { $0.element + ($0.offset % Self.classes == column ? by : 0) }, example)
      }
      // Central differences: an error of step² times a third derivative of about 1, and 1e-16 / step of rounding.
      #expect(abs(found[column] - (moved(step) - moved(-step)) / (2 * step)) < 1e-9)
    }
  }

  /// The loss as CEngine.h states it, over rows.
  private func loss(_ logits: [Double], _ example: Case) -> Double {
    func shares(_ row: [Double], _ temperature: Double) -> [Double] {
      let powers = row.map { exp($0 / temperature) }
      return powers.map { $0 / powers.reduce(0, +) }
    }
    var sum = 0.0
    for row in 0..<Self.rows {
      let range = row * Self.classes..<(row + 1) * Self.classes
      let own = Array(logits[range])
      for (column, share) in shares(own, 1).enumerated() {
        let hard =
          example.isMixed ? Double(Self.mixed[range][range.lowerBound + column]) : column == Self.labels[row] ? 1 : 0
        let target = (1 - example.smoothing) * hard + example.smoothing / Double(Self.classes)
        sum -= (1 - (example.teacher?.share ?? 0)) * target * log(share)
      }
      guard let (share, temperature) = example.teacher else { continue }
      let taught = shares(Self.random[range].map(Double.init), temperature)
      for (theirs, ours) in zip(taught, shares(own, temperature)) {
        sum += share * temperature * temperature * theirs * log(theirs / ours)
      }
    }
    return sum / Double(Self.rows)
  }

  @Test func `a new batch has no targets`() throws {
    let (network, logits) = network(0)
    let context = try network.context()
    let job = EngineJob(program: network.program(logits: logits), batch: 0)
    func write() throws {
      try context.writeBatch(0, images: network.batchImages(), labels: Self.labels, shape: network.input)
    }
    try write()
    let plain = try context.evaluate([job], statistics: .batch)
    try context.writeTargets(EngineTargets(rows: Self.rows, classes: Self.classes, shares: Self.mixed), to: 0)
    #expect(try context.evaluate([job], statistics: .batch) != plain)
    try write()
    #expect(try context.evaluate([job], statistics: .batch) == plain)
  }

  @Test func `targets that do not fit are refused`() throws {
    let (network, logits) = network(0)
    let context = try network.context()
    func message(_ body: () throws -> Void) -> String {
      do { try body() } catch let error as EngineError { return error.message } catch { return "\(error)" }
      return "accepted"
    }
    let good = EngineTargets(rows: Self.rows, classes: Self.classes, shares: Self.mixed)
    #expect(message { try context.writeTargets(good, to: 7) } == "nothing was written to batch slot 7")
    try context.writeBatch(0, images: network.batchImages(), labels: Self.labels, shape: network.input)
    #expect(message { try context.writeTargets(good, of: 1, to: 0) } == "the batch has no labels for output 1")
    let short = EngineTargets(rows: 4, classes: 4, shares: Array(Self.mixed.prefix(16)))
    #expect(message { try context.writeTargets(short, to: 0) } == "there is one row of targets for each label")
    let teacher = EngineTargets.Teacher(logits: Self.mixed, share: 1.5, temperature: 1)
    #expect(
      message { try context.writeTargets(EngineTargets(rows: 5, classes: 4, teacher: teacher), to: 0) }
        == "a teacher's share is not in 0 ... 1")
    let wide = EngineTargets(rows: 5, classes: 2, shares: [Float](repeating: 0.5, count: 10))
    try context.writeTargets(wide, to: 0)
    let job = EngineJob(program: network.program(logits: logits), batch: 0)
    #expect(
      message { _ = try context.evaluate([job], statistics: .batch) }.contains(
        "targets of 2 classes for logits of 4"))
  }
}
