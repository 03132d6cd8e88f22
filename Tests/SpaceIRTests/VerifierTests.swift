import Testing

@testable import SpaceIR

@Test(arguments: 0..<60 as Range<UInt64>)
func `random spaces are valid`(seed: UInt64) {
  #expect(RandomSpace.make(seed: seed).verify() == [])
}

/// One way to break one invariant of the space in `TextTests`.
struct Break: CustomTestStringConvertible, Sendable {
  let invariant: VerifierFailure.Invariant
  let old: String
  let new: String
  var testDescription: String { "V\(invariant.rawValue): \(new)" }

  init(_ invariant: VerifierFailure.Invariant, _ old: String, _ new: String) {
    (self.invariant, self.old, self.new) = (invariant, old, new)
  }
}

private let breaks = [
  Break(.uniqueNodes, "%2 = batch_norm", "%1 = batch_norm"),
  Break(.definedNodes, "batch_norm %1", "batch_norm %3"),
  Break(.definedNodes, "squeeze_excite %4", "squeeze_excite %5"),
  Break(.definedNodes, "yield %5", "yield %6"),
  Break(.ends, "input 3 x 28 x 28", "input 4 x 28 x 28"),
  Break(.ends, "classes 10", "classes 11"),
  Break(.resultTypes, "7, 7]> @head/2", "8, 7]> @head/2"),
  Break(.resultTypes, "kernel 3 stride 2 bias", "kernel 4 stride 2 bias"),
  Break(.windows, "kernel 3 stride 2 bias", "kernel 2 stride 2 dilation 2 bias"),
  Break(.resultTypes, "linear %11", "linear %10"),
  Break(.resultTypes, "add %3 %7", "add %3 %6"),
  Break(.resultTypes, "%7 = split_attention %6 inner 8", "%7 = squeeze_excite %6 inner 8 function relu gate"),
  Break(.alternatives, "case 3, 5", "case 3, 0"),
  Break(.alternatives, "case 3, 5", "case 3"),
  Break(.alternatives, "case 3, 5", "case 3, 5, 7"),
  Break(.alternativeTypes, "14, 14]> @s2/0", "14, 7]> @s2/0"),
  Break(.parents, "when $s2.or = layer", "when $#1 = #0"),
  Break(.existence, "when $s2.or = layer", "when $s2.or = #2"),
  Break(.existence, "when $s2.or = layer", "when $s2.or = {layer, bypass}"),
  Break(.existence, "when $s2.or = layer", "when $s2.or = {}"),
  Break(.existence, "when $s2.kernel = {3, 5}", "when $s2.kernel = {3, 3}"),
  Break(.domains, "{0, 3, 5}", "{0, 3, 5, 5}"),
  Break(.domains, ": word {layer, bypass}", "{layer, bypass, 3}"),
  Break(.domains, "decision $\"wide?\"", "decision $s2.or {1, 2} decision $\"wide?\""),
  Break(.decisionReferences, "linear %11 features 10", "linear %11 features $#4"),
  Break(.decisionReferences, "layer head", "layer head ($#9)"),
  Break(.layers, "@head/2", "@#9/2"),
  Break(.layers, "layer head", "layer head layer head"),
  Break(.weightNames, "@stem/2", "@stem/1"),
  Break(.expressionTypes, "%2 function relu", "%2 function 3"),
  Break(.expressionTypes, "kernel 3 stride 2 bias", "kernel 3 stride relu bias"),
  Break(.expressionTypes, "%2 function relu", "%2 function select(1, relu, swish)"),
  Break(.values, "%2 function relu", "%2 function rely"),
  Break(.values, "squeeze_excite %4 inner 4", "squeeze_excite %4 inner $s2.splits"),
  Break(.values, "squeeze_excite %4 inner 4", "squeeze_excite %4 inner $\"wide?\""),
  Break(.values, "squeeze_excite %4 inner 4", "squeeze_excite %4 inner 4 / 0"),
  Break(.values, "case 3, 5", "case 0, 3, 5"),
  Break(.ends, "%0 = input :", "%0 = input 1 :"),
  Break(.ends, "  yield %12\n}", "  yield %12\n} output \"b\" %11 : 3 x 1 x 1"),
  Break(.definedNodes, "  yield %12\n}", "  yield %12\n} output \"b\" %8 : 3 x 1 x 1"),
  Break(.divisors, "stride 2 bias", "stride 2 groups 2 bias"),
  Break(.divisors, "%11 = global_pool %10", "%11 = shuffle %10 groups 7"),
  Break(.divisors, "%11 = global_pool %10", "%11 = slice %10 first 8 channels 9"),
  Break(.joins, "%11 = global_pool %10", "%11 = join add %10 %9"),
  Break(.joins, "%11 = global_pool %10", "%11 = join concat %10 %10 when $s2.or == layer"),
  Break(.joins, "%11 = global_pool %10", "%11 = join add"),
  Break(.decisionReferences, "body {", "require \"r\" condition $#9 == 1\nbody {"),
  Break(.requirements, "body {", "require \"r\" condition 3\nbody {"),
  Break(.requirements, "body {", "require \"r\" condition $s2.kernel == 3\nbody {"),
  Break(.requirements, "body {", "require \"r\" condition 1 / 0 == 3\nbody {"),
  Break(.requirements, "body {", "require \"r\" budget macs\nbody {"),
  Break(.requirements, "body {", "require \"r\" budget macs from -1\nbody {"),
  Break(.requirements, "body {", "require \"r\" budget macs from 3 to 2\nbody {"),
]

