/// A JSON value of a run as it was written, for showing every setting that there is, also those of later versions.
indirect enum RecordedValue: Decodable {
  /// A number, a text or a truth value, as people write it.
  case scalar(String)
  case list([RecordedValue])
  case object([String: RecordedValue])

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    if let container = try? decoder.container(keyedBy: Key.self) {
      var members: [String: RecordedValue] = [:]
      for key in container.allKeys { members[key.stringValue] = try container.decode(RecordedValue.self, forKey: key) }
      self = .object(members)
      return
    }
    if var container = try? decoder.unkeyedContainer() {
      var values: [RecordedValue] = []
      while !container.isAtEnd { values.append(try container.decode(RecordedValue.self)) }
      self = .list(values)
      return
    }
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .scalar("none")
    } else if let value = try? container.decode(Bool.self) {
      self = .scalar(value ? "yes" : "no")
    } else if let value = try? container.decode(Int.self) {
      self = .scalar(String(value))
    } else if let value = try? container.decode(UInt64.self) {
      self = .scalar(String(value))
    } else if let value = try? container.decode(Double.self) {
      self = .scalar(value.description)
    } else {
      self = .scalar(try container.decode(String.self))
    }
  }

  /// The member of an object; nil where there is none.
  subscript(key: String) -> RecordedValue? {
    if case .object(let members) = self { members[key] } else { nil }
  }

  /// Every scalar with the path to it, by name: `samples.adaptive.lambda` and `0.25`. An empty object is a name alone.
  func rows(under path: String = "") -> [(name: String, value: String)] {
    switch self {
    case .scalar(let text): return [(path, text)]
    case .list(let values):
      let texts = values.compactMap { value in
        if case .scalar(let text) = value { text } else { nil }
      }
      if texts.count == values.count { return [(path, texts.joined(separator: ", "))] }
      return values.enumerated().flatMap { $0.element.rows(under: "\(path)[\($0.offset)]") }
    case .object(let members):
      if members.isEmpty, let dot = path.lastIndex(of: ".") {
        return [(String(path[..<dot]), String(path[path.index(after: dot)...]))]
      }
      return members.sorted { $0.key < $1.key }
        .flatMap { $0.value.rows(under: path.isEmpty ? $0.key : "\(path).\($0.key)") }
    }
  }
}
