package import Distributions
import Foundation
import GRDB
import Supernet

/// The contents of a run's database, also while another process writes it.
package struct RunReader: Sendable {
  private let queue: DatabaseQueue
  private let run: String
  private let path: String

  /// Nil: the run has no database yet.
  ///
  /// - Throws: `RunError`.
  package init?(of run: String) throws {
    self.run = run
    path = "\(run)/\(RunDirectory.File.steps.rawValue)"
    guard RunDirectory.has(.steps, in: run) else { return nil }
    var configuration = Configuration()
    // What a process has left that was killed while it made or reopened the file must be taken back before reading.
    configuration.readonly = !RunDatabase.hasJournal(path)
    configuration.busyMode = .timeout(10)
    do {
      queue = try DatabaseQueue(path: path, configuration: configuration)
    } catch let error as DatabaseError {
      throw runError(error, path: path, run: run, isWriting: false)
    }
  }

  func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
    do {
      return try queue.read(body)
    } catch let error as DatabaseError {
      throw runError(error, path: path, run: run, isWriting: false)
    }
  }

  /// Whether the process that made the file was stopped before it had made the tables.
  private func isEmpty(_ database: Database) throws -> Bool { try !database.tableExists("step") }

  package func stepCount() throws -> Int {
    try read { database in
      if try isEmpty(database) { return 0 }
      return try Int.fetchOne(database, sql: "SELECT count(*) FROM step") ?? 0
    }
  }

  /// Networks drawn, over all steps.
  package func drawCount() throws -> Int {
    try read { database in
      if try isEmpty(database) { return 0 }
      return try Int.fetchOne(database, sql: "SELECT count(*) FROM draw") ?? 0
    }
  }

  /// How many candidates were scored, the last of them, and the best score of its stage; nil: none.
  package func candidates() throws -> (count: Int, last: CandidateRecord, best: Double)? {
    try read { database in
      guard try database.tableExists("candidate"),
        let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM candidate"),
        let row = try Row.fetchOne(
          database, sql: "SELECT stage, generation, origin, score FROM candidate ORDER BY step DESC LIMIT 1"),
        let origin = Proposal.Origin(rawValue: row[2] as String)
      else { return nil }
      let last = CandidateRecord(stage: row[0], generation: row[1], origin: origin, score: try number(row, 3))
      let scores = try Row.fetchAll(
        database, sql: "SELECT score FROM candidate WHERE stage = ?", arguments: [last.stage])
      let best = try scores.map { try number($0, 0) }.filter { !$0.isNaN }.max()
      return (count, last, best ?? last.score)
    }
  }

  /// Hands on every step, in order.
  ///
  /// - Complexity: One step in memory at a time.
  package func forEachStep(_ body: (StepRecord) throws -> Void) throws {
    try read { database in
      if try isEmpty(database) { return }
      // Runs of versions before one-shot methods have no such table.
      let scored = try database.tableExists("candidate")
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT step.step, epoch, is_warm_up, entropy, gradient_norm, choices, macs, training_loss, validation_loss,
            weight, share, measured, \(scored ? "stage, generation, origin, score" : "NULL, NULL, NULL, NULL")
          FROM step JOIN draw USING (step) \(scored ? "LEFT JOIN candidate USING (step)" : "")
          ORDER BY step.step, number
          """)
      var current: StepRecord?
      while let row = try rows.next() {
        let draw = try draw(row)
        if let record = current, record.step == row[0] as Int {
          current = record.with(draw)
          continue
        }
        if let current { try body(current) }
        current = StepRecord(
          step: row[0], epoch: row[1], entropy: try number(row, 3), isWarmUp: row[2], draws: [draw],
          gradientNorm: try number(row, 4), candidate: try candidate(row))
      }
      if let current { try body(current) }
    }
  }

  private func candidate(_ row: Row) throws -> CandidateRecord? {
    guard let stage = row[12] as Int? else { return nil }
    guard let origin = (row[14] as String?).flatMap(Proposal.Origin.init(rawValue:)) else {
      throw damaged("where a candidate comes from")
    }
    return CandidateRecord(stage: stage, generation: row[13], origin: origin, score: try number(row, 15))
  }

  private func draw(_ row: Row) throws -> DrawRecord {
    DrawRecord(
      choices: try choices(row[5]), macs: row[6], measured: row[11], trainingLoss: try optionalNumber(row, 7),
      validationLoss: try optionalNumber(row, 8), weight: try number(row, 9), share: try optionalNumber(row, 10))
  }

  /// The distributions that were kept, by the number of steps before them.
  package func snapshots() throws -> [(steps: Int, distribution: DistributionSnapshot)] {
    try read { database in
      if try isEmpty(database) { return [] }
      var forms: [String: DistributionSnapshot] = [:]
      for row in try Row.fetchAll(database, sql: "SELECT name, groups FROM form") {
        forms[row[0]] = try JSONDecoder().decode(DistributionSnapshot.self, from: Data((row[1] as String).utf8))
      }
      return try Row.fetchAll(database, sql: "SELECT step, form, logits FROM snapshot ORDER BY step").map { row in
        let bytes = Array(row[2] as Data)
        let logits = stride(from: 0, to: bytes.count - 7, by: 8).map { place in
          Double(bitPattern: bytes[place..<place + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) })
        }
        guard let snapshot = forms[row[1]]?.with(logits: logits) else { throw damaged("a snapshot's length") }
        return (row[0], snapshot)
      }
    }
  }

  /// Engines other than the first that went on with the run, with the steps before each.
  package func otherEngines() throws -> [(steps: Int, name: String)] {
    try read { database in
      if try isEmpty(database) { return [] }
      return try Row.fetchAll(database, sql: "SELECT step, name FROM engine ORDER BY step").map { ($0[0], $0[1]) }
    }
  }

  /// The networks that were trained, by their number.
  package func networks() throws -> [Int: RetrainedNetwork] {
    try read { database in
      if try isEmpty(database) { return [:] }
      var networks: [Int: RetrainedNetwork] = [:]
      for row in try Row.fetchAll(database, sql: "SELECT * FROM network") {
        networks[row[0]] = RetrainedNetwork(
          label: row[1], choices: try choices(row[2]), macs: row[3], parameters: row[4],
          result: TrainingResult(
            accuracy: try number(row, 5), testLoss: try number(row, 6), trainingLoss: try number(row, 7),
            images: row[8]))
      }
      return networks
    }
  }

  private func choices(_ text: String) throws -> [Int?] {
    try JSONDecoder().decode([Int?].self, from: Data(text.utf8))
  }

  func number(_ row: Row, _ column: Int) throws -> Double {
    guard let value = try optionalNumber(row, column) else { throw damaged("a number that is not there") }
    return value
  }

  func optionalNumber(_ row: Row, _ column: Int) throws -> Double? {
    let value: DatabaseValue = row[column]
    switch value.storage {
    case .null: return nil
    case .int64(let number): return Double(number)
    case .double(let number): return number
    case .string("nan"): return .nan
    case .string("inf"): return .infinity
    case .string("-inf"): return -.infinity
    case .string, .blob: throw damaged("a number")
    }
  }

  private func damaged(_ what: String) -> RunError {
    .databaseDamaged(path: path, run: run, reason: "\(what) is not what this version writes")
  }
}

extension StepRecord {
  /// The record with one more draw.
  fileprivate func with(_ draw: DrawRecord) -> StepRecord {
    StepRecord(
      step: step, epoch: epoch, entropy: entropy, isWarmUp: isWarmUp, draws: draws + [draw],
      gradientNorm: gradientNorm, candidate: candidate)
  }
}