@Test(arguments: breaks)
func `a broken invariant is reported by its number`(change: Break) throws {
  #expect(handMade.contains(change.old))
  var text = handMade.replacing(change.old, with: change.new)
  if change.new.hasSuffix("gate") { text = text.replacing("gate function swish", with: "gate sigmoid") }
  let failures = try parseSpace(text: text).verify()
  let found = failures.filter { $0.invariant == change.invariant }
  #expect(!found.isEmpty, "\(failures)")
  #expect(found.allSatisfy { $0.description.hasPrefix("V\(change.invariant.rawValue): ") })
}

/// Found by fuzzing: windows without a side divided by it.
@Test(arguments: [
  ([3, 1, 1, 9, 9], true), ([4, 4, 1, 8, 12], true), ([4, 4, 1, 8, 10], false), ([4, 4, 2, 8, 8], false),
  ([4, 2, 1, 8, 8], false), ([0, 0, 1, 8, 8], false), ([-2, -2, 1, 8, 8], false),
])
func `windows have a middle or lie side by side`(numbers: [Int], fit: Bool) {
  #expect(WindowRule.fits(numbers.map(Value.integer)) == fit)
}

@Test func `every invariant has a test that breaks it`() {
  #expect(Set(breaks.map(\.invariant)) == Set(VerifierFailure.Invariant.allCases))
}

@Test func `a failure shows the nodes around it`() throws {
  let space = try parseSpace(text: handMade.replacing("7, 7]> @head/2", with: "8, 7]> @head/2"))
  let width = "round_to(16 * $\"wide?\", 8)"
  #expect(
    space.verify().map(\.description) == [
      """
      V4: %10 computes tensor<[n, \(width), 7, 7]>
          %8 = add %3 %7 : tensor<[n, \(width), 14, 14]> @s2/1.else.3
          %9 = squeeze_excite %4 inner 4 function relu gate hard_sigmoid : tensor<[n, \(width), 14, 14]> @head/1
        > %10 = pool %9 kind max kernel 3 stride 2 : tensor<[n, \(width), 8, 7]> @head/2
          %11 = global_pool %10 : tensor<[n, \(width), 1, 1]> @head/3
          %12 = linear %11 features 10 bias true : tensor<[n, 10, 1, 1]> @head/4
      """
    ])
}

