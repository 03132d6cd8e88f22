import Foundation
import Predictors
import SpaceChecker
import SpaceCompiler

/// The table of rows in a file.
///
/// - Throws: `CommandFailure`.
func rowTable(at path: String, of space: String) throws -> RowTable {
  guard let text = String(validating: try contents(ofFile: path), as: UTF8.self) else {
    throw CommandFailure("'\(path)' is no text in UTF-8")
  }
  do throws(RowError) {
    return try RowTable(text)
  } catch {
    throw CommandFailure(error, in: path, of: space)
  }
}

/// The predictor in a file that `fit` wrote, or people.
///
/// - Throws: `CommandFailure`.
func predictor(at path: String) throws -> Predictor {
  let data = Data(try contents(ofFile: path))
  do throws(PredictorFileError) {
    return try PredictorFile.predictor(from: data)
  } catch {
    throw CommandFailure("'\(path)' is no predictor: \(error.reason)")
  }
}
