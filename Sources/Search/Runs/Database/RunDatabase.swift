package import Distributions
import Foundation
import GRDB
import Supernet

/// `run.sqlite`: what a run did step by step, for itself, for `status` and `report`, and for any other tool.
///
/// While a run works the database is in write-ahead mode, so that others can read it at any time and a process that is
/// killed leaves whole transactions, one a step. `finish` rewrites it as one file whose bytes follow from its contents.
package final class RunDatabase: Sendable {
  private let queue: DatabaseQueue
  private let run: String
  private let path: String

  /// Opens the database of a run for writing, and makes it where there is none.
  ///
  /// - Throws: `RunError`, among others where the file is no database or has damaged pages.
  package init(writing run: String) throws {
    self.run = run
    path = "\(run)/\(RunDirectory.File.steps.rawValue)"
    queue = try Self.open(path, run: run, Self.configuration(readOnly: false))
    try translated {
      try queue.writeWithoutTransaction { database in
        try Self.check(database, path: path, run: run)
        // Nothing is waited for at the end of a step; what a checkpoint relies on, `flush` puts on the disk.
        try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
        try database.inTransaction(.immediate) {
          try database.execute(sql: Self.schema + Self.epochSchema)
          return .commit
        }
      }
    }
  }

  /// Whether a rollback journal is there, which write-ahead mode has none of: the mode was being changed.
  static func hasJournal(_ path: String) -> Bool { isThere("\(path)-journal") }

  private static func configuration(readOnly: Bool) -> Configuration {
    var configuration = Configuration()
    configuration.readonly = readOnly
    // `status` and `report` read while a search writes.
    configuration.busyMode = .timeout(10)
    configuration.foreignKeysEnabled = false
    return configuration
  }

  private static func open(_ path: String, run: String, _ configuration: Configuration) throws -> DatabaseQueue {
    do {
      return try DatabaseQueue(path: path, configuration: configuration)
    } catch let error as DatabaseError {
      throw runError(error, path: path, run: run, isWriting: !configuration.readonly)
    }
  }

  private static func check(_ database: Database, path: String, run: String) throws {
    let complaint = try String.fetchOne(database, sql: "PRAGMA quick_check(1)")
    guard complaint == "ok" else {
      throw RunError.databaseDamaged(path: path, run: run, reason: complaint ?? "it cannot be checked")
    }
  }

  private static let schema = """
    CREATE TABLE IF NOT EXISTS step (
      step INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, is_warm_up INTEGER NOT NULL, entropy REAL NOT NULL,
      gradient_norm REAL NOT NULL);
    CREATE TABLE IF NOT EXISTS draw (
      step INTEGER NOT NULL, number INTEGER NOT NULL, choices TEXT NOT NULL, macs INTEGER NOT NULL,
      training_loss REAL, validation_loss REAL, weight REAL NOT NULL, share REAL, measured INTEGER,
      PRIMARY KEY (step, number)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS candidate (
      step INTEGER PRIMARY KEY, stage INTEGER NOT NULL, generation INTEGER NOT NULL, origin TEXT NOT NULL,
      score REAL NOT NULL);
    CREATE TABLE IF NOT EXISTS form (name TEXT PRIMARY KEY, groups TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS snapshot (step INTEGER PRIMARY KEY, form TEXT NOT NULL, logits BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS engine (step INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS network (
      number INTEGER PRIMARY KEY, label TEXT NOT NULL, choices TEXT NOT NULL, macs INTEGER NOT NULL,
      parameters INTEGER NOT NULL, accuracy REAL NOT NULL, test_loss REAL NOT NULL, training_loss REAL NOT NULL,
      images INTEGER NOT NULL);
    PRAGMA user_version = 2;
    """

  // MARK: Writing

  /// Adds a step whole.
  ///
  /// - Parameter snapshot: The distribution after the step, where it is kept.
  package func append(_ record: StepRecord, snapshot: (form: String, distribution: DistributionSnapshot)?) throws {
    try write { database in
      try database.execute(
        sql: "INSERT INTO step VALUES (?, ?, ?, ?, ?)",
        arguments: [
          record.step, record.epoch, record.isWarmUp, Self.number(record.entropy), Self.number(record.gradientNorm),
        ])
      let statement = try database.cachedStatement(sql: "INSERT INTO draw VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
      for (number, draw) in record.draws.enumerated() {
        try statement.execute(arguments: [
          record.step, number, Self.text(draw.choices), draw.macs, draw.trainingLoss.map(Self.number),
          draw.validationLoss.map(Self.number), Self.number(draw.weight), draw.share.map(Self.number),
          draw.measured,
        ])
      }
      if let candidate = record.candidate {
        try database.execute(
          sql: "INSERT INTO candidate VALUES (?, ?, ?, ?, ?)",
          arguments: [
            record.step, candidate.stage, candidate.generation, candidate.origin.rawValue, Self.number(candidate.score),
          ])
      }
      guard let snapshot else { return }
      try Self.append(snapshot.distribution, form: snapshot.form, after: record.step + 1, to: database)
    }
  }

  private static func append(
    _ snapshot: DistributionSnapshot, form: String, after steps: Int, to database: Database
  ) throws {
    if try Row.fetchOne(database, sql: "SELECT 1 FROM form WHERE name = ?", arguments: [form]) == nil {
      let groups = String(decoding: try RunDirectory.encode(snapshot, pretty: false), as: UTF8.self)
      try database.execute(sql: "INSERT INTO form VALUES (?, ?)", arguments: [form, groups])
    }
    let logits = snapshot.groups.flatMap { $0.logits.map { $0 ?? -.infinity } }
    let bytes = logits.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init) }
    try database.execute(
      sql: "INSERT INTO snapshot VALUES (?, ?, ?)", arguments: [steps, form, Data(bytes)])
  }

  /// Adds a network that was trained from scratch.
  package func append(_ network: RetrainedNetwork, number: Int) throws {
    try write { database in
      try database.execute(
        sql: "INSERT OR REPLACE INTO network VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        arguments: [
          number, network.label, Self.text(network.choices), network.macs, network.parameters,
          Self.number(network.result.accuracy), Self.number(network.result.testLoss),
          Self.number(network.result.trainingLoss), network.result.images,
        ])
    }
  }

  /// Notes that another engine than the one of the definition goes on after this many steps.
  package func append(engine name: String, after steps: Int) throws {
    try write { database in
      try database.execute(sql: "INSERT OR REPLACE INTO engine VALUES (?, ?)", arguments: [steps, name])
    }
  }

  /// Takes everything back that came after this many steps.
  ///
  /// - Returns: How many steps were taken back.
  package func rollBack(to steps: Int) throws -> Int {
    try write { database in
      try database.execute(sql: "DELETE FROM step WHERE step >= ?", arguments: [steps])
      let count = database.changesCount
      try database.execute(sql: "DELETE FROM draw WHERE step >= ?", arguments: [steps])
      try database.execute(sql: "DELETE FROM candidate WHERE step >= ?", arguments: [steps])
      try database.execute(sql: "DELETE FROM snapshot WHERE step > ?", arguments: [steps])
      try database.execute(sql: "DELETE FROM engine WHERE step > ?", arguments: [steps])
      try database.execute(sql: "DELETE FROM form WHERE name NOT IN (SELECT form FROM snapshot)")
      return count
    }
  }

  /// Waits until every step is on the disk.
  package func flush() throws {
    try translated {
      try queue.writeWithoutTransaction { database in _ = try database.checkpoint(.full) }
    }
  }

  /// Rewrites the file so that equal contents are equal bytes, in the mode that needs no other file beside it.
  ///
  /// The bytes of a database depend on its history: pages that were freed, transactions counted. `VACUUM INTO` writes
  /// them anew, table by table.
  package func finish() throws {
    let beside = path + ".part"
    for left in [beside, beside + "-journal"] { try removeFile(left) }
    do {
      try translated {
        try queue.writeWithoutTransaction { database in
          // The one number that a rewritten file takes over from its history.
          try database.execute(sql: "PRAGMA schema_version = 1")
          // A log that stayed beside the new file would be taken for its own.
          _ = try database.checkpoint(.truncate)
        }
      }
      try translated { try queue.vacuum(into: beside) }
      try translated { try queue.close() }
      try moveIntoPlace(beside, path)
      // Empty by now; they stay where another process was reading.
      for ending in ["-wal", "-shm"] { try removeFile(path + ending) }
    } catch {
      try? removeFile(beside)
      throw error
    }
  }

  func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try translated { try queue.write(body) }
  }

  private func translated<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as DatabaseError {
      throw runError(error, path: path, run: run, isWriting: true)
    }
  }

  // MARK: Values

  /// SQLite has no NaN and would keep NULL, so what is no finite number is a text, as in the JSON files.
  static func number(_ value: Double) -> DatabaseValue {
    if value.isFinite { return value.databaseValue }
    return (value.isNaN ? "nan" : value < 0 ? "-inf" : "inf").databaseValue
  }

  /// `[0,3,null]`.
  private static func text(_ choices: [Int?]) -> String {
    "[" + choices.map { $0.map(String.init) ?? "null" }.joined(separator: ",") + "]"
  }
}

/// What SQLite says, as an error of a run.
func runError(_ error: DatabaseError, path: String, run: String, isWriting: Bool) -> RunError {
  switch error.resultCode {
  case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT, .SQLITE_SCHEMA:
    return .databaseDamaged(path: path, run: run, reason: error.message ?? "it is no database")
  case .SQLITE_FULL: return .cannotWrite(path: path, reason: "no space left on device")
  default:
    let reason = error.message ?? "error \(error.resultCode.rawValue)"
    return isWriting ? .cannotWrite(path: path, reason: reason) : .cannotRead(path: path, reason: reason)
  }
}
