import ArgumentParser
import Distributions
import Exporters
import Predictors
import SpaceCompiler
import SpaceIR

/// `espalier optimise`: the network that is predicted best under a limit.
struct OptimiseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "optimise",
    abstract: "Find the network with the greatest predicted accuracy under a limit on predicted latency.",
    discussion: """
        espalier optimise spaces/fox-nas.yaml --accuracy docs/examples/fox-nas-accuracy.json \
      --latency docs/examples/fox-nas-latency.json --limit 55
        espalier optimise spaces/fox-nas.yaml --accuracy docs/examples/fox-nas-accuracy.json \
      --latency docs/examples/fox-nas-latency.json --limit 55 --by annealing

      Predictors are what 'fit' writes. Nothing is run: the answer is that of the predictors, and best tried on the \
      device and with a supernet. Whatever '--by' says, the exact optimum is printed beside it.
      """)

  enum Way: String, CaseIterable, ExpressibleByArgument {
    case exact
    case annealing
    case metropolis
    case random
  }

  @OptionGroup var query: QueryOptions

  @Option(help: ArgumentHelp("What is wanted: a predictor, greater is better.", valueName: "predictor"))
  var accuracy: String

  @Option(help: ArgumentHelp("What is limited: a predictor.", valueName: "predictor"))
  var latency: String

  @Option(
    help: ArgumentHelp(
      "The most predicted latency, in the predictor's unit; several with commas.", valueName: "limits"),
    transform: Limits.init(parsing:))
  var limit: Limits

  @Option(
    help:
      "exact; annealing, as FOX-NAS released it; metropolis, with the chance exp(loss / temperature); or random, as many looks."
  )
  var by = Way.exact

  @Option(
    help: ArgumentHelp(
      "How blocks after the first of a stage decide: alike, as FOX-NAS searches, or free.", valueName: "alike|free"))
  var blocks = BlockTie.alike

  @Option(help: "Walks of which the best counts.")
  var walks = 3

  @Option(
    help: ArgumentHelp("One seed, or several: 1..10 or 3,5.", valueName: "seeds"), transform: Seeds.init(parsing:))
  var seeds = Seeds(values: [1])

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp(
      "Also write the network, an architecture file; one that is there is replaced.", valueName: "file"))
  var out: String?

  @Flag(help: "One JSON object.")
  var json = false

  func validate() throws {
    guard (1...1000).contains(walks) else { throw ValidationError("1 to 1000 walks, not \(walks)") }
    guard out == nil || limit.values.count == 1 else {
      throw ValidationError("'--out' writes one network: give one limit")
    }
  }

  func run() throws { try query.showingProgress(respond) }

  private func respond() throws {
    let compiled = try query.compiled()
    let space = compiled.space
    guard compiled.architecture == nil, !space.decisions.isEmpty else {
      throw CommandFailure("'\(query.file)' has one network, so there is nothing to choose")
    }
    let (wanted, limited) = (try predictor(at: accuracy), try predictor(at: latency))
    try requireRoles(wanted, limited)
    for bound in limit.values { try bound.check(unit: limited.unit, of: latency) }
    if let out { try requireReplaceable(out) }
    let predicted: PredictedSpace
    do throws(PredictedSpaceError) {
      predicted = try PredictedSpace(SearchedParts(space), accuracy: wanted, latency: limited, tie: blocks)
    } catch {
      let failure = CommandFailure(error, of: space.name)
      let others = Set([wanted.space, limited.space]).subtracting([space.name]).sorted().map { "'\($0)'" }
      guard case .feature = error, !others.isEmpty else { throw failure }
      throw CommandFailure(
        "\(failure.message)\nnote: the predictors were fitted to \(others.joined(separator: " and "))")
    }
    for (path, predictor) in [(accuracy, wanted), (latency, limited)] where predictor.space != space.name {
      throw CommandFailure(
        """
        '\(path)' was fitted to networks of '\(predictor.space)', and '\(query.file)' is the space '\(space.name)': its \
        predictions would be about other networks
        help: fit one to rows of '\(space.name)'; or where that is the same space by another name, or a part of it, write \
        "space": "\(space.name)" into '\(path)'
        """)
    }
    let answer = try OptimumAnswer(
      predicted, limits: limit.values.map(\.value), way: by, walks: walks, seeds: seeds.values, tie: blocks,
      file: query.file)
    if let out, let best = answer.rows.first?.best {
      let text = architectureFile(
        best.network, of: space, spaceFile: relativePath(to: query.file, from: out), spaceHash: compiled.hash,
        comment: [
          "\(wanted.target) predicted as \(best.accuracy.fixed(4))\(wanted.unit.isEmpty ? "" : " " + wanted.unit), "
            + "\(limited.target) as \(best.latency.fixed(4))\(limited.unit.isEmpty ? "" : " " + limited.unit)."
        ])
      try writeAnswer(Array(text.utf8), to: out, sayingSoOn: .standardError)
    }
    Terminal.standardOutput.write(json ? answer.json.document : answer.text)
  }
}

