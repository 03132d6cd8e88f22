import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import SpacePlanner
import TestSupport
import Testing

/// Which weights a decision with `separate` tells apart: those of what it belongs to, and no others.
@Suite struct SeparateScopeTests {
  private static func space(_ network: String, _ more: String = "") throws -> CompiledSpace {
    let compilation = Repository.compilation(
      ofText: """
        espalier: 1
        space: scopes
        input: {channels: 1, height: 8, width: 8}
        output: {classes: 10}
        \(more)
        blocks:
          filter:
            parameters: {kernel: int}
            body: [{op: conv, channels: 8, kernel: kernel}, batch_norm]
          twice:
            parameters: {}
            decide: once
            body: [{op: conv, channels: 8, kernel: {choose: [3, 5]}}, batch_norm]
        network:
        \(network)
          - {name: pool, op: global_pool}
          - {name: head, op: linear, features: 10}
        """)
    return try #require(compilation.result, "\(compilation.diagnostics)")
  }

  /// Binds every network that some hundred draws meet; how many there were.
  private static func bindAll(_ compiled: CompiledSpace, _ plan: SupernetPlan) throws -> Int {
    var random = SeededNumbers(state: 1)
    let members = try MemberSet(compiled.space)
    let networks = Set((0..<600).map { _ in members.draw(using: &random) })
    for network in networks { _ = try plan.bind(network, BindingOptions(batch: 2, pass: .forwardAndBackward)) }
    return networks.count
  }

  @Test func `branches do not multiply each other's weights`() throws {
    let branches = ["a", "b", "c"].map { "      \($0): [{op: filter, kernel: {choose: [1, 3, 5]}}]" }
    let compiled = try Self.space(
      "  - name: mix\n    parallel:\n" + branches.joined(separator: "\n") + "\n    join: add")
    let plan = try SupernetPlan(for: compiled.space)
    #expect(plan.tensors.count { $0.role == .convolution } == 9)
    #expect(plan.tensors.count { $0.role == .scale } == 9, "a batch norm goes with its convolution")
    #expect(try Self.bindAll(compiled, plan) == 27)
  }

  /// A branch that is not there in every network: its kernel says nothing of the other branch's weights.
  @Test func `a decision that does not exist tells nothing apart`() throws {
    let compiled = try Self.space(
      """
        - name: mix
          parallel:
            a: [{op: filter, kernel: {choose: [1, 3]}}]
            b: [{op: filter, kernel: {choose: [1, 3]}, when: flag}]
          join: add
      """, "decisions: {flag: {choose: [false, true]}}")
    let plan = try SupernetPlan(for: compiled.space)
    #expect(try Self.bindAll(compiled, plan) == 6)
  }

  @Test func `every use of a block that decides once has separate weights`() throws {
    let compiled = try Self.space("  - {name: a, op: twice}\n  - {name: b, op: twice}")
    let plan = try SupernetPlan(for: compiled.space)
    let kernels = plan.tensors.filter { $0.role == .convolution }.map { "\($0.name.prefix(1)) \($0.shape[1])" }
    #expect(kernels.sorted() == ["a 3", "a 5", "b 3", "b 5"])
    #expect(plan.tensors.count { $0.role == .scale } == 4)
    #expect(try Self.bindAll(compiled, plan) == 2)
  }

  @Test func `a layer's own decisions tell all of its weights apart`() throws {
    let compiled = try Self.space("  - {name: a, op: filter, kernel: {choose: [3, 5]}}")
    let plan = try SupernetPlan(for: compiled.space)
    #expect(plan.tensors.count { $0.role == .convolution } == 2 && plan.tensors.count { $0.role == .scale } == 2)
  }

  @Test func `weights that would be too many are counted to the end`() throws {
    let choices = (1...14).map { "k\($0): {choose: [1, 3, 5]}" }.joined(separator: ", ")
    let calls = (1...14).map { "{op: filter, kernel: k\($0)}" }.joined(separator: ", ")
    let compilation = Repository.compilation(
      ofText: """
        espalier: 1
        space: scopes
        input: {channels: 1, height: 8, width: 8}
        output: {classes: 10}
        blocks:
          filter:
            parameters: {kernel: int}
            body: [{op: conv, channels: 8, kernel: kernel}, batch_norm]
          deep:
            parameters: {\((1...14).map { "k\($0): int" }.joined(separator: ", "))}
            body: [\(calls)]
        network:
          - {name: a, op: deep, \(choices)}
          - {name: pool, op: global_pool}
          - {name: head, op: linear, features: 10}
        """)
    let compiled = try #require(compilation.result, "\(compilation.diagnostics)")
    #expect(throws: PlanError.tooManyVariants(layer: "a", count: 4_782_969)) { try SupernetPlan(for: compiled.space) }
  }
}
