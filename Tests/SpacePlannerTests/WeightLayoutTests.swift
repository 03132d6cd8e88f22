import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import SpacePlanner
import TestSupport
import Testing

/// Who shares weights with whom: fp-nas.md, section 5.5.
@Suite struct WeightLayoutTests {
  @Test(arguments: try PlannedSpace.fpNAS())
  func `every block that is not bypassed is one fused segment`(planned: PlannedSpace) throws {
    for architecture in try planned.members(50) {
      let program = try planned.plan.bind(architecture, BindingOptions(batch: 2, pass: .forward))
      #expect(program.segments.map(\.layer) == planned.runningLayers(of: architecture))
      for (a, b) in zip(program.segments, program.segments.dropFirst()) {
        #expect(a.instructions.upperBound <= b.instructions.lowerBound)
      }
    }
  }

  @Test(arguments: try PlannedSpace.fpNAS())
  func `kernels and splits never share a tensor`(planned: PlannedSpace) throws {
    struct User: Hashable {
      let layer: LayerID
      let kernel: Int
      let splits: Int
    }
    var users: [TensorID: Set<User>] = [:]
    for architecture in try planned.members(60) {
      let program = try planned.plan.bind(architecture, BindingOptions(batch: 2, pass: .forward))
      for segment in program.segments {
        let user = User(
          layer: segment.layer, kernel: try #require(planned.value(of: "kernel", in: segment.layer, architecture)),
          splits: try #require(planned.value(of: "splits", in: segment.layer, architecture)))
        for slice in program.instructions[segment.instructions].flatMap(\.slices).compactMap({ $0 }) {
          users[program.slices[slice.index].tensor, default: []].insert(user)
        }
      }
    }
    #expect(users.count > 100)
    #expect(users.values.allSatisfy { $0.count == 1 })
    #expect(Set(users.values.flatMap { $0 }.map(\.kernel)) == [3, 5])
  }

  @Test(arguments: try PlannedSpace.fpNAS())
  func `nonlinearities share every tensor`(planned: PlannedSpace) throws {
    for architecture in try planned.members(10) {
      let programs = try [0, 1].map { option in
        try planned.plan.bind(
          planned.changing("activation", of: architecture, to: option), BindingOptions(batch: 2, pass: .forward))
      }
      #expect(programs[0].slices == programs[1].slices)
      #expect(programs[0].instructions != programs[1].instructions || planned.runningLayers(of: architecture).isEmpty)
    }
  }

  @Test(arguments: try PlannedSpace.fpNAS())
  func `the projection of a bypassed layer is one tensor whatever the block would have been`(
    planned: PlannedSpace
  ) throws {
    for architecture in try planned.members(10) {
      let bypassed = planned.changing("kernel", of: architecture, to: 0)
      let programs = try [0, 1].map { splits in
        try planned.plan.bind(
          planned.changing("splits", of: bypassed, to: splits), BindingOptions(batch: 2, pass: .forward))
      }
      #expect(programs[0] == programs[1])
      #expect(programs[0].segments.isEmpty)
    }
    // Later layers of a stage that decides once keep its width, so a bypass there needs no projection.
    let groups = planned.space.decisions.filter { $0.parameter == "kernel" }
    let skips = planned.plan.tensors.filter { $0.role == .convolution && $0.name.hasSuffix("[kernel=0]") }
    #expect(skips.count == groups.count)
  }

  @Test(arguments: try PlannedSpace.fpNAS())
  func `narrower options are the first channels of one tensor`(planned: PlannedSpace) throws {
    let architecture = try #require(try planned.members(40).first { !planned.runningLayers(of: $0).isEmpty })
    let wide = planned.space.decisionIDs.filter { planned.space[$0].parameter == "channels" }
      .reduce(into: architecture) { $0[$1] = planned.space[$1].options.count - 1 }
    let narrow = planned.changing("channels", of: architecture, to: 0)
    let options = BindingOptions(batch: 2, pass: .forward)
    let extents = try [narrow, wide].map { member in
      let program = try planned.plan.bind(member, options)
      return program.slices.reduce(into: [TensorID: [Int]]()) { $0[$1.tensor] = $1.extent }
    }
    let common = extents[0].keys.filter { extents[1][$0] != nil }
    #expect(common.count > 10)
    #expect(common.contains { extents[0][$0] != extents[1][$0] })
    for tensor in common {
      #expect(zip(extents[0][tensor] ?? [], extents[1][tensor] ?? []).allSatisfy { $0 <= $1 })
    }
  }

  /// Published: going from splits {0, 1} to {0, 1, 2, 4} doubles the supernet's weights (fp-nas.md, section 5.5).
  ///
  /// So it is for the blocks' own convolutions. The attention's inner width is not published; with ResNeSt's, which grows
  /// with the splits (fbnetv2.md, section 6.1), the attention of 2 and 4 splits outweighs everything else.
  @Test func `four kinds of splits have twice the convolutions of two`() throws {
    let plans = try ["fbnetv2-f", "fp-nas-f++"].map { try PlannedSpace.named($0).plan }
    func count(_ plan: SupernetPlan, _ roles: Set<WeightTensor.Role>) -> Int {
      plan.tensors.filter { $0.name.contains("splits=") && roles.contains($0.role) }.reduce(0) { $0 + $1.count }
    }
    let pointwise = plans.map { count($0, [.convolution]) }
    #expect(pointwise[1] == 2 * pointwise[0])
    // 1 + 1 copies become 1 + 1 + 2 + 4.
    let copied = plans.map { count($0, [.depthwise]) }
    #expect(copied[1] == 4 * copied[0])
    let whole = plans.map(\.parameterCount)
    let attention = plans.map { count($0, [.linear, .splitLinear, .bias]) }
    #expect((1.6...2.1).contains(Double(whole[1] - attention[1]) / Double(whole[0] - attention[0])))
    print("weights of fbnetv2-f and fp-nas-f++: \(whole), of these attention \(attention)")
  }
}

/// Elastic kernels, masked widths, and weights that no network needs.
@Suite struct FurtherLayoutTests {
  /// Once for All: kernel 7 contains 5 contains 3, and a narrower expansion is the first channels.
  @Test(arguments: ["ofa-mobilenetv3", "fox-nas", "bignas"])
  func `a smaller kernel is the centre of the largest`(name: String) throws {
    let planned = try PlannedSpace.named(name)
    var extents: [TensorID: Set<Int>] = [:]
    for architecture in try (0..<8).flatMap({ try planned.members(2, seed: UInt64($0)) }) {
      let program = try planned.plan.bind(architecture, BindingOptions(batch: 2, pass: .forward))
      for slice in program.slices where planned.plan.tensors[slice.tensor.index].role == .depthwise {
        let shape = planned.plan.tensors[slice.tensor.index].shape
        #expect(slice.extent[1] == slice.extent[2])
        #expect(slice.offset == [0, (shape[1] - slice.extent[1]) / 2, (shape[2] - slice.extent[2]) / 2, 0])
        extents[slice.tensor, default: []].insert(slice.extent[1])
      }
    }
    let largest = extents.values.map(\.count).max()
    #expect(largest == planned.space.decisions.filter { $0.parameter == "kernel" }.map(\.options.count).max())
    let explained = planned.plan.explanation.layers.flatMap(\.sharing)
    let kernels = explained.filter { planned.space[$0.decision].parameter == "kernel" }
    #expect(!kernels.isEmpty && kernels.allSatisfy { $0.sharing == .nested && $0.reason == .hint(.nested) })
  }

