import ArgumentParser
import Distributions
import Predictors
import SpaceCompiler
import SpaceIR

/// `espalier fit`: a predictor from measured networks.
struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fit a predictor of accuracy or latency to measured networks: least squares over terms with names.",
    discussion: """
        espalier fit spaces/mini-fox.yaml --rows docs/examples/mini-fox-rows.csv --target latency --column mmacs
        espalier fit spaces/mini-fox.yaml --rows docs/examples/mini-fox-rows.csv --column kparams --terms main --json

      A row is a network with what was measured of it: a column for each decision, or one for each feature. Terms are \
      products of features of a stage: tot(s) its blocks, first(s.kernel) of its first block, avg(s.kernel) and \
      sum(s.kernel) over the others. '--terms' is a name or a formula, which every stage gets:

      accuracy   tot + avg(*) + first(*) + sum(expansion) + tot*sum(expansion) + tot*avg(!expansion) + value(*)
      latency    tot + avg(*) + first(*) + tot*avg(*) + value(*)
      main       tot + avg(*) + first(*) + value(*)
      depths     tot
      """)

  @OptionGroup var options: CompileOptions

  @Option(
    help: ArgumentHelp("Measured networks, comma-separated with a header.", valueName: "file"),
    completion: .file(extensions: ["csv"]))
  var rows: String

  @Option(help: ArgumentHelp("What is predicted, such as accuracy or latency.", valueName: "name"))
  var target = "accuracy"

  @Option(help: ArgumentHelp("The column that holds it. (default: as '--target')", valueName: "name"))
  var column: String?

  @Option(
    help: ArgumentHelp(
      "Which terms: accuracy, latency, main, depths, or a formula. (default: latency for that target, else accuracy)",
      valueName: "formula"))
  var terms: String?

  @Option(help: ArgumentHelp("The unit of the target, such as % or ms.", valueName: "unit"))
  var unit = ""

  @Option(help: ArgumentHelp("What the rows hold for: device, input size. Kept in the file.", valueName: "text"))
  var note = ""

  @Option(
    help: ArgumentHelp("Parts of the rows that are left out of a fit in turn, to be predicted.", valueName: "count"))
  var folds = 10

  @Option(help: "Of the parts.")
  var seed: UInt64 = 1

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp(
      "Also write the predictor, which 'optimise' reads; a file that is there is replaced.", valueName: "file"))
  var out: String?

  @Flag(help: "One JSON object.")
  var json = false

  func validate() throws {
    guard (2...10_000).contains(folds) else {
      throw ValidationError("rows are left out in 2 parts or more, up to 10000, not \(folds)")
    }
    guard !target.isEmpty else { throw ValidationError("a target has a name") }
  }

  func run() throws {
    let space = try options.compiled().space
    let formula = try parsedFormula()
    let table = try rowTable(at: rows, of: space.name)
    let parts = SearchedParts(space)
    let name = column ?? target
    guard let place = table.place(of: name) else {
      throw CommandFailure(
        "'\(rows)' has no column '\(name)'; name it with '--column': "
          + table.columns.filter { !$0.isEmpty }.prefix(8).joined(separator: ", ")
          + (table.columns.count > 8 ? ", ..." : ""))
    }
    if let unknown = formula.unknownName(in: parts) { throw CommandFailure(unknown, of: space.name) }
    let terms = formula.terms(of: parts)
    guard terms.count > 1 else {
      throw CommandFailure("'\(formula.text)' gives no terms for '\(space.name)': no stage has what it names")
    }
    let answer: FitAnswer
    do throws(PredictorError) {
      let values = try table.values(of: Predictor.features(of: terms), in: parts)
      let targets = try numbers(in: place, of: table)
      guard targets.count >= PredictorFit.leastRows(forCoefficients: terms.count) else {
        throw .regression(.tooFewRows(rows: targets.count, columns: terms.count), terms: terms)
      }
      let fit = try PredictorFit(
        target: target, unit: unit, space: space.name, note: note, terms: terms, values: values, targets: targets)
      var generator = SplitRandom(seed: seed, stream: 0x464F_4C44)
      let count = min(folds, targets.count)
      // A fit without some rows may not tell all terms apart; the fit itself is an answer all the same.
      let errors = try? fit.errors(inParts: dealtParts(targets.count, into: count, using: &generator))
      answer = FitAnswer(fit: fit, file: options.file, rows: rows, folds: count, errors: errors)
    } catch {
      throw CommandFailure(error, file: rows, of: space.name, lines: table.lines)
    }
    let ample = PredictorFit.ampleRows(forCoefficients: terms.count)
    if answer.fit.rows.count < ample {
      Terminal.standardError.line(
        "note: \(answer.fit.rows.count) rows for \(terms.count) coefficients; predictions get better with up to \(ample)"
      )
    }
    if let out {
      try writeAnswer(PredictorFile(answer.fit.predictor).encoded(), to: out, sayingSoOn: .standardError)
    }
    Terminal.standardOutput.write(json ? answer.json.document : answer.text)
  }

  private func numbers(in place: Int, of table: RowTable) throws(PredictorError) -> [Double] {
    do throws(RowError) {
      return try table.numbers(in: place)
    } catch {
      throw .rows(error)
    }
  }

  private func parsedFormula() throws -> Formula {
    do throws(FormulaError) {
      return try Formula(terms ?? (target == "latency" ? "latency" : "accuracy"))
    } catch {
      throw CommandFailure(
        "'\(error.text)' is no part of a formula: tot, first(NAME), avg(NAME), sum(NAME) and value(NAME) with '*' for "
          + "every name or '!NAME' for every other; or accuracy, latency, main, depths", status: .couldNotRun)
    }
  }
}
