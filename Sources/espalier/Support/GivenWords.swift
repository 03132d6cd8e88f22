import ArgumentParser
import Diagnostics

/// The words of a command line, looked at before the parser of arguments: it takes a misspelt command for an argument too
/// many, and a number below 0 for an option.
struct GivenWords {
  /// As the parser understands them.
  let words: [String]

  /// - Parameter root: The command with all others below it.
  /// - Throws: `CommandFailure` with exit code 2 for a command that is not there.
  init(_ words: [String], of root: any ParsableCommand.Type) throws {
    try Self.requireCommands(words.first == "help" ? words.dropFirst() : words[...], of: root)
    self.words = try Self.joiningNumbers(words)
  }

  /// Names of commands come first, one below the other, up to the command that has none below it.
  private static func requireCommands(_ words: ArraySlice<String>, of root: any ParsableCommand.Type) throws {
    var (command, path) = (root, "")
    for word in words {
      let below = command.configuration.subcommands
      guard !below.isEmpty, !word.hasPrefix("-") else { return }
      guard let next = below.first(where: { $0.configuration.commandName == word }) else {
        let names = below.compactMap { $0.configuration.commandName }
        let meant = closest(to: word, among: names).map { "\nhelp: did you mean 'espalier \(path)\($0)'?" }
        throw CommandFailure(
          "no command is named '\(path)\(word)'"
            + (meant ?? "\nhelp: the commands are \(names.joined(separator: ", "))"),
          status: .couldNotRun)
      }
      (command, path) = (next, path + "\(word) ")
    }
  }

  /// `--epochs -1` as `--epochs=-1`, so that the option says what is wrong with it.
  private static func joiningNumbers(_ words: [String]) throws -> [String] {
    var joined: [String] = []
    for (place, word) in words.enumerated() {
      guard word != "--" else { return joined + words[place...] }
      let isNegative = word.first == "-" && word.dropFirst().first?.isNumber == true
      guard isNegative, let option = joined.last else {
        joined.append(word)
        continue
      }
      if option.hasPrefix("--"), !option.contains("=") {
        joined[joined.count - 1] += "=" + word
      } else if option.hasPrefix("-") {
        joined.append(word)
      } else {
        throw CommandFailure(
          "'\(word)' is no option, and no argument of 'espalier \(words[0])' is below 0", status: .couldNotRun)
      }
    }
    return joined
  }
}
