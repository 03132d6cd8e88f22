package import Foundation

/// A predictor as a JSON file, which `espalier fit` writes and people can write too.
///
/// `predictor` names the target; `terms` has each term by name with its coefficient. What the fit adds is left out where
/// only coefficients are known.
package struct PredictorFile: Codable {
  private struct Entry: Codable {
    let term: String
    let coefficient: Double
    let error: Double?
  }
  private struct Fit: Codable {
    let rows: Int
    let residualError: Double
    /// Not there where the targets are all alike.
    let explained: Double?
    let largestLeverage: Double
    /// (XᵀX)⁻¹: of each term the entries up to the diagonal.
    let inverse: [[Double]]
  }

  private let espalier: Int
  private let predictor: String
  private let unit: String?
  private let space: String
  private let note: String?
  private let terms: [Entry]
  private let fit: Fit?

  package init(_ predictor: Predictor) {
    espalier = 1
    self.predictor = predictor.target
    unit = predictor.unit.isEmpty ? nil : predictor.unit
    space = predictor.space
    note = predictor.note.isEmpty ? nil : predictor.note
    terms = predictor.terms.indices.map { place in
      Entry(
        term: predictor.terms[place].description, coefficient: predictor.coefficients[place],
        error: predictor.fit.map { $0.standardErrors[place] })
    }
    fit = predictor.fit.map { fit in
      Fit(
        rows: fit.rows, residualError: fit.residualError, explained: fit.explained,
        largestLeverage: fit.largestLeverage,
        inverse: fit.inverse.enumerated().map { Array($0.element.prefix($0.offset + 1)) })
    }
  }

  package func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
  }

  /// - Throws: `PredictorFileError` with what is wrong, in words.
  package static func predictor(from data: Data) throws(PredictorFileError) -> Predictor {
    let file: PredictorFile
    do {
      file = try JSONDecoder().decode(PredictorFile.self, from: data)
    } catch let error as DecodingError {
      throw PredictorFileError(reason: words(error))
    } catch {
      throw PredictorFileError(reason: "it is no JSON")
    }
    return try file.checked()
  }

  private func checked() throws(PredictorFileError) -> Predictor {
    guard espalier == 1 else { throw PredictorFileError(reason: "its format is \(espalier), and 1 is known") }
    guard !terms.isEmpty else { throw PredictorFileError(reason: "it has no terms") }
    var read: [Term] = []
    for entry in terms {
      guard let term = Term(entry.term) else {
        throw PredictorFileError(
          reason: "'\(entry.term)' is no term: products of tot(stage), first(stage.name), avg(stage.name), "
            + "sum(stage.name) and decisions, or 1")
      }
      guard !read.contains(term) else { throw PredictorFileError(reason: "it has the term '\(entry.term)' twice") }
      read.append(term)
    }
    var result = Predictor(
      target: predictor, unit: unit ?? "", space: space, note: note ?? "", terms: read,
      coefficients: terms.map(\.coefficient))
    guard let fit else { return result }
    let errors = terms.compactMap(\.error)
    let isTriangle =
      fit.inverse.count == read.count && fit.inverse.enumerated().allSatisfy { $0.element.count == $0.offset + 1 }
    guard isTriangle, errors.count == read.count else {
      throw PredictorFileError(reason: "'fit' does not belong to its \(read.count) terms")
    }
    let inverse = read.indices.map { a in read.indices.map { b in fit.inverse[max(a, b)][min(a, b)] } }
    result.fit = Predictor.Fit(
      rows: fit.rows, standardErrors: errors, residualError: fit.residualError, explained: fit.explained,
      inverse: inverse, largestLeverage: fit.largestLeverage)
    return result
  }

  private static func words(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context): "\(place(context))the key '\(key.stringValue)' is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "what '\(context.codingPath.map(\.stringValue).joined(separator: "."))' holds is of another type"
    case .dataCorrupted(let context) where context.codingPath.isEmpty: "it is no JSON"
    case .dataCorrupted(let context): "\(place(context))a value cannot be read"
    @unknown default: "it cannot be read"
    }
  }

  private static func place(_ context: DecodingError.Context) -> String {
    let path = context.codingPath.map { $0.intValue.map { "\($0 + 1)" } ?? $0.stringValue }
    return path.isEmpty ? "" : "at \(path.joined(separator: " ")): "
  }
}

package struct PredictorFileError: Error, Hashable, Sendable {
  package let reason: String
}
