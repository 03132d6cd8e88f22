import Engine
import SpacePlanner

/// Milliseconds of steps that were taken in turn.
struct StepTimes {
  private(set) var own: [Double] = []
  private(set) var peer: [Double] = []

  mutating func add(own: Double, peer: Double) {
    self.own.append(own)
    self.peer.append(peer)
  }

  /// How many times as fast ours is: of each pair.
  var ratios: [Double] { zip(own, peer).map { $1 / $0 } }
  var ratioText: String { quantile(ratios, 0.5).fixed(2) }
}

/// The value at a share of the sorted values, by nearest rank.
func quantile(_ values: [Double], _ share: Double) -> Double {
  let sorted = values.sorted()
  return sorted.isEmpty ? 0 : sorted[Int((Double(sorted.count - 1) * share).rounded())]
}

/// What no step of a program can go below: its arithmetic, and the memory traffic of an ideally fused step.
struct StepBound {
  /// Of convolutions and linear maps, forward and twice that backward; a multiply-add counts two.
  private(set) var operations = 0.0
  /// Bytes. A raw convolution output that is normalised and activated is written, read, and in the backward pass read
  /// twice, its gradient written and read; one without activation is written two times more, as the block's result, and
  /// read once more; what enters a 1x1 convolution without an activation of its own is read three times.
  private(set) var bytes = 0.0

  init(_ program: KernelProgram) {
    let instructions = program.instructions[..<program.forwardCount]
    let activations = Set(instructions.filter(\.isActivation).compactMap { $0.outputs[0] })
    let scaled = Set(instructions.filter { $0.kernel == .scale }.compactMap { $0.outputs[0] })
    let size = { (buffer: BufferID) in Double(program.buffers[buffer.index].shape.reduce(1, *)) }
    let channels = { (buffer: BufferID) in Double(program.buffers[buffer.index].shape[3]) }
    for instruction in instructions {
      guard let x = instruction.inputs.first, let y = instruction.outputs.first.flatMap({ $0 }) else { continue }
      switch instruction.kernel {
      case .convolution(let window):
        operations += 6 * size(y) * channels(x) * Double(window.kernel * window.kernel)
        if window.kernel == 1, !activations.contains(x), !scaled.contains(x) { bytes += 12 * size(x) }
      case .depthwise(let window, _): operations += 6 * size(y) * Double(window.kernel * window.kernel)
      case .linear: operations += 6 * size(y) * channels(x)
      case .batchNorm(_, let function): bytes += (function == nil ? 8 : 6) * 4 * size(x)
      default: break
      }
    }
  }

  /// Milliseconds.
  func least(gigaflops: Double, bandwidth: Double) -> Double {
    max(operations / gigaflops, bytes / bandwidth) / 1e6
  }
}

extension Instruction {
  fileprivate var isActivation: Bool {
    switch kernel {
    case .activation, .batchNorm(_, .some): true
    default: false
    }
  }
}

struct MeasuredNetwork {
  let side: Int
  let batch: Int
  let threads: Int
  let times: StepTimes
  let bound: StepBound
  /// Of a float32 matrix product of PyTorch's in the same minute, and GB/s of a copy.
  let gigaflops: Double
  let bandwidth: Double
  let plannedArena: Int
  let memory: EngineMemory
  /// Growth of the most memory resident, bytes.
  let peerPeak: Int
}

/// A block that is measured alone, behind a rectifier so that the gradient of what enters it is computed.
struct MeasuredBlock {
  let entering: Int
  let expansion: Int
  let channels: Int
  let side: Int
  let kernel: Int
  var stride = 1
  var attention = false
  var hardSwish = false
  let batch: Int

  struct Result {
    let block: MeasuredBlock
    let threads: Int
    let times: StepTimes
  }

  static let all = [
    MeasuredBlock(entering: 16, expansion: 6, channels: 24, side: 112, kernel: 3, stride: 2, batch: 16),
    MeasuredBlock(entering: 40, expansion: 6, channels: 40, side: 28, kernel: 5, batch: 16),
    MeasuredBlock(entering: 96, expansion: 6, channels: 96, side: 14, kernel: 3, batch: 16),
    MeasuredBlock(entering: 24, expansion: 6, channels: 24, side: 32, kernel: 3, batch: 64),
    MeasuredBlock(entering: 24, expansion: 6, channels: 40, side: 32, kernel: 5, stride: 2, batch: 64),
    MeasuredBlock(
      entering: 112, expansion: 3, channels: 112, side: 14, kernel: 5, attention: true, hardSwish: true, batch: 16),
    MeasuredBlock(
      entering: 112, expansion: 3, channels: 112, side: 8, kernel: 5, attention: true, hardSwish: true, batch: 64),
  ]

  var title: String {
    "\(entering)-\(entering * expansion)-\(channels) at \(side), k\(kernel)"
      + (stride == 1 ? "" : ", stride \(stride)") + (attention ? ", squeeze-excite" : "")
      + (hardSwish ? ", hard-swish" : "") + ", batch \(batch)"
  }

  var text: String {
    """
    espalier: 1
    space: one-block
    use: [block.yaml]
    input: {channels: \(entering), height: \(side), width: \(side)}
    output: {classes: 10}
    network:
      - {name: entry, op: activation, function: relu}
      - name: block
        op: mobile_block
        expansion: \(expansion)
        kernel: \(kernel)
        channels: \(channels)
        stride: \(stride)
        attention: \(attention)
        activation: \(hardSwish ? "hard_swish" : "relu")
      - {name: pool, op: global_pool}
      - {name: classes, op: linear, features: output.classes}

    """
  }

  /// As `peer.py` takes them.
  var peerArguments: [String] {
    [entering, expansion, kernel, channels, stride, attention ? 1 : 0, hardSwish ? 1 : 0].map { "\($0)" }
  }
}
