/// A table of measured networks: comma-separated text with a header, cells in double quotes where they hold commas.
package struct RowTable: Hashable, Sendable {
  package let columns: [String]
  /// Row after row, a cell for each column.
  package let cells: [[String]]
  /// Of each row where it begins in the text, counted from 1 with the header; a cell may go over several lines.
  package let lines: [Int]

  /// - Throws: `RowError`.
  package init(_ text: String) throws(RowError) {
    var lines = try Self.lines(of: text)
    guard let header = lines.first else { throw .empty }
    lines.removeFirst()
    let names = header.cells
    if let twice = names.first(where: { name in !name.isEmpty && names.count { $0 == name } > 1 }) {
      throw .columnTwice(twice)
    }
    for line in lines where line.cells.count != names.count {
      throw .ragged(line: line.number, cells: line.cells.count, columns: names.count)
    }
    guard !lines.isEmpty else { throw .noRows }
    columns = names
    cells = lines.map(\.cells)
    self.lines = lines.map(\.number)
  }

  package func place(of column: String) -> Int? { columns.firstIndex(of: column) }

  /// The numbers of a column.
  ///
  /// - Throws: `RowError.notANumber`.
  package func numbers(in place: Int) throws(RowError) -> [Double] {
    var result: [Double] = []
    for (row, line) in cells.enumerated() {
      guard let value = Double(line[place]), value.isFinite else {
        throw .notANumber(row: row + 1, column: columns[place], cell: line[place])
      }
      result.append(value)
    }
    return result
  }

  /// Lines that hold anything, with their numbers from 1.
  private static func lines(of text: String) throws(RowError) -> [(number: Int, cells: [String])] {
    var result: [(number: Int, cells: [String])] = []
    var (number, start, cell, cells) = (1, 1, "", [String]())
    var (isQuoted, wasQuoted) = (false, false)
    func trimmed(_ cell: String, _ wasQuoted: Bool) -> String {
      guard !wasQuoted else { return cell }
      let left = cell.drop { $0 == " " || $0 == "\t" }
      return String(left.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
    func endCell() {
      cells.append(trimmed(cell, wasQuoted))
      (cell, wasQuoted) = ("", false)
    }
    func endLine() {
      endCell()
      if cells != [""] { result.append((start, cells)) }
      cells = []
      start = number
    }
    let body = text.first == "\u{FEFF}" ? text.dropFirst() : text[...]
    for character in body {
      if character.isNewline { number += 1 }
      switch character {
      case "\"" where isQuoted: isQuoted = false
      case "\"" where wasQuoted:
        cell.append("\"")
        isQuoted = true
      case "\"" where cell.allSatisfy({ $0 == " " }): (isQuoted, wasQuoted, cell) = (true, true, "")
      case _ where isQuoted: cell.append(character)
      case ",": endCell()
      case _ where character.isNewline: endLine()
      default: cell.append(character)
      }
    }
    guard !isQuoted else { throw .openQuote(line: start) }
    endLine()
    return result
  }
}

/// What is wrong with a table of rows.
package enum RowError: Error, Hashable, Sendable {
  case empty
  case noRows
  case columnTwice(String)
  case ragged(line: Int, cells: Int, columns: Int)
  case openQuote(line: Int)
  /// Rows are counted from 1, without the header.
  case notANumber(row: Int, column: String, cell: String)
  case notAnOption(row: Int, decision: String, cell: String, options: [String])
  /// A decision has no option though it exists in the network, or has one though it does not.
  case notANetwork(row: Int, decision: String, exists: Bool)
  /// Neither all decisions are columns, nor all features.
  case missing(decisions: [String], features: [String])
}
