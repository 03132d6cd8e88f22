import GRDB

extension RunDatabase {
  static let epochSchema = """
    CREATE TABLE IF NOT EXISTS epoch (
      epoch INTEGER PRIMARY KEY, steps INTEGER NOT NULL, rate REAL NOT NULL, training_loss REAL NOT NULL,
      training_accuracy REAL NOT NULL, test_accuracy REAL, test_top5 REAL, test_loss REAL, test_images INTEGER,
      average_accuracy REAL, average_top5 REAL, average_loss REAL, average_images INTEGER);
    """

  /// Adds an epoch of a training.
  func append(_ record: EpochRecord) throws {
    func values(_ test: EpochRecord.Test?) -> [DatabaseValue] {
      guard let test else { return [.null, .null, .null, .null] }
      return [
        Self.number(test.accuracy), test.accuracyInFive.map(Self.number) ?? .null, Self.number(test.loss),
        test.images.databaseValue,
      ]
    }
    let own = [
      record.epoch.databaseValue, record.steps.databaseValue, Self.number(record.rate),
      Self.number(record.trainingLoss), Self.number(record.trainingAccuracy),
    ]
    let row = own + values(record.test) + values(record.average)
    try write { database in
      try database.execute(
        sql: "INSERT INTO epoch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", arguments: StatementArguments(row))
    }
  }

  /// Takes back every epoch but the first so many.
  ///
  /// - Returns: How many there are then.
  func rollBack(toEpoch epochs: Int) throws -> Int {
    try write { database in
      try database.execute(sql: "DELETE FROM epoch WHERE epoch >= ?", arguments: [epochs])
      return try Int.fetchOne(database, sql: "SELECT count(*) FROM epoch") ?? 0
    }
  }
}

extension RunReader {
  /// The epochs of a training, in order.
  package func epochs() throws -> [EpochRecord] {
    try read { database in
      guard try database.tableExists("epoch") else { return [] }
      return try Row.fetchAll(database, sql: "SELECT * FROM epoch ORDER BY epoch").map { row in
        func test(_ first: Int) throws -> EpochRecord.Test? {
          guard let accuracy = try optionalNumber(row, first), let loss = try optionalNumber(row, first + 2) else {
            return nil
          }
          return EpochRecord.Test(
            accuracy: accuracy, accuracyInFive: try optionalNumber(row, first + 1), loss: loss, images: row[first + 3])
        }
        return EpochRecord(
          epoch: row[0], steps: row[1], rate: try number(row, 2), trainingLoss: try number(row, 3),
          trainingAccuracy: try number(row, 4), test: try test(5), average: try test(9))
      }
    }
  }
}

extension EventFile {
  func append(_ record: EpochRecord) throws(RunError) {
    var scalars = [
      ("training/loss", record.trainingLoss), ("training/accuracy", record.trainingAccuracy), ("rate", record.rate),
    ]
    for (name, test) in [("test", record.test), ("average", record.average)] {
      guard let test else { continue }
      scalars += [("\(name)/accuracy", test.accuracy), ("\(name)/loss", test.loss)]
    }
    try append(scalars: scalars, step: record.steps)
  }
}
