import Diagnostics
import SpaceCompiler
import SpaceIR
import TestSupport
import Testing

/// What requirements mean: which networks they leave, held against a predicate written by hand.
struct RequirementTests {
  private static let network = """
      - {name: stem, op: conv, channels: {choose: [8, 16]}, kernel: 3}
      - stage: s1
        layers: {choose: [1, 2, 3]}
        decide: each
        layer: {op: conv, channels: {choose: [8, 16], decide: once}, kernel: {choose: [1, 3, 5]}}
      - stage: s2
        layers: 2
        decide: each
        layer: {op: conv, channels: 8, kernel: {choose: [1, 3]}, or: bypass}
      - {name: act, op: activation, function: {choose: [relu, swish]}}
    """

  private static let head = "decisions: {width: {choose: [4, 8]}}\n"

  /// A member by the values of its decisions; nil for one that does not exist.
  typealias Member = (String) -> Int?

  struct Case: CustomTestStringConvertible, Sendable {
    let text: String
    let holds: @Sendable (Member) -> Bool
    var testDescription: String { text }

    init(_ text: String, _ holds: @escaping @Sendable (Member) -> Bool) {
      self.text = text
      self.holds = holds
    }
  }

  private static func kernels(_ member: Member) -> [Int] { (1...3).compactMap { member("s1[\($0)].kernel") } }
  private static func optional(_ member: Member) -> [Int] { (1...2).compactMap { member("s2[\($0)].kernel") } }
  private static let swish = 1

  static let cases: [Case] = [
    Case("stem.channels <= s1.channels") { $0("stem.channels")! <= $0("s1.channels")! },
    Case("s1[2].kernel == 3") { $0("s1[2].kernel").map { $0 == 3 } ?? true },
    Case("s1[2].kernel == 3 or s1[1].kernel == 1") {
      $0("s1[2].kernel") == nil || $0("s1[2].kernel") == 3 || $0("s1[1].kernel") == 1
    },
    Case("exists(s1[2].kernel) or s1[1].kernel == 1") { $0("s1[2].kernel") != nil || $0("s1[1].kernel") == 1 },
    Case("not exists(s1[3].kernel)") { $0("s1.layers")! < 3 },
    Case("count(exists(s2[*].kernel)) == 1") { optional($0).count == 1 },
    Case("sum(s1[*].kernel) <= 7") { kernels($0).reduce(0, +) <= 7 },
    Case("sum(s2[*].kernel) == 4") { optional($0).reduce(0, +) == 4 },
    Case("sum(s1[*].kernel, s2[*].kernel, 1) % 2 == 0") {
      (kernels($0) + optional($0)).reduce(1, +) % 2 == 0
    },
    Case("min(s1[*].kernel) >= 3") { kernels($0).min()! >= 3 },
    Case("max(s1[*].kernel) - min(s1[*].kernel) <= 2") { kernels($0).max()! - kernels($0).min()! <= 2 },
    Case("max(s2[*].kernel) <= 1") { (optional($0).max() ?? 0) <= 1 },
    Case("min(s2[1].kernel, s2[2].kernel) == 3") { optional($0).min().map { $0 == 3 } ?? true },
    Case("min(s2[2].kernel, 2) == 1") { min($0("s2[2].kernel") ?? 2, 2) == 1 },
    Case("count(s1[*].kernel > 1) == 2") { kernels($0).count { $0 > 1 } == 2 },
    Case("all(s2[*].kernel == 3)") { optional($0).allSatisfy { $0 == 3 } },
    Case("any(s2[*].kernel == 3)") { optional($0).contains(3) },
    Case("nondecreasing(s1[*].kernel)") { kernels($0) == kernels($0).sorted() },
    Case("nonincreasing(s1[*].kernel, s2[*].kernel)") {
      let all = kernels($0) + optional($0)
      return all == all.sorted(by: >)
    },
    Case("nondecreasing(s2[1].kernel, s1[1].kernel, s2[2].kernel)") { member in
      let all = ["s2[1].kernel", "s1[1].kernel", "s2[2].kernel"].compactMap { member($0) }
      return all == all.sorted()
    },
    Case("all_equal(s1[*].kernel)") { Set(kernels($0)).count == 1 },
    Case("all_different(s1[*].kernel)") { Set(kernels($0)).count == kernels($0).count },
    Case("all_equal(s2[*].kernel)") { Set(optional($0)).count <= 1 },
    Case("all(divides(s1[*].kernel, s1[*].channels - 1))") { member in
      kernels(member).allSatisfy { (member("s1.channels")! - 1) % $0 == 0 }
    },
    Case("sum(s1[*].channels) <= 32") { $0("s1.channels")! * $0("s1.layers")! <= 32 },
    Case("all(s1[*].kernel <= s2[1].kernel)") { member in
      member("s2[1].kernel").map { limit in kernels(member).allSatisfy { $0 <= limit } } ?? true
    },
    Case("implies(act.function == swish, stem.channels == 16)") {
      $0("act.function") != swish || $0("stem.channels") == 16
    },
    Case("swish != act.function") { $0("act.function") != swish },
    Case("implies(s2[1].op == bypass, s2[2].op == bypass)") { $0("s2[1].op") != 1 || $0("s2[2].op") == 1 },
    Case("pow(s1.layers, 2) + abs(width - 8) <= 5") { member in
      let depth = member("s1.layers")!
      return depth * depth + abs(member("width")! - 8) <= 5
    },
    Case("{allow: [stem.channels, act.function], rows: [[8, relu], [16, swish]]}") {
      ($0("stem.channels") == 16) == ($0("act.function") == swish)
    },
    Case("{forbid: [s1.layers, \"s2[1].kernel\"], rows: [[1, 3], [3, 1]]}") {
      $0("s2[1].kernel") == nil || ![[1, 3], [3, 1]].contains([$0("s1.layers")!, $0("s2[1].kernel")!])
    },
    Case("{name: both, that: width == 8 and s1.layers > 1}") { $0("width") == 8 && $0("s1.layers")! > 1 },
  ]