@Test func `a value that is missing is shown with the architecture that misses it`() throws {
  let space = try parseSpace(
    text: handMade.replacing("squeeze_excite %4 inner 4", with: "squeeze_excite %4 inner max($s2.splits, 1)"))
  #expect(
    space.verify().map(\.message) == [
      "inner max($s2.splits, 1) has no value ($s2.splits does not exist) for $s2.or = layer, $s2.kernel = 0"
    ])
}

@Test func `what the conditions of a space exclude breaks no invariant`() throws {
  let broken = handMade.replacing("squeeze_excite %4 inner 4", with: "squeeze_excite %4 inner $s2.splits")
  let condition = "implies($s2.or == layer and ($s2.kernel == 3 or $s2.kernel == 5), $s2.splits > 0)"
  let required = broken.replacing(
    "body {", with: "require \"splits\" condition $s2.or == layer and $s2.kernel >= 3 and $s2.splits > 0\nbody {")
  #expect(try parseSpace(text: broken).verify().map(\.invariant) == [.values])
  #expect(try parseSpace(text: required).verify().map(\.description) == [])
  // A condition that lets the layer be left out is not enough.
  let weak = broken.replacing("body {", with: "require \"splits\" condition \(condition)\nbody {")
  #expect(try parseSpace(text: weak).verify().map(\.invariant) == [.values])
}

@Test func `shape rules`() {
  let x = NodeID(index: 0)
  let type = TensorType(channels: .integer(8), height: .integer(9), width: .decision(DecisionID(index: 0)))
  let convolution = Convolution(channels: .integer(4), kernel: .integer(3), stride: .integer(2), bias: true)
  let half = Expression.call(.ceiling, [.binary(.divide, type.width, .integer(2))])
  let halved = TensorType(channels: .integer(4), height: .integer(5), width: half)
  #expect(resultType(of: .convolution(convolution, of: x), operands: [type]) == .success(halved))
  let depthwise = Depthwise(kernel: .integer(5), stride: .integer(1), copies: .integer(2))
  var doubled = type
  doubled.copies = .integer(2)
  #expect(resultType(of: .depthwise(depthwise, of: x), operands: [type]) == .success(doubled))
  #expect(resultType(of: .batchNorm(of: x), operands: [doubled]) == .success(doubled))
  #expect(resultType(of: .globalPool(of: x), operands: [doubled]) == .failure(.copies(.integer(2))))
  let attention = SplitAttention(inner: .integer(4), function: .word("relu"))
  #expect(resultType(of: .splitAttention(attention, of: x), operands: [doubled]) == .success(type))
  #expect(resultType(of: .add(x, x), operands: [type, doubled]) == .failure(.differ(type, doubled)))
  #expect(resultType(of: .add(x, x), operands: [type]) == .failure(.operandCount(expected: 2, found: 1)))
  #expect(resultType(of: .input(0), operands: []) == .failure(.noRule))
  let linear = Operation.linear(Linear(features: .integer(10), bias: true), of: x)
  #expect(resultType(of: linear, operands: [type]) == .failure(.sides(type)))
  let pixel = TensorType(channels: .integer(8), height: .integer(1), width: .integer(1))
  let logits = TensorType(channels: .integer(10), height: .integer(1), width: .integer(1))
  #expect(resultType(of: linear, operands: [pixel]) == .success(logits))
  let even = Pool(kind: .max, kernel: .integer(2), stride: .integer(1))
  #expect(resultType(of: .pool(even, of: x), operands: [type]) == .failure(.evenKernel(2)))
  let still = Pool(kind: .max, kernel: .integer(3), stride: .integer(0))
  #expect(
    resultType(of: .pool(still, of: x), operands: [type])
      == .failure(.notPositive(attribute: "stride", .integer(0))))
}
