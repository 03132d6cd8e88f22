import Diagnostics
import Predictors

/// What keeps a predictor from being fitted or used, in words with the way out.
extension CommandFailure {
  init(_ error: FeatureError, of space: String) {
    self.init(Self.words(error, space))
  }

  private static func words(_ error: FeatureError, _ space: String) -> String {
    switch error {
    case .noDecision(let feature, let name): "'\(feature)' is a term, and '\(space)' decides no '\(name)'"
    case .noStage(let feature, let stages):
      stages.isEmpty
        ? "'\(feature)' is of a stage, and '\(space)' has no stage whose layers decide each for itself"
        : "'\(feature)' is of a stage that '\(space)' does not have: \(listed(stages))"
    case .noParameter(let feature, let stage, let parameters):
      "'\(feature)' is of something that the layers of '\(stage)' do not decide: \(listed(parameters))"
    case .noOption(let feature, let decision, let options):
      "'\(feature)' is of an option that '\(decision)' does not have: \(listed(options))"
    case .noNumber(let feature, let decision, let option):
      "'\(feature)' is a number, and '\(decision)' may be '\(option)'; write '\(decision)=\(option)' for whether it is"
    }
  }

  init(_ error: Formula.UnknownName, of space: String) {
    let written = "\(error.function.rawValue)(\(error.name))"
    let what: String
    if error.known.isEmpty {
      what =
        error.function == .value
        ? "every decision of '\(space)' is one of a stage; use first, avg and sum"
        : "'\(space)' has no stage whose layers decide each for itself; use value(NAME)"
    } else {
      what =
        error.function == .value
        ? "'\(space)' has no decision of that name beside its stages: \(listed(error.known))"
        : "no layer of a stage of '\(space)' decides that: \(listed(error.known))"
    }
    let meant = closest(to: error.name, among: error.known).map { "\nhelp: did you mean '\($0)'?" } ?? ""
    self.init("'\(written)' is of nothing: \(what)\(meant)")
  }

  /// - Parameter lines: Of each row in the file; a row without one is counted among the rows.
  init(_ error: RowError, in file: String, of space: String, lines: [Int] = []) {
    self.init(Self.words(error, file, space, lines))
  }

  private static func words(_ error: RowError, _ file: String, _ space: String, _ lines: [Int]) -> String {
    func place(_ row: Int) -> String {
      lines.indices.contains(row - 1) ? "line \(lines[row - 1])" : "row \(row)"
    }
    return switch error {
    case .empty: "'\(file)' is empty; a table begins with the names of its columns"
    case .noRows: "'\(file)' has the names of its columns and no rows"
    case .columnTwice(let name): "'\(file)' has two columns '\(name)'"
    case .ragged(let line, let cells, let columns):
      "line \(line) of '\(file)' has \(counted(cells, "cell")), and its head \(counted(columns, "column"))"
    case .openQuote(let line): "a quote that opens in line \(line) of '\(file)' is never closed"
    case .notANumber(let row, let column, let cell):
      "\(place(row)) of '\(file)' has '\(cell)' as \(column), which is no number"
    case .notAnOption(let row, let decision, let cell, let options):
      "\(place(row)) of '\(file)' decides '\(decision)' as '\(cell)', which is none of \(listed(options))"
    case .notANetwork(let row, let decision, let exists):
      exists
        ? "\(place(row)) of '\(file)' leaves '\(decision)' open, which its network decides"
        : "\(place(row)) of '\(file)' decides '\(decision)', which its network does not have; leave the cell empty"
    case .missing(let decisions, let features):
      "'\(file)' is no table of networks of '\(space)': it lacks the columns of decisions \(listed(decisions)), "
        + "and of features \(listed(features)); it needs all of the one kind"
    }
  }

  init(_ error: RegressionError, terms: [Term], file: String) {
    switch error {
    case .tooFewRows(let rows, let columns):
      self.init(
        "'\(file)' has \(counted(rows, "row")), and \(counted(columns, "coefficient")) need "
          + "\(PredictorFit.leastRows(forCoefficients: columns)); take more rows, or fewer terms with '--terms main' or '--terms depths'"
      )
    case .dependent(let columns):
      self.init(
        "the rows do not tell all terms apart, so there is no one fit; leave terms out with '--terms', or take rows in "
          + "which they differ:\n" + columns.prefix(5).map { Self.words($0, terms) }.joined(separator: "\n")
          + (columns.count > 5 ? "\n  and \(columns.count - 5) more" : ""))
    }
  }

  private static func words(_ dependence: RegressionError.Dependence, _ terms: [Term]) -> String {
    guard !dependence.combination.isEmpty else { return "  \(terms[dependence.column]) is 0 in every row" }
    let parts = dependence.combination.prefix(4).map { part in
      let factor = (part.factor * 1e6).rounded() / 1e6
      return factor == 1 ? "\(terms[part.column])" : "\(factor) \(terms[part.column])"
    }
    let more = dependence.combination.count > 4 ? " + ..." : ""
    return "  \(terms[dependence.column]) = \(parts.joined(separator: " + "))\(more) in every row"
  }

  init(_ error: PredictorError, file: String, of space: String, lines: [Int] = []) {
    switch error {
    case .feature(let error): self.init(error, of: space)
    case .rows(let error): self.init(error, in: file, of: space, lines: lines)
    case .regression(let error, let terms): self.init(error, terms: terms, file: file)
    }
  }
}

/// The first names of a list, and how many more there are.
private func listed(_ names: [String]) -> String {
  let shown = names.prefix(6).joined(separator: ", ")
  return names.count > 6 ? "\(shown) and \(names.count - 6) more" : shown
}

extension CommandFailure {
  init(_ error: PredictedSpaceError, of space: String) {
    switch error {
    case .feature(let error): self.init(error, of: space)
    case .budget(let text):
      self.init(
        "'\(text)' bounds the whole network, and the exact optimum adds up stage by stage; search with '--by annealing'"
      )
    case .tooLarge(let part, let limit):
      self.init(
        "\(listed(part)) hang together in '\(space)' and have more than \(limit.grouped) settings; let blocks decide "
          + "alike, or search with '--by annealing'")
    case .noSetting(let part):
      self.init("no setting of \(listed(part)) in '\(space)' meets the requirements")
    }
  }
}
