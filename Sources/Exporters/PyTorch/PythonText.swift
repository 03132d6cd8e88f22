/// Python as people write it.
enum PythonText {
  private static let columns = 120

  /// What need not be said of a window goes, and what can be computed is.
  static func plain(_ text: String) -> String {
    var text = text
    while let padding = text.firstMatch(of: #/padding=(\d+) // 2/#) {
      text.replaceSubrange(padding.range, with: "padding=\((Int(padding.1) ?? 1) / 2)")
    }
    // A pool that is told no stride has that of its kernel.
    for implied in [", padding=0"] + (text.hasPrefix("nn.Conv2d") ? [", stride=1"] : []) {
      for end in [",", ")"] { text = text.replacing(implied + end, with: end) }
    }
    return text
  }

  /// `target = value`, over several lines where one is too long.
  static func assignment(_ target: String, _ value: String) -> [String] {
    let whole = "\(target) = \(value)"
    guard whole.count > columns, let open = value.firstIndex(of: "("), value.hasSuffix(")") else { return [whole] }
    let indent = String(target.prefix { $0 == " " })
    return wrapped(
      "\(target) = \(value[...open])", String(value[value.index(after: open)...].dropLast()), "\(indent))")
  }

  /// The head of a function.
  static func definition(_ name: String, _ arguments: [String]) -> [String] {
    let whole = "    def \(name)(\(arguments.joined(separator: ", "))):"
    guard whole.count > columns else { return [whole] }
    return wrapped("    def \(name)(", arguments.joined(separator: ", "), "    ):")
  }

  /// What stands in brackets on lines of its own.
  private static func wrapped(_ head: String, _ arguments: String, _ end: String) -> [String] {
    let indent = String(head.prefix { $0 == " " })
    var lines = [head]
    var line = "\(indent)   "
    for argument in arguments.split(separator: " ") {
      if line.count + argument.count >= columns {
        lines.append(line)
        line = "\(indent)   "
      }
      line += " \(argument)"
    }
    return lines + [line, end]
  }
}
