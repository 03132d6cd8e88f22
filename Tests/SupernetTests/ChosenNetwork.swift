import Engine
import SpaceIR
import SpacePlanner
import Supernet
import Testing

/// A member of a space chosen by its options, as a network of its own in Float64.
struct ChosenNetwork {
  let space: Space
  let network: Supernet
  let batch: TestBatch

  /// What a layer of the architecture is; the options of widths are by position.
  struct Choice: Sendable {
    var kernel = 3
    var splits = 0
    var activation = "swish"
    var channels = 0
    var expansion = 0
  }

  /// - Parameter choices: One for each group of layers, in order.
  init(of name: String, input: ImageShape, images: Int = 2, _ choices: [Choice]) throws {
    let whole = try SizedSpace(name, input).compiled()
    let architecture = try whole.member(choices)
    try self.init(whole, architecture, images: images)
  }

  init(_ whole: Space, _ architecture: Architecture, images: Int = 2) throws {
    space = try whole.bound(to: architecture)
    var options = EngineOptions()
    options.elementType = .float64
    network = try Supernet(SupernetPlan(for: space), library: TestEngine.library(), options: options)
    try network.fill(from: NumberPool(seed: 21))
    batch = TestBatch(of: space, images: images, seed: 22)
    try batch.write(to: network)
  }

  func program(_ pass: BindingOptions.Pass) throws -> EngineProgram {
    try network.program(for: Architecture(choices: []), batch: batch.shape.n, pass: pass)
  }
}

extension SizedSpace {
  init(_ name: String, _ input: ImageShape) {
    self.init(name, input.channels, input.height)
  }
}

extension Space {
  fileprivate func member(_ choices: [ChosenNetwork.Choice]) throws -> Architecture {
    let owners = decisions.reduce(into: [String]()) { if !$0.contains($1.owner) { $0.append($1.owner) } }
    try #require(owners.count == choices.count)
    return Architecture(
      choices: try decisions.map { decision in
        let choice = choices[try #require(owners.firstIndex(of: decision.owner))]
        let value: Value? =
          switch decision.parameter {
          case "kernel": .integer(choice.kernel)
          case "splits": .integer(choice.splits)
          case "activation": .word(choice.activation)
          default: nil
          }
        if let value {
          let option: Int = try #require(decision.options.firstIndex(of: value))
          return option
        }
        return decision.parameter == "channels" ? choice.channels : choice.expansion
      })
  }
}