  @Test(arguments: cases)
  func `a requirement leaves the networks that it says`(example: Case) throws {
    let text = MiniSpace(network: Self.network, head: Self.head).text + "require:\n  - \(example.text)\n"
    let compilation = compile(
      text.replacing("kernel: 3}\n  - stage", with: "kernel: 3, stride: floor(width / 4)}\n  - stage"))
    try #require(
      !compilation.hasErrors,
      "\(renderText(compilation.diagnostics, sources: compilation.sources, colours: false))")
    let space = try #require(compilation.result?.space)
    try expectSound(space)
    guard case .condition(let condition) = try #require(space.requirements.first).claim else { return }
    let members = space.members
    var kept = 0
    for member in members {
      let named: Member = { name in
        guard let index = space.decisions.firstIndex(where: { $0.name == name }) else { return nil }
        let id = DecisionID(index: index)
        return member[id].map { space[id].options[$0].integer ?? $0 }
      }
      let expected = example.holds(named)
      #expect(try condition.evaluate { space.value(of: $0, in: member) } == .boolean(expected))
      kept += expected ? 1 : 0
    }
    #expect((1..<members.count).contains(kept), "the case tells networks apart")
  }

  @Test func `budgets have inclusive bounds in whole numbers`() throws {
    let bounds: [(String, Budget)] = [
      ("macs <= 60M", Budget(.macs, greatest: 60_000_000)), ("macs < 60M", Budget(.macs, greatest: 59_999_999)),
      ("0.5k > parameters", Budget(.parameters, greatest: 499)), ("macs >= 10.5", Budget(.macs, least: 11)),
      ("macs > 10", Budget(.macs, least: 11)), ("macs > 10.5", Budget(.macs, least: 11)),
      ("macs < 10.5", Budget(.macs, greatest: 10)), ("2 * 5M <= macs", Budget(.macs, least: 10_000_000)),
      ("activation_bytes <= 2 MiB", Budget(.activationBytes, greatest: 2 << 20)),
      ("activation_bytes <= 0.5KiB", Budget(.activationBytes, greatest: 512)),
      ("activation_bytes <= 100", Budget(.activationBytes, greatest: 100)),
      ("macs >= 1M and macs < 2M", Budget(.macs, least: 1_000_000, greatest: 1_999_999)),
      ("parameters == 7", Budget(.parameters, least: 7, greatest: 7)),
    ]
    for (text, budget) in bounds {
      let compilation = compile(MiniSpace(network: Self.network).text + "require: [\(text)]\n")
      #expect(compilation.diagnostics == [], "\(text)")
      #expect(compilation.result?.space.requirements == [Requirement(text, .budget(budget))])
    }
  }

  @Test func `a budget and a condition in one line are two requirements`() throws {
    let text =
      MiniSpace(network: Self.network).text + "require:\n  - {name: a, that: macs <= 1G and stem.channels == 8}\n"
    let requirements = try #require(compile(text).result?.space.requirements)
    #expect(requirements.map(\.text) == ["a", "a"])
    #expect(requirements[0].claim == .budget(Budget(.macs, greatest: 1_000_000_000)))
  }

  @Test func `a space with a requirement has a hash of its own`() throws {
    let plain = MiniSpace(network: Self.network).text
    let bare = try #require(compile(plain).result)
    let required = try #require(compile(plain + "require: [stem.channels == 8]\n").result)
    #expect(bare.hash != required.hash)
    #expect(!bare.space.text.contains("require"))
  }

  // MARK: Proofs

  private static let residual = """
    blocks:
      unit:
        parameters: {channels: int}
        body: [{op: conv, channels: channels, kernel: 3}]
        shortcut: always
    """

  @Test(arguments: [
    "stem.channels == mid.channels", "stem.channels <= mid.channels and mid.channels <= stem.channels",
    "{allow: [stem.channels, mid.channels], rows: [[8, 8], [16, 16]]}",
    "implies(tail.channels == 8, stem.channels == mid.channels) and tail.channels == 8",
  ])
  func `a shape that only the requirements make right is right`(requirement: String) throws {
    let network = """
        - {name: stem, op: conv, channels: {choose: [8, 16]}, kernel: 3}
        - {name: mid, op: unit, channels: {choose: [8, 16]}}
        - {name: tail, op: conv, channels: {choose: [8, 16]}, kernel: 3}
      """
    let text = MiniSpace(network: network, head: Self.residual).text
    #expect(compile(text).diagnostics.map(\.code) == ["ES2201"])
    let compilation = compile(text + "require:\n  - \(requirement)\n")
    #expect(!compilation.hasErrors)
    try expectSound(try #require(compilation.result?.space))
  }

  @Test func `a requirement that says something else does not make it right`() {
    let network = """
        - {name: stem, op: conv, channels: {choose: [8, 16]}, kernel: 3}
        - {name: mid, op: unit, channels: {choose: [8, 16]}}
      """
    let text = MiniSpace(network: network, head: Self.residual).text
    #expect(compile(text + "require: [stem.channels <= mid.channels]\n").diagnostics.map(\.code) == ["ES2201"])
  }

  @Test func `a divisor that a requirement keeps from zero divides`() throws {
    let network = """
        - {name: stem, op: conv, channels: "floor(16 / (a - b))", kernel: 3}
      """
    let text = MiniSpace(network: network, head: "decisions: {a: {choose: [1, 2]}, b: {choose: [0, 1]}}").text
    #expect(compile(text).diagnostics.map(\.code) == ["ES2006"])
    #expect(compile(text + "require: [a > b]\n").diagnostics.filter { $0.severity == .error } == [])
  }
}

extension Space {
  /// Every way to decide what exists, in the order of decisions.
  fileprivate var members: [Architecture] {
    decisionIDs.reduce([Architecture(choices: decisions.map { _ in nil })]) { members, id in
      members.flatMap { member -> [Architecture] in
        guard exists(id, in: member) else { return [member] }
        return self[id].options.indices.map { option in
          var next = member
          next[id] = option
          return next
        }
      }
    }
  }
}
