/// The JSON object at the head of a file: an entry a tensor, and the texts under `__metadata__`.
struct TensorFileHeader: Codable {
  var texts: [String: String]
  var entries: [String: Entry]
  /// In bytes; of a header that was read.
  var length = 0

  /// One tensor.
  struct Entry: Codable {
    let type: String
    let shape: [Int]
    /// Of its first byte and the one behind its last, from the end of the header.
    let places: [Int]

    /// As many numbers as the shape has places; nil for a shape that nothing can have.
    var count: Int? {
      var count = 1
      for extent in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: extent)
        guard extent >= 0, !overflow else { return nil }
        count = product
      }
      return count
    }

    /// The names are the format's.
    private enum CodingKeys: String, CodingKey {
      case type = "dtype"
      case shape
      case places = "data_offsets"
    }
  }

  struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private static let metadata = Key(stringValue: "__metadata__")

  init(texts: [String: String], entries: [String: Entry]) {
    self.texts = texts
    self.entries = entries
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    texts = try container.decodeIfPresent([String: String].self, forKey: Self.metadata) ?? [:]
    entries = [:]
    for key in container.allKeys where key.stringValue != Self.metadata.stringValue {
      entries[key.stringValue] = try container.decode(Entry.self, forKey: key)
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    if !texts.isEmpty { try container.encode(texts, forKey: Self.metadata) }
    for (name, entry) in entries { try container.encode(entry, forKey: Key(stringValue: name)) }
  }
}
