/// A kernel of a device as a space has it: an operation with the batch normalisations and activations that directly
/// follow it, which every deployment runtime runs in one piece. Its sizes are expressions over decisions.
package struct DeviceKernel: Hashable, Sendable {
  /// What is known whatever is decided.
  package struct Form: Hashable, Sendable {
    package let operation: DeviceOperation
    package let followers: [Follower]

    package init(operation: DeviceOperation, followers: [Follower]) {
      self.operation = operation
      self.followers = followers
    }
  }

  package enum Follower: Hashable, Sendable {
    case batchNorm
    /// Its function is one more argument of the kernel.
    case activation
  }

  package let form: Form
  /// The values of the operation's fields in their order, a shape as three; then the functions of activations.
  package let arguments: [Expression]
  /// The operation.
  package let node: NodeID
}

/// A kernel of one network: what a row of a latency table is about.
package struct KernelShape: Hashable, Sendable {
  package let operation: DeviceOperation
  /// Of the operation's fields in their order, a shape as three.
  package let values: [Value]
  /// `batch_norm` and names of functions, in the order in which they are applied.
  package let followers: [String]

  package init(_ operation: DeviceOperation, _ values: [Value], followers: [String]) {
    precondition(
      values.count == operation.fields.reduce(0) { $0 + $1.width }, "a kernel has a value for each of its fields")
    self.operation = operation
    self.values = values
    self.followers = followers
  }

  /// - Parameter values: Of a kernel's arguments.
  package init(_ form: DeviceKernel.Form, _ values: [Value]) {
    let own = form.operation.fields.reduce(0) { $0 + $1.width }
    var functions = values[own...]
    let followers = form.followers.map { follower in
      switch follower {
      case .batchNorm: DeviceOperation.batchNorm.rawValue
      case .activation: functions.popFirst()?.description ?? ""
      }
    }
    self.init(form.operation, Array(values[..<own]), followers: followers)
    if isJoinOfOne, let first = followers.first { self = KernelShape(alone: first, self) }
  }

  /// What follows a join that passes its one operand on is a kernel without it.
  private init(alone follower: String, _ join: KernelShape) {
    let isNorm = follower == DeviceOperation.batchNorm.rawValue
    let values: [Value] = Array(join.values.dropLast()) + (isNorm ? [] : [.word(follower)]) + [.integer(1)]
    self.init(isNorm ? .batchNorm : .activation, values, followers: Array(join.followers.dropFirst()))
  }

  /// Whether nothing is to be done.
  package var isNothing: Bool { isJoinOfOne && followers.isEmpty }

  private var isJoinOfOne: Bool {
    switch operation {
    case .add, .multiply, .concat: (values.last?.integer ?? 0) < 2
    case .conv, .depthwise, .linear, .batchNorm, .layerNorm, .activation, .squeezeExcite, .splitAttention, .attention,
      .positionEmbedding, .maxPool, .averagePool, .globalPool, .slice, .shuffle, .softmax, .resize, .quantize:
      false
    }
  }

  /// The keys of a row that differ from what leaving them out means: `("in", "16x56x56")`, `("kernel", "3")`.
  package var entries: [(name: String, text: String)] {
    var result: [(String, String)] = [("op", operation.rawValue)]
    var texts: [String: String] = [:]
    var start = 0
    for field in operation.fields {
      let own = values[start..<start + field.width]
      start += field.width
      let text = own.map(\.description).joined(separator: "x")
      texts[field.name] = text
      switch field.fallback {
      case .value(let value) where value.description == text: continue
      case .field(let other) where texts[other] == text: continue
      case .none, .value, .field: result.append((field.name, text))
      }
    }
    if !followers.isEmpty { result.append(("then", "[\(followers.joined(separator: ", "))]")) }
    return result
  }
}

extension KernelShape: CustomStringConvertible {
  /// As a row of a table writes it, without the time: `op: conv, in: 3x32x32, channels: 16, kernel: 3`.
  package var description: String { entries.map { "\($0.name): \($0.text)" }.joined(separator: ", ") }
}
