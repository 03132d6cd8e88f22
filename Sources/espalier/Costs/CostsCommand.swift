import ArgumentParser
import SpaceAnalysis
import SpaceCompiler
import SpaceIR

/// `espalier costs`: how the networks of a space are spread over what they cost.
struct CostsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "costs",
    abstract:
      "Show what the networks of a space cost: range, mean, quantiles, histogram, Pareto front; nothing is drawn.",
    discussion: """
        espalier costs spaces/spos.yaml
        espalier costs spaces/mini-f.yaml --measure params --quantiles 1,50,99
        espalier costs spaces/mini-f.yaml --where "parameters <= 60k" --members
        espalier costs spaces/mini-f.yaml --pareto macs,most:params --json

      Every network counts once, and all of them are counted: those that meet the space's requirements, budgets among \
      them. Where there are too many different costs to tell apart, they are counted in steps, and every count, share \
      and quantile is printed as two bounds that hold.

      Measures: macs (multiply-adds for one image), params (trainable numbers), weights (of these, of convolutions and \
      linear maps), pooling (inputs of pools), activations (bytes of all feature maps of one image), latency(DEVICE) \
      (nanoseconds by the latency table of a device, see '--device').
      """)

  @OptionGroup var options: QueryOptions

  @Option(
    help: "What to count: macs, params, weights, pooling, activations or latency(DEVICE).",
    transform: CostMeasure.parse)
  var measure = CostMeasure.macs

  @Option(
    help: ArgumentHelp(
      "Also the networks that no other beats in two measures, such as macs,params: as little of both. "
        + "With most: before a measure as much of it, as in macs,most:params.", valueName: "a,b"),
    transform: CostPair.init(parsing:))
  var pareto: CostPair?

  @Option(
    help: ArgumentHelp("Shares of the networks, in percent.", valueName: "percents"), transform: Percents.init(parsing:)
  )
  var quantiles = Percents.usual

  @Option(
    help: ArgumentHelp("Bars of the histogram, about so many.", valueName: "count"), transform: parseCount)
  var bars = 20

  @Flag(help: "Also the networks that cost least and most.")
  var members = false

  @Option(
    help: ArgumentHelp(
      "Also mean and deviation over the draws of a distribution that meet the requirements: a run's folder, its "
        + "distribution.json, or a JSON object of decisions with the weights of their options.",
      valueName: "file"), completion: .file())
  var weights: String?

  @Option(help: .memory, transform: parseMemory)
  var memory = MemoryLimit.usual

  @Option(
    help: ArgumentHelp(
      "Also a picture: the histogram with the cumulative share, or with --pareto the front; a file that is there is replaced.",
      valueName: "file"),
    completion: .file(extensions: ["svg"]))
  var svg: String?

  @Flag(help: "One JSON object with a fixed order of keys.")
  var json = false

  func run() throws { try options.showingProgress(respond) }

  private func respond() throws {
    let compiled = try options.compiled()
    if let svg { try requireReplaceable(svg, option: "--svg") }
    let question = CostQuestion(
      measure: measure, pair: pareto, percents: quantiles, bars: bars, showsMembers: members, weights: weights,
      memoryLimit: memory.bytes)
    let answer = try CostAnswer(of: compiled, question)
    if let svg {
      let picture = answer.front.map { FrontPicture(of: compiled, $0).svg } ?? SpectrumPicture(of: answer).svg
      try writeAnswer(Array(picture.utf8), to: svg, option: "--svg", sayingSoOn: .standardError)
    }
    Terminal.standardOutput.write(json ? answer.json.document : "\(options.file): " + answer.text)
  }
}

/// Two criteria on different measures.
struct CostPair {
  let criteria: [Criterion]

  /// - Throws: `ValidationError` for anything but two measures, each with `most:` before it or not.
  init(parsing text: String) throws {
    criteria = try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      let isMost = part.hasPrefix("most:")
      return Criterion(try CostMeasure.parse(String(isMost ? part.dropFirst(5) : part)), isMost ? .most : .least)
    }
    guard criteria.count == 2, criteria[0].measure != criteria[1].measure else {
      throw ValidationError("'\(text)' is not two different measures such as macs,params")
    }
  }
}

extension CostMeasure {
  /// The word of the command line.
  var word: String {
    switch self {
    case .macs: "macs"
    case .parameters: "params"
    case .weights: "weights"
    case .poolingInputs: "pooling"
    case .activationBytes: "activations"
    case .latency: name
    }
  }

  /// - Throws: `ValidationError` for other words than `word` and the names that JSON has.
  static func parse(_ text: String) throws -> CostMeasure {
    if let device = text.wholeMatch(of: /latency\(([^()]+)\)/)?.output.1 { return .latency(device: String(device)) }
    guard let found = ofGraphs.first(where: { $0.word == text || $0.name == text }) else {
      let words = ofGraphs.map(\.word) + ["latency(DEVICE)"]
      throw ValidationError("'\(text)' is not one of \(words.joined(separator: ", "))")
    }
    return found
  }
}

/// Shares in percent, exact to six digits after the point, in the order they were asked for.
struct Percents {
  /// Millionths of a percent.
  let shares: [Int]

  static let whole = 100_000_000
  static let usual = Percents(shares: [5, 25, 50, 75, 95].map { $0 * 1_000_000 })

  private init(shares: [Int]) { self.shares = shares }

  /// - Throws: `ValidationError` unless the text is numbers from 0 to 100 with commas between them.
  init(parsing text: String) throws {
    shares = try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      let pieces = part.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
      let fraction = pieces.count == 2 ? pieces[1] : ""
      let digits = pieces[0] + fraction
      guard pieces[0].count >= 1, pieces[0].count <= 3, fraction.count <= 6,
        digits.allSatisfy({ $0.isASCII && $0.isNumber }),
        let share = Int(digits + String(repeating: "0", count: 6 - fraction.count)), share <= Percents.whole
      else {
        throw ValidationError("'\(part)' is not a percentage from 0 to 100 with at most six digits after the point")
      }
      return share
    }
  }

  /// `2.5`, `50`.
  static func text(_ share: Int) -> String {
    var text = (Double(share) / 1_000_000).fixed(6)
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }
}