extension OptimiseCommand {
  /// - Throws: `CommandFailure` where a file says that it predicts what the other one is for.
  private func requireRoles(_ wanted: Predictor, _ limited: Predictor) throws {
    let isSwapped = wanted.target == "latency" || limited.target == "accuracy"
    guard !isSwapped, wanted.target != limited.target else {
      throw CommandFailure(
        """
        '\(accuracy)' predicts \(wanted.target) and '\(latency)' predicts \(limited.target), and what is wanted is \
        '--accuracy', what is limited '--latency'
        help: \(isSwapped && wanted.target != limited.target ? "exchange the files" : "give a predictor of each")
        """)
    }
  }
}

extension BlockTie: ExpressibleByArgument {}

/// Limits on the command line: `55`, `20 ms`, `30,40,55`.
struct Limits {
  struct Limit {
    let value: Double
    /// Empty: that of the predictor.
    let unit: String

    /// - Throws: `ValidationError` where the predictor speaks of another unit.
    func check(unit known: String, of path: String) throws {
      guard !unit.isEmpty, unit != known else { return }
      throw CommandFailure(
        known.isEmpty
          ? "the limit is in \(unit), and '\(path)' has no unit; give the number alone"
          : "the limit is in \(unit), and '\(path)' predicts \(known)", status: .couldNotRun)
    }
  }

  let values: [Limit]

  /// - Throws: `ValidationError`.
  init(parsing text: String) throws {
    values = try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      let trimmed = part.split(separator: " ").joined(separator: " ")
      let digits = trimmed.prefix { $0.isNumber || ".-+eE".contains($0) }
      guard let value = Double(digits), value.isFinite else {
        throw ValidationError("'\(part)' is no limit such as 55 or '20 ms'")
      }
      return Limit(value: value, unit: trimmed.dropFirst(digits.count).split(separator: " ").joined(separator: " "))
    }
  }
}

/// Seeds on the command line: `1`, `1..10`, `3,5`.
struct Seeds {
  let values: [UInt64]

  init(values: [UInt64]) { self.values = values }

  /// - Throws: `ValidationError`.
  init(parsing text: String) throws {
    let wrong = ValidationError("'\(text)' is no list of at most 1000 seeds such as 1, 1..10 or 3,5")
    if let dots = text.firstRange(of: "..") {
      guard let first = UInt64(text[..<dots.lowerBound]), let last = UInt64(text[dots.upperBound...]), first <= last,
        last - first < 1000
      else { throw wrong }
      values = Array(first...last)
      return
    }
    let seeds = text.split(separator: ",", omittingEmptySubsequences: false).map { UInt64($0) }
    guard seeds.allSatisfy({ $0 != nil }), (1...1000).contains(seeds.count) else { throw wrong }
    values = seeds.compactMap(\.self)
  }
}
