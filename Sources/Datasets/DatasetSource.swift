/// Where images come from, as the user writes it: `fashion-mini`, `digits`, `fashion-mnist:FOLDER`, `cifar10:FOLDER`,
/// `folder:FOLDER`.
package enum DatasetSource: Hashable, Sendable {
  case fashionMini
  case digits
  case fashionMNIST(folder: String)
  case cifar10(folder: String)
  /// An image folder, see `ImageFolder`.
  case folder(String)

  /// How each choice is written. `FOLDER` stands for a path.
  package static let choices = ["fashion-mini", "digits", "fashion-mnist:FOLDER", "cifar10:FOLDER", "folder:FOLDER"]

  /// What needs no folder, with the shape of its images.
  package static let builtIn: [(source: DatasetSource, shape: PixelShape)] = [
    (.fashionMini, PixelShape(channels: 1, height: 28, width: 28)),
    (.digits, PixelShape(channels: 1, height: 8, width: 8)),
  ]

  /// Takes the text apart. No file is looked at.
  package init(parsing text: String) throws(DatasetSourceError) {
    let colon = text.firstIndex(of: ":")
    let name = String(text[..<(colon ?? text.endIndex)])
    let folder = colon.map { String(text[text.index(after: $0)...]) }
    switch (Name(rawValue: name), folder) {
    case (nil, _): throw .unknownName(name, suggestion: Name.nearest(to: name)?.choice)
    case (.fashionMini, nil): self = .fashionMini
    case (.digits, nil): self = .digits
    case (.fashionMini?, .some), (.digits?, .some): throw .unexpectedFolder(name)
    case (.fashionMNIST?, let folder?) where !folder.isEmpty: self = .fashionMNIST(folder: folder)
    case (.cifar10?, let folder?) where !folder.isEmpty: self = .cifar10(folder: folder)
    case (.folder?, let folder?) where !folder.isEmpty: self = .folder(folder)
    case (.fashionMNIST?, _), (.cifar10?, _), (.folder?, _): throw .missingFolder(name)
    }
  }

  /// Reads, checks and splits the images.
  ///
  /// - Throws: `DatasetError`.
  /// - Complexity: The embedded sets take some milliseconds; a folder costs its reading and unpacking.
  package func load(_ options: SplitOptions = SplitOptions()) throws -> DatasetSplits {
    switch self {
    case .fashionMini: try EmbeddedImages.fashionMini(options)
    case .digits: try EmbeddedImages.digits(options)
    case .fashionMNIST(let folder): try FashionMNISTFolder(path: folder).load(options)
    case .cifar10(let folder): try CIFAR10Folder(path: folder).load(options)
    case .folder: throw DatasetError.notInMemory(source: description)
    }
  }
}

extension DatasetSource: CustomStringConvertible {
  /// The text that parses to this source.
  package var description: String {
    switch self {
    case .fashionMini: Name.fashionMini.rawValue
    case .digits: Name.digits.rawValue
    case .fashionMNIST(let folder): "\(Name.fashionMNIST.rawValue):\(folder)"
    case .cifar10(let folder): "\(Name.cifar10.rawValue):\(folder)"
    case .folder(let folder): "\(Name.folder.rawValue):\(folder)"
    }
  }

  /// The part before the colon.
  private enum Name: String, CaseIterable {
    case fashionMini = "fashion-mini"
    case digits
    case fashionMNIST = "fashion-mnist"
    case cifar10
    case folder

    var choice: String {
      switch self {
      case .fashionMini, .digits: rawValue
      case .fashionMNIST, .cifar10, .folder: "\(rawValue):FOLDER"
      }
    }

    /// The name that `text` is most likely a slip of: at most a third of its letters away, case and dashes apart.
    static func nearest(to text: String) -> Name? {
      let folded = fold(text)
      let ranked = allCases.map { (name: $0, distance: editDistance(folded, fold($0.rawValue))) }
      let best = ranked.min { $0.distance < $1.distance }
      return best.flatMap { $0.distance * 3 <= fold($0.name.rawValue).count ? $0.name : nil }
    }

    private static func fold(_ text: String) -> [Character] {
      text.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " }
    }
  }
}

/// A text that names no data set.
package enum DatasetSourceError: Error, Hashable, Sendable, CustomStringConvertible {
  case unknownName(String, suggestion: String?)
  case missingFolder(String)
  case unexpectedFolder(String)

  package var description: String {
    switch self {
    case .unknownName(let name, let suggestion?):
      "no data set is named '\(name)'; did you mean '\(suggestion)'?\n\(Self.choices)"
    case .unknownName(let name, nil): "no data set is named '\(name)'\n\(Self.choices)"
    case .missingFolder(let name): "the data set '\(name)' is read from a folder: write '\(name):FOLDER'"
    case .unexpectedFolder(let name): "the data set '\(name)' is built in and takes no folder: write '\(name)'"
    }
  }

  private static var choices: String {
    "help: the data sets are " + DatasetSource.choices.map { "'\($0)'" }.joined(separator: ", ")
  }
}

/// Insertions, deletions and replacements that turn one text into the other (Levenshtein 1966).
private func editDistance(_ first: [Character], _ second: [Character]) -> Int {
  var row = Array(0...second.count)
  for (i, a) in first.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, b) in second.enumerated() {
      let replaced = diagonal + (a == b ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
    }
  }
  return row[second.count]
}
