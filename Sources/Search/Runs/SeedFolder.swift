/// A folder with one run for each seed, in folders `seed-1`, `seed-2`, ... of it.
///
/// `seeds.json` says which seeds were asked for, so that those are known too that were not begun.
package struct SeedFolder: Sendable {
  package let path: String
  /// Those asked for, in their order, then others that have a run.
  package let seeds: [UInt64]

  private static let fileName = "seeds.json"
  private static let prefix = "seed-"

  private struct Record: Codable {
    let seeds: [UInt64]
  }

  /// Nil: there is no such folder, or it holds one run or something else.
  ///
  /// - Throws: `RunError`.
  package init?(of path: String) throws {
    guard !RunDirectory.has(.definition, in: path), !RunDirectory.has(.lock, in: path) else { return nil }
    let begun = names(in: path).compactMap { name -> UInt64? in
      guard name.hasPrefix(Self.prefix), RunDirectory.has(.lock, in: "\(path)/\(name)") else { return nil }
      return UInt64(name.dropFirst(Self.prefix.count))
    }
    let asked = try Self.asked(in: path)
    let seeds = asked + begun.sorted().filter { !asked.contains($0) }
    guard !seeds.isEmpty else { return nil }
    self.path = path
    self.seeds = seeds
  }

  /// `seed-1`.
  package static func name(of seed: UInt64) -> String { "\(prefix)\(seed)" }
  /// The folder of a seed's run, which may not be there.
  package static func run(of seed: UInt64, in path: String) -> String { "\(path)/\(name(of: seed))" }
  package func run(of seed: UInt64) -> String { Self.run(of: seed, in: path) }

  /// Whether a run of the seed was begun.
  package func isBegun(_ seed: UInt64) -> Bool { RunDirectory.has(.definition, in: run(of: seed)) }

  /// Notes that these seeds are asked for, beside those that were before. Makes the folder.
  ///
  /// - Throws: `RunError`; `.exists` where the folder holds a run itself.
  package static func note(_ seeds: [UInt64], in path: String) throws {
    _ = try makeFolders(path)
    guard !RunDirectory.has(.definition, in: path) else { throw RunError.exists(path: path) }
    let before = try asked(in: path)
    let all = before + seeds.filter { !before.contains($0) }
    guard all != before else { return }
    let text = try RunDirectory.encode(Record(seeds: all), pretty: true) + [UInt8(ascii: "\n")]
    try writeFile(text, at: "\(path)/\(fileName)")
  }

  /// Refuses a folder of several runs where one is asked for.
  ///
  /// - Throws: `RunError.severalRuns`.
  package static func requireOneRun(_ path: String) throws {
    guard let folder = try SeedFolder(of: path) else { return }
    throw RunError.severalRuns(path: path, runs: folder.seeds.map(folder.run(of:)))
  }

  private static func asked(in path: String) throws -> [UInt64] {
    let file = "\(path)/\(fileName)"
    guard let bytes = try readFile(file) else { return [] }
    return try RunDirectory.decode(Record.self, from: bytes, at: file).seeds
  }
}
