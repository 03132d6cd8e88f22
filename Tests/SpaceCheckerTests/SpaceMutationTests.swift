import Diagnostics
import SpaceCompiler
import SpaceIR
import TestSupport
import Testing

/// Seeded mutations of right and wrong spaces: nothing crashes, and every range lies in its file.
struct SpaceMutationTests {
  private static let sources: [String: String] = {
    var sources: [String: String] = [:]
    for name in ["digits.yaml", "mini-f.yaml", "blocks/mobile.yaml"] {
      sources[name] = (try? DiskReader().bytes(of: "\(Repository.root)/spaces/\(name)")).map {
        String(decoding: $0, as: UTF8.self)
      }
    }
    for folder in [GoldenDiagnosticTests.folder, GoldenSpaceTests.folder] {
      for golden in (try? GoldenCase.all(in: folder)) ?? [] {
        sources[golden.path] = (try? DiskReader().bytes(of: "\(golden.root)/\(golden.path)")).map {
          String(decoding: $0, as: UTF8.self)
        }
      }
    }
    return sources
  }()

  @Test(arguments: 0..<24 as Range<UInt64>)
  func `no space stops the compiler`(seed: UInt64) throws {
    var random = SeededRandom(state: seed)
    let names = Self.sources.keys.sorted()
    try #require(names.count > 50)
    for _ in 0..<40 {
      var files = Self.sources
      let root = names.randomElement(using: &random) ?? ""
      let victim = Int.random(in: 0..<4, using: &random) == 0 ? "blocks/mobile.yaml" : root
      files[victim] = mutated(files[victim] ?? "", using: &random)
      try expectOrder(compileSpace(at: root, reader: TextReader(files: files)), files[victim] ?? "")
    }
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `no architecture stops the compiler`(seed: UInt64) throws {
    let names = ["architectures/used/bound.yaml", "architectures/used/tiny.yaml"]
    let root = "\(Repository.root)/\(GoldenDiagnosticTests.folder)"
    let sources = Dictionary(
      uniqueKeysWithValues: try names.map { name in
        (name, String(decoding: try DiskReader().bytes(of: "\(root)/\(name)"), as: UTF8.self))
      })
    #expect(compileSpace(at: names[0], reader: TextReader(files: sources)).diagnostics == [])
    var random = SeededRandom(state: seed)
    for _ in 0..<100 {
      var files = sources
      let victim = Int.random(in: 0..<4, using: &random) == 0 ? names[1] : names[0]
      files[victim] = mutated(files[victim] ?? "", using: &random)
      try expectOrder(compileSpace(at: names[0], reader: TextReader(files: files)), files[victim] ?? "")
    }
  }

  private func expectOrder(_ compilation: Compilation, _ text: String) throws {
    try #require((compilation.result == nil) == compilation.hasErrors, "\(text)")
    for diagnostic in compilation.diagnostics {
      let remedies = diagnostic.fixIts + diagnostic.notes.flatMap(\.fixIts)
      let ranges =
        [diagnostic.range] + diagnostic.notes.compactMap(\.range) + remedies.flatMap(\.edits).map(\.range)
      for range in ranges {
        let file = try #require(compilation.sources.file(range.source))
        try #require(range.end <= file.bytes.count, "\(diagnostic)")
      }
    }
    _ = renderText(compilation.diagnostics, sources: compilation.sources, colours: true)
    guard let space = compilation.result?.space else { return }
    try #require(space.verify() == [], "\(text)")
    try #require(try parseSpace(text: space.text) == space, "\(text)")
  }

  /// One to three edits of lines, of scalars, or of characters.
  private func mutated(_ text: String, using random: inout SeededRandom) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let line = Int.random(in: 0..<lines.count, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: if lines.count > 1 { lines.remove(at: line) }
      case 1: lines.insert(lines[line], at: line)
      case 2: lines.swapAt(line, Int.random(in: 0..<lines.count, using: &random))
      case 3: lines[line] = replacingByte(of: lines[line], using: &random)
      default: lines[line] = replacingScalar(of: lines[line], using: &random)
      }
    }
    return lines.joined(separator: "\n")
  }

  private func replacingByte(of line: String, using random: inout SeededRandom) -> String {
    var bytes = Array(line.utf8)
    guard !bytes.isEmpty else { return line }
    let place = Int.random(in: 0..<bytes.count, using: &random)
    switch Int.random(in: 0..<3, using: &random) {
    case 0: bytes.remove(at: place)
    case 1: bytes[place] = UInt8.random(in: 0x20...0x7E, using: &random)
    default: bytes.insert(UInt8.random(in: 0x20...0x7E, using: &random), at: place)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func replacingScalar(of line: String, using random: inout SeededRandom) -> String {
    let words = line.matches(of: /[A-Za-z0-9_.\[\]]+/)
    guard let word = words.randomElement(using: &random) else { return line }
    let other = Self.scalars.randomElement(using: &random) ?? ""
    return line.replacingCharacters(in: word.range, with: other)
  }

  private static let scalars = [
    "0", "1", "-1", "2", "8", "9223372036854775807", "-9223372036854775808", "0.5", "1e9", "3.75", "40", "no", "~",
    "''",
    "true", "x", "in.channels", "s1.channels", "stem.channels", "here.height", "output.classes", "1 / 0",
    "9223372036854775807 * in.channels", "round_to(in.channels, 0)", "make_divisible(8, 0.5)", "floor(0.5)", "-8 % 3",
    "{choose: [1, 2, 3]}", "{choose: [relu, swish]}", "{choose: [true, false]}", "{choose: {from: 1, to: 9, step: 2}}",
    "{choose: [3, 5], decide: once}", "{choose: [3, 5], decide: each}", "{first: 2, rest: 1}",
    "{first: {choose: [1, 3]}, rest: {choose: [3, 5]}}", "[]", "{}", "bypass", "[bypass, {op: identity}]", "once",
    "each",
    "conv", "depthwise", "split_attention", "global_pool", "identity", "skip", "mobile", "op", "or", "stage", "layer",
    "s1[1].kernel", "s1[*].kernel", "all(s1[*].kernel == 3)", "sum(s1[*].channels, 1) < 40", "exists(s1[2].kernel)",
    "macs <= 60M", "5 ms", "2 MiB", "latency(x) < 5 ms", "implies(1, 2)", "divides(0, 8)", "pow(2, 70)",
    "min(s1[*].op)",
    "layers", "decide", "choose", "always", "when", "switch", "else", "body", "shortcut", "stride", "copies",
  ]
}

extension String {
  fileprivate func replacingCharacters(in range: Range<String.Index>, with other: String) -> String {
    self[..<range.lowerBound] + other + self[range.upperBound...]
  }
}