  /// Of a drawn network a mask keeps the first channels, and zeros add nothing to what reads them.
  @Test func `a masked width is run as a slice`() throws {
    let planned = try PlannedSpace.named("fbnetv2")
    var sliced = planned.space
    sliced.hints.sharing = sliced.hints.sharing.map {
      Hints.SharingHint(parameter: $0.parameter, sharing: $0.sharing == .mask ? .slice : $0.sharing)
    }
    #expect(sliced != planned.space)
    let plan = try SupernetPlan(for: sliced)
    #expect(plan.tensors == planned.plan.tensors)
    let options = BindingOptions(batch: 2, pass: .forwardAndBackward)
    for architecture in try planned.members(2) {
      #expect(try plan.bind(architecture, options) == planned.plan.bind(architecture, options))
    }
    let widths = planned.plan.explanation.layers.flatMap(\.sharing)
      .filter { planned.space[$0.decision].parameter == "expansion" }
    #expect(!widths.isEmpty && widths.allSatisfy { $0.sharing == .mask })
  }

  /// A space of a whole grammar: of its tens of thousands of nodes a network runs a few.
  @Test func `a space of a grammar is planned, and binds what a member needs`() throws {
    let compiled = try #require(Repository.compilation(of: "hierarchical").result)
    let plan = try SupernetPlan(for: compiled.space)
    var random = SeededNumbers(state: 9)
    let members = try compiled.members.get()
    for _ in 0..<2 {
      let architecture = members.draw(.decisions, using: &random)
      let program = try plan.bind(architecture, BindingOptions(batch: 2, pass: .forwardAndBackward))
      let alone = try SupernetPlan(for: compiled.space.bound(to: architecture))
      #expect(Set(program.slices.map(\.tensor)).count == alone.tensors.count)
      #expect(alone.tensors.count * 20 < plan.tensors.count)
    }
  }
}
