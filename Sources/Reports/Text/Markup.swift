/// A text as it stands inside an element or a quoted attribute of HTML, SVG and XML alike.
///
/// Characters that XML cannot hold at all (most control characters) become U+FFFD, so that a page stays well formed
/// whatever a user's file holds.
package func escapedMarkup(_ text: String) -> String {
  var escaped = ""
  escaped.reserveCapacity(text.utf8.count)
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": escaped += "&amp;"
    case "<": escaped += "&lt;"
    case ">": escaped += "&gt;"
    case "\"": escaped += "&quot;"
    case "'": escaped += "&#39;"
    case "\t", "\n": escaped.unicodeScalars.append(scalar)
    case "\u{0}"..<"\u{20}", "\u{7F}"..<"\u{A0}", "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
    case _: escaped.unicodeScalars.append(scalar)
    }
  }
  return escaped
}

/// A table for numbers: columns of numbers stand to the right.
struct NumberTable {
  enum Column {
    case text(String)
    case number(String)

    var title: String {
      switch self {
      case .text(let title), .number(let title): title
      }
    }

    var kind: String {
      switch self {
      case .text: ""
      case .number: " class=\"number\""
      }
    }
  }

  let caption: String
  let columns: [Column]
  private(set) var rows: [String] = []

  init(caption: String, _ columns: [Column]) {
    self.caption = caption
    self.columns = columns
  }

  /// - Parameters:
  ///   - kind: A class of the row; empty for none.
  ///   - link: Where the name of the row leads; nil: nowhere.
  /// - Precondition: A cell for each column, as plain text; the first names the row.
  mutating func add(_ cells: [String], kind: String = "", link: String? = nil) {
    precondition(cells.count == columns.count, "a cell for each column")
    let texts = zip(cells, columns).enumerated().map { place, cell in
      let text = escapedMarkup(cell.0)
      guard place > 0 else {
        return "<th scope=\"row\">\(link.map { "<a href=\"\(escapedMarkup($0))\">\(text)</a>" } ?? text)</th>"
      }
      return "<td\(cell.1.kind)>\(text)</td>"
    }
    rows.append("<tr\(kind.isEmpty ? "" : " class=\"\(kind)\"")>\(texts.joined())</tr>")
  }

  /// In a frame of its own that scrolls where the table is wider than the page.
  var html: String {
    let heads = columns.map { "<th scope=\"col\"\($0.kind)>\(escapedMarkup($0.title))</th>" }.joined()
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="\(escapedMarkup(caption))"><table>
      <caption>\(escapedMarkup(caption))</caption>
      <thead><tr>\(heads)</tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody></table></div>
      """
  }
}
