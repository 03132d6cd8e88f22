/// A page read strictly, as XML reads it: what is not well formed is an error that says where.
///
/// Elements nest and are closed, attributes are quoted and unique, `<` and `&` stand only where they mean something,
/// and names of entities are those that XML has.
package struct MarkupDocument {
  package struct Element {
    package let name: String
    package let attributes: [String: String]
    /// All text below it, joined.
    package fileprivate(set) var text = ""
    /// Names of the elements around it, the outermost first.
    package let path: [String]
  }

  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// In the order of their opening tags.
  package private(set) var elements: [Element] = []

  private var rest: Substring.UnicodeScalarView
  private let text: String

  /// - Throws: `Failure` for a text that is not well formed.
  package init(_ text: String) throws(Failure) {
    self.text = text
    rest = Substring(text).unicodeScalars
    let doctype = "<!DOCTYPE html>\n"
    if text.hasPrefix(doctype) { rest = rest.dropFirst(doctype.unicodeScalars.count) }
    var open: [Int] = []
    while let scalar = rest.first {
      if scalar == "<" {
        try tag(&open)
      } else {
        let read = try characters(until: "<")
        for index in open { elements[index].text += read }
        if open.isEmpty, read.contains(where: { !$0.isWhitespace }) { throw failure("text outside of the document") }
      }
    }
    if let last = open.last { throw failure("'\(elements[last].name)' is not closed") }
    if elements.isEmpty { throw failure("there is no element") }
  }

  package func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

  /// Elements with a class.
  package func all(class name: String) -> [Element] {
    elements.filter { ($0.attributes["class"] ?? "").split(separator: " ").contains { $0 == name } }
  }

  private func failure(_ words: String) -> Failure {
    let place = text.unicodeScalars.count - rest.count
    return Failure(description: "\(words), at character \(place), before '\(String(rest.prefix(40)))'")
  }

  private mutating func tag(_ open: inout [Int]) throws(Failure) {
    rest = rest.dropFirst()
    if rest.first == "/" {
      rest = rest.dropFirst()
      let name = try name()
      guard let last = open.popLast(), elements[last].name == name else { throw failure("'\(name)' is closed here") }
      return try expect(">")
    }
    let name = try name()
    var attributes: [String: String] = [:]
    while true {
      let isApart = skipBlanks()
      if rest.first == "/" || rest.first == ">" { break }
      guard isApart else { throw failure("two attributes without a blank") }
      let key = try self.name()
      try expect("=")
      try expect("\"")
      let value = try characters(until: "\"")
      try expect("\"")
      guard attributes.updateValue(value, forKey: key) == nil else { throw failure("'\(key)' is there twice") }
    }
    guard open.isEmpty == elements.isEmpty else { throw failure("a second root") }
    elements.append(Element(name: name, attributes: attributes, path: open.map { elements[$0].name }))
    if rest.first == "/" {
      rest = rest.dropFirst()
    } else {
      open.append(elements.count - 1)
    }
    try expect(">")
  }

  private mutating func name() throws(Failure) -> String {
    let found = rest.prefix { $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "-" || $0 == ":" }
    guard let first = found.first, first.properties.isAlphabetic else { throw failure("a name is wanted") }
    rest = rest.dropFirst(found.count)
    return String(found)
  }

  private mutating func characters(until end: Unicode.Scalar) throws(Failure) -> String {
    var read = String.UnicodeScalarView()
    while let scalar = rest.first, scalar != end {
      if scalar == "<" { throw failure("a '<' in a value") }
      if scalar.value < 32, scalar != "\n", scalar != "\t" { throw failure("a control character") }
      rest = rest.dropFirst()
      read.append(scalar == "&" ? try entity() : scalar)
    }
    return String(read)
  }

  private mutating func entity() throws(Failure) -> Unicode.Scalar {
    let known: [String: Unicode.Scalar] = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "#39": "'"]
    let name = String(rest.prefix { $0 != ";" }.prefix(8))
    guard let scalar = known[name] else { throw failure("'&\(name)' is no entity") }
    rest = rest.dropFirst(name.unicodeScalars.count)
    try expect(";")
    return scalar
  }

  private mutating func expect(_ scalar: Unicode.Scalar) throws(Failure) {
    guard rest.first == scalar else { throw failure("'\(scalar)' is wanted") }
    rest = rest.dropFirst()
  }

  /// Whether there were any.
  private mutating func skipBlanks() -> Bool {
    guard rest.first?.properties.isWhitespace == true else { return false }
    rest = rest.drop { $0.properties.isWhitespace }
    return true
  }
}

extension MarkupDocument {
  /// What keeps the page from being one that needs nothing else and whose parts find each other; empty: nothing.
  package var complaints: [String] {
    var complaints: [String] = []
    let names = elements.compactMap { $0.attributes["id"] }
    let known = Set(names)
    if known.count < names.count { complaints.append("an id is there twice") }
    for element in elements {
      if ["script", "iframe", "object", "embed", "audio", "video", "base"].contains(element.name) {
        complaints.append("there is a '\(element.name)'")
      }
      for (key, value) in element.attributes.sorted(by: { $0.key < $1.key }) {
        if key.hasPrefix("on") { complaints.append("'\(key)' runs a script") }
        switch key {
        case "href" where value == "data:,": break
        case "href", "src", "action":
          if !(value.hasPrefix("#") && known.contains(String(value.dropFirst()))) {
            complaints.append("\(key) '\(value)' leads nowhere in the page")
          }
        case "aria-labelledby":
          for name in value.split(separator: " ") where !known.contains(String(name)) {
            complaints.append("aria-labelledby '\(name)' is not there")
          }
        case _ where value.hasPrefix("url("):
          if !known.contains(String(value.dropFirst(5).dropLast())) { complaints.append("'\(value)' is not there") }
        case _: break
        }
      }
      if element.attributes["role"] == "img" {
        let inner = elements.filter { $0.path.starts(with: element.path + [element.name]) }
        if !inner.contains(where: { $0.name == "title" }) { complaints.append("a picture without a title") }
      }
      if element.name == "style", element.text.contains("url(") || element.text.contains("@import") {
        complaints.append("the style asks for another file")
      }
    }
    return complaints
  }
}
