import Distributions
import Engine
import Foundation
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import SpacePlanner
import Supernet
import TestSupport
import Testing

/// A shipped space at the size that the tests run it at.
struct SizedSpace: Sendable, CustomTestStringConvertible {
  let name: String
  let input: ImageShape

  var testDescription: String { "\(name) at \(input.channels)x\(input.height)x\(input.width)" }

  static let all: [SizedSpace] = [
    SizedSpace("digits", 1, 8), SizedSpace("mini-f", 1, 28), SizedSpace("mini-f", 3, 32),
    SizedSpace("fbnetv2-f", 3, 64), SizedSpace("fbnetv2-f-fine", 3, 64), SizedSpace("fp-nas-f++", 3, 64),
  ]

  init(_ name: String, _ channels: Int, _ side: Int) {
    self.name = name
    input = ImageShape(channels: channels, height: side, width: side)
  }

  func compiled() throws -> Space {
    try #require(Repository.compilation(of: name, input: input).result).space
  }
}

/// The planner's key invariant (design page): a path run in the supernet is the network that is built from the bound
/// architecture with the sliced weights, outputs and gradients alike. Test F8 of fp-nas.md.
@Suite struct InvariantTests {
  static let architectures = 50

  @Test(arguments: SizedSpace.all)
  func `a path of the supernet is the network built from its architecture`(sized: SizedSpace) throws {
    let space = try sized.compiled()
    let library = try TestEngine.library()
    let supernet = try Supernet(SupernetPlan(for: space), library: library, options: EngineOptions())
    try supernet.fill(from: NumberPool(seed: 11))
    let batch = TestBatch(of: space, images: 2, seed: 12)
    try batch.write(to: supernet)
    let sampler = UniformSampler(space, measure: .decisions)
    var random = SplitRandom(seed: 2026, stream: 3)
    var seen = KernelsSeen()
    var difference = Difference()
    for number in 0..<Self.architectures {
      let architecture = sampler.draw(using: &random)
      seen.add(try supernet.plan.bind(architecture, BindingOptions(batch: 2, pass: .forward)))
      difference.merge(try Self.compare(architecture, of: supernet, batch, library, number < 2 ? .all : .used))
    }
    seen.expectAll(splits: splits(of: space))
    #expect(difference.outsideIsZero, "a weight that the path does not use has no gradient")
    #expect(difference.logits <= 1, "in units of the tolerance")
    #expect(difference.gradients <= 1, "in units of the tolerance")
    print("\(sized.testDescription): \(Self.architectures) architectures, \(difference)")
  }

  private func splits(of space: Space) -> Set<Int> {
    let options = space.decisions.filter { $0.parameter == "splits" }.flatMap(\.options)
    return Set(options.compactMap(\.integer))
  }

  /// Which tensors of the supernet are looked at. Those that a path does not use have no gradient at all; reading the
  /// other 60 million numbers for every path would take longer than everything else.
  enum Reach {
    case all
    case used
  }

  static func compare(
    _ architecture: Architecture, of supernet: Supernet, _ batch: TestBatch, _ library: EngineLibrary, _ reach: Reach
  ) throws -> Difference {
    let bound = try supernet.plan.space.bound(to: architecture)
    let network = try Supernet(SupernetPlan(for: bound), library: library, options: EngineOptions())
    try supernet.copyWeights(of: architecture, to: network)
    try batch.write(to: network)
    let path = try supernet.run(architecture)
    let alone = try network.run(Architecture(choices: []))
    var difference = Difference()
    difference.add(logits: path.logits, alone.logits)
    let pairs = try supernet.correspondence(of: architecture, to: network)
    var slices: [TensorID: [WeightSlice]] = [:]
    var targets: [WeightSlice: TensorID] = [:]
    for (target, slice) in pairs {
      #expect(targets[slice] == nil || targets[slice] == target)
      if targets.updateValue(target, forKey: slice) == nil { slices[slice.tensor, default: []].append(slice) }
    }
    #expect(Set(targets.values).count == network.plan.tensors.count, "every tensor of the network has its weights")
    for (index, tensor) in supernet.plan.tensors.enumerated() {
      if reach == .used && slices[TensorID(index: index)] == nil { continue }
      var whole = try supernet.context.read(.gradient, of: index, as: Float.self)
      for slice in slices[TensorID(index: index)] ?? [] {
        guard let target = targets[slice] else { continue }
        let own = try network.context.read(.gradient, of: target.index, as: Float.self)
        difference.add(gradients: cut(whole, shape: tensor.shape, slice), own)
        whole.clear(slice, of: tensor)
      }
      if !whole.isAllZero { difference.outsideIsZero = false }
    }
    return difference
  }
}

