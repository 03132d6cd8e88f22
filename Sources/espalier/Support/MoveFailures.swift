import ArgumentParser
import SpaceAnalysis
import SpaceIR

extension CommandFailure {
  /// Why a move or a weighted draw cannot be made, and what to do.
  init(_ error: MoveError, in space: Space) {
    switch error {
    case .members(let error): self.init(error, in: space)
    case .tooManyTogether(let decisions, let limit):
      let names = decisions.map { "'\(space.decisions[$0].name)'" }
      let shown = names.count > 6 ? names.prefix(5) + ["\(names.count - 5) more"] : names[...]
      self.init(
        "the weights tie \(shown.joined(separator: ", ")) together, which have more than \(limit.grouped) ways: "
          + "give weights to each decision alone")
    case .tooLarge(let bytes, let limit):
      self.init(
        "the sums over the networks of '\(space.name)' take \(bytes.byteText), more than \(limit.byteText): "
          + "leave out a budget")
    case .tooManyPartial(let limit):
      self.init(
        "more than \(limit.grouped) partial networks of '\(space.name)' have to be told apart: "
          + "ask for smaller distances, or leave out a budget")
    case .noWeight: self.init("no network of '\(space.name)' that meets the requirements has a weight above 0")
    case .nowhereToGo:
      self.init(
        "no network of '\(space.name)' that meets the requirements can be reached so: take other distances "
          + "('espalier count --near' says how many networks are how far), another rate or other parents")
    }
  }

  init(_ error: ExpectationError, in space: Space) {
    switch error {
    case .budgets(let error): self.init(error, in: space)
    case .moves(let error): self.init(error, in: space)
    case .unresolved:
      self.init("the budgets of '\(space.name)' are too tight to tell which draws meet them: widen one of them")
    }
  }
}

/// Runs what asks about moves, with failures in words.
func telling<Result>(in space: Space, _ body: () throws(MoveError) -> Result) throws -> Result {
  do throws(MoveError) {
    return try body()
  } catch {
    throw CommandFailure(error, in: space)
  }
}

/// Distances of networks: `2`, `1..3`, or `..3`, which starts at 1: a network is no neighbour of itself.
struct Distances {
  let range: ClosedRange<Int>

  static let next = Distances(range: 1...1)
  static let few = Distances(range: 1...3)

  private init(range: ClosedRange<Int>) { self.range = range }

  /// - Throws: `ValidationError`.
  init(parsing text: String) throws {
    let isOne = text.firstRange(of: "..") == nil
    let range = isOne ? try parseAmount(text)...parseAmount(text) : try parseAmountRange(text)
    self.range = !isOne && text.hasPrefix("..") ? min(1, range.upperBound)...range.upperBound : range
  }
}