extension Supernet {
  /// Logits of the batch in slot 0; leaves the gradient of the mean loss in the context.
  fileprivate func run(_ architecture: Architecture) throws -> EngineAnswer {
    let job = EngineJob(program: try program(for: architecture, batch: 2, pass: .forwardAndBackward), batch: 0)
    let answer = try context.answers(of: [job], statistics: .batch)[0]
    _ = try context.accumulate([job], weighting: .uniform)
    return answer
  }
}

/// The largest differences, in units of what rounding explains.
///
/// Both sides run the same kernels on the same numbers, so they agree to the bit except where a matrix product takes
/// another path for another stride: then two sums of n terms differ by at most about eps x sqrt(n) x their scale.
/// n is the longest reduction of a shipped space, 1984 channels; a gradient passes about 64 such sums in a row.
struct Difference: CustomStringConvertible {
  var logits = 0.0
  var gradients = 0.0
  var unequal = 0
  var outsideIsZero = true

  private static let rounding = Double(Float.ulpOfOne) * (1984.0).squareRoot()

  mutating func add(logits a: [Double], _ b: [Double]) {
    let scale = max(1, b.lazy.map(abs).max() ?? 0)
    if a != b { unequal += 1 }
    #expect(a.count == b.count && a.allSatisfy(\.isFinite))
    logits = max(logits, (zip(a, b).map { abs($0 - $1) }.max() ?? 0) / (scale * Self.rounding))
  }

  mutating func add(gradients a: [Float], _ b: [Float]) {
    #expect(a.count == b.count)
    if a.hasBits(of: b) { return }
    unequal += 1
    let scale = Double(b.lazy.map(abs).max() ?? 0)
    let most = zip(a, b).map { abs(Double($0) - Double($1)) }.max() ?? 0
    gradients = max(gradients, most.isFinite ? most / (scale * Self.rounding * 64) : .infinity)
  }

  mutating func merge(_ other: Difference) {
    logits = max(logits, other.logits)
    gradients = max(gradients, other.gradients)
    unequal += other.unequal
    outsideIsZero = outsideIsZero && other.outsideIsZero
  }

  var description: String {
    "tensors with unequal bits: \(unequal), most in units of the tolerance: logits \(logits), gradients \(gradients)"
  }
}

/// Which kernels the architectures of a test had, so that none is left out unseen.
struct KernelsSeen {
  private var depthwise: Set<Window> = []
  private var splits: Set<Int> = []
  private var functions: Set<ActivationFunction> = []
  private var hasSum = false

  mutating func add(_ program: KernelProgram) {
    let kernels = program.instructions.map(\.kernel)
    for segment in program.segments {
      let own = kernels[segment.instructions]
      let copies = own.compactMap { if case .copiesSoftmax(let copies) = $0 { copies } else { nil } }.first
      splits.insert(copies ?? (own.contains(.scale) ? 1 : 0))
    }
    for kernel in kernels {
      switch kernel {
      case .depthwise(let window, _): depthwise.insert(window)
      case .activation(let function), .batchNorm(_, let function?): functions.insert(function)
      case .add: hasSum = true
      default: break
      }
    }
  }

  func expectAll(splits expected: Set<Int>) {
    #expect(splits == expected)
    #expect(functions.isSuperset(of: [.relu, .swish, .hardSigmoid]))
    #expect(hasSum)
    for kernel in [3, 5] {
      for stride in [1, 2] { #expect(depthwise.contains(Window(kernel: kernel, stride: stride))) }
    }
  }
}

extension [Float] {
  func hasBits(of other: [Float]) -> Bool {
    count == other.count
      && withUnsafeBytes { a in other.withUnsafeBytes { b in a.elementsEqualFast(b) } }
  }

  fileprivate mutating func clear(_ slice: WeightSlice, of tensor: WeightTensor) {
    withUnsafeMutableBytes { bytes in
      forEachRun(of: slice, in: tensor.shape) { run in
        if let start = bytes.baseAddress { memset(start + 4 * run.lowerBound, 0, 4 * run.count) }
      }
    }
  }

  /// Whether every element is +0, at the speed of memory: a debug build would take minutes to look at each.
  fileprivate var isAllZero: Bool {
    guard let first else { return true }
    return first == 0
      && withUnsafeBytes { bytes in
        UnsafeRawBufferPointer(rebasing: bytes.dropFirst(4))
          .elementsEqualFast(UnsafeRawBufferPointer(rebasing: bytes.dropLast(4)))
      }
  }
}

extension UnsafeRawBufferPointer {
  fileprivate func elementsEqualFast(_ other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count else { return false }
    guard let a = baseAddress, let b = other.baseAddress else { return true }
    return memcmp(a, b, count) == 0
  }
}
