import Foundation
import SpaceIR

/// A second witness that shares nothing with the planner and the engine: a network's IR carried out operation by
/// operation in Float64, each by the plain loop of its definition.
struct NaiveNetwork {
  /// `[n, copies, channels, h, w]`, another order than the engine's on purpose.
  struct Value {
    let images: Int
    let copies: Int
    let channels: Int
    let height: Int
    let width: Int
    var numbers: [Double]

    init(_ images: Int, _ copies: Int, _ channels: Int, _ height: Int, _ width: Int) {
      (self.images, self.copies, self.channels, self.height, self.width) = (images, copies, channels, height, width)
      numbers = [Double](repeating: 0, count: images * copies * channels * height * width)
    }

    func index(_ n: Int, _ r: Int, _ c: Int, _ y: Int, _ x: Int) -> Int {
      (((n * copies + r) * channels + c) * height + y) * width + x
    }

    subscript(n: Int, r: Int, c: Int, y: Int, x: Int) -> Double {
      get { numbers[index(n, r, c, y, x)] }
      set { numbers[index(n, r, c, y, x)] = newValue }
    }

    func mapped(_ function: (Double) -> Double) -> Value {
      var result = self
      result.numbers = numbers.map(function)
      return result
    }
  }

  /// Tensors of each node in the order in which the operation lists them, row-major.
  let weights: [NodeID: [[Double]]]

  /// The outputs of a space without decisions.
  func outputs(of space: Space, inputs: [Value]) -> [Value] {
    var values: [NodeID: Value] = [:]
    let useful = Self.nodes(behind: space)
    for node in space.body.nodes where useful.contains(node.id) { values[node.id] = value(of: node, values, inputs) }
    return ([space.body.result] + space.otherOutputs.map(\.node)).map { values[$0]! }
  }

  /// The nodes that an output depends on.
  static func nodes(behind space: Space) -> Set<NodeID> {
    var wanted = Set([space.body.result] + space.otherOutputs.map(\.node))
    for node in space.body.nodes.reversed() where wanted.contains(node.id) { wanted.formUnion(node.operation.operands) }
    return wanted
  }

  /// Mean cross-entropy over positions, nats; the labels are ordered by image, row and column.
  static func loss(_ logits: Value, labels: [Int]) -> Double {
    var total = 0.0
    for (place, label) in labels.enumerated() {
      let (n, pixel) = (place / (logits.height * logits.width), place % (logits.height * logits.width))
      let row = (0..<logits.channels).map { logits[n, 0, $0, pixel / logits.width, pixel % logits.width] }
      total += log(row.reduce(0) { $0 + exp($1) }) - row[label]
    }
    return total / Double(labels.count)
  }

  private func value(of node: Node, _ values: [NodeID: Value], _ inputs: [Value]) -> Value {
    let tensors = weights[node.id] ?? []
    switch node.operation {
    case .input(let number): return inputs[number]
    case .convolution(let it, let x): return convolution(values[x]!, it, tensors)
    case .depthwise(let it, let x): return depthwise(values[x]!, it, tensors[0])
    case .batchNorm(let x): return batchNorm(values[x]!, scale: tensors[0], shift: tensors[1])
    case .activation(let function, let x): return values[x]!.mapped(activation(function))
    case .squeezeExcite(let it, let x):
      let inner = affine(globalPool(values[x]!), tensors[0], tensors[1]).mapped(activation(it.function))
      let gate = affine(inner, tensors[2], tensors[3]).mapped(activation(it.gate))
      return combined(values[x]!, into: 1) { n, _, c, element in element * gate[n, 0, c, 0, 0] }
    case .splitAttention(let it, let x): return splitAttention(values[x]!, it, tensors)
    case .globalPool(let x): return globalPool(values[x]!)
    case .linear(_, let x): return affine(values[x]!, tensors[0], tensors.count > 1 ? tensors[1] : nil)
    case .add(let a, let b):
      var sum = values[a]!
      for index in sum.numbers.indices { sum.numbers[index] += values[b]!.numbers[index] }
      return sum
    case .pool(let pool, let x):
      return Self.pool(values[x]!, pool.kind, kernel: integer(pool.kernel), stride: integer(pool.stride))
    case .layerNorm(let x): return layerNorm(values[x]!, scale: tensors[0], shift: tensors[1])
    case .slice(let it, let x):
      let first = integer(it.first)
      return built(values[x]!, channels: integer(it.channels)) { x, n, c, y, z in x[n, 0, first + c, y, z] }
    case .shuffle(let groups, let x):
      let groups = integer(groups)
      return built(values[x]!) { x, n, c, y, z in x[n, 0, c % groups * (x.channels / groups) + c / groups, y, z] }
    case .softmax(let it, let x): return softmax(values[x]!, parts: integer(it.parts), groups: integer(it.groups))
    case .resize(let it, let x):
      return resized(values[x]!, height: integer(it.height), width: integer(it.width), it.method)
    case .attention(let it, let x, let memory):
      return attention(values[x]!, values[memory]!, heads: integer(it.heads), tensors)
    case .positionEmbedding(let x):
      return built(values[x]!) { x, n, c, y, z in x[n, 0, c, y, z] + tensors[0][(y * x.width + z) * x.channels + c] }
    case .quantize(let it, let x):
      return quantized(values[x]!, bits: integer(it.bits), mode: it.mode.constant!.word!)
    case .zero:
      let type = node.type
      return Value(
        inputs[0].images, integer(type.copies), integer(type.channels), integer(type.height), integer(type.width))
    case .join(let join, let operands): return joined(join, operands.map { values[$0.node]! })
    case .choice: preconditionFailure("a bound network has no choices")
    }
  }

  func integer(_ expression: SpaceIR.Expression) -> Int { expression.constant!.integer! }

  private func activation(_ function: SpaceIR.Expression) -> (Double) -> Double {
    switch function.constant!.word! {
    case "relu": { $0 > 0 ? $0 : 0 }
    case "swish": { $0 / (1 + exp(-$0)) }
    case "hard_swish": { $0 * min(max($0 + 3, 0), 6) / 6 }
    case "sigmoid": { 1 / (1 + exp(-$0)) }
    case "hard_sigmoid": { min(max($0 + 3, 0), 6) / 6 }
    case "gelu": { $0 * erfc(-$0 / 2.0.squareRoot()) / 2 }
    case "tanh": { tanh($0) }
    default: preconditionFailure("no such function")
    }
  }

  /// Weight `[out, height, width, in / groups]`, then a bias if there is one; padding is half of the dilated kernel.
  private func convolution(_ x: Value, _ it: Convolution, _ tensors: [[Double]]) -> Value {
    let (channels, stride, dilation) = (integer(it.channels), integer(it.stride), integer(it.dilation))
    let (rows, columns) = (integer(it.kernel), integer(it.kernelWidth))
    let entering = x.channels / integer(it.groups)
    let leaving = channels / integer(it.groups)
    var y = Value(x.images, 1, channels, (x.height + stride - 1) / stride, (x.width + stride - 1) / stride)
    let weight = tensors[0]
    forEachTap(x, y, rows, columns, stride: stride, dilation: dilation) { n, row, column, i, j, fromRow, fromColumn in
      for out in 0..<channels {
        var sum = 0.0
        for c in 0..<entering {
          sum +=
            x[n, 0, out / leaving * entering + c, fromRow, fromColumn]
            * weight[((out * rows + i) * columns + j) * entering + c]
        }
        y[n, 0, out, row, column] += sum
      }
    }
    return tensors.count == 1 ? y : built(y) { y, n, c, row, column in y[n, 0, c, row, column] + tensors[1][c] }
  }

  /// Weight `[copies, kernel, kernel, channels]`; every copy reads the same channels.
  private func depthwise(_ x: Value, _ it: Depthwise, _ weight: [Double]) -> Value {
    let (copies, kernel, stride) = (integer(it.copies), integer(it.kernel), integer(it.stride))
    var y = Value(x.images, copies, x.channels, (x.height + stride - 1) / stride, (x.width + stride - 1) / stride)
    forEachTap(x, y, kernel, kernel, stride: stride, dilation: integer(it.dilation)) {
      n, row, column, i, j, fromRow, fromColumn in
      for r in 0..<copies {
        for c in 0..<x.channels {
          y[n, r, c, row, column] +=
            x[n, 0, c, fromRow, fromColumn] * weight[((r * kernel + i) * kernel + j) * x.channels + c]
        }
      }
    }
    return y
  }

  private func forEachTap(
    _ x: Value, _ y: Value, _ rows: Int, _ columns: Int, stride: Int, dilation: Int,
    _ body: (Int, Int, Int, Int, Int, Int, Int) -> Void
  ) {
    for n in 0..<y.images {
      for row in 0..<y.height {
        for column in 0..<y.width {
          for i in 0..<rows {
            for j in 0..<columns {
              let fromRow = row * stride + (i - padding(rows)) * dilation
              let fromColumn = column * stride + (j - padding(columns)) * dilation
              guard (0..<x.height).contains(fromRow), (0..<x.width).contains(fromColumn) else { continue }
              body(n, row, column, i, j, fromRow, fromColumn)
            }
          }
        }
      }
    }
  }

  /// Statistics of the batch, each copy and channel on its own; scale and shift `[copies, channels]`.
  private func batchNorm(_ x: Value, scale: [Double], shift: [Double]) -> Value {
    var y = x
    for r in 0..<x.copies {
      for c in 0..<x.channels {
        var places: [Int] = []
        for n in 0..<x.images {
          for row in 0..<x.height { for column in 0..<x.width { places.append(x.index(n, r, c, row, column)) } }
        }
        let mean = places.reduce(0) { $0 + x.numbers[$1] } / Double(places.count)
        let variance = places.reduce(0) { $0 + pow(x.numbers[$1] - mean, 2) } / Double(places.count)
        let slot = r * x.channels + c
        for place in places {
          y.numbers[place] = (x.numbers[place] - mean) / (variance + 1e-5).squareRoot() * scale[slot] + shift[slot]
        }
      }
    }
    return y
  }

  private func globalPool(_ x: Value) -> Value {
    var y = Value(x.images, x.copies, x.channels, 1, 1)
    for n in 0..<x.images {
      for r in 0..<x.copies {
        for c in 0..<x.channels {
          for row in 0..<x.height { for column in 0..<x.width { y[n, r, c, 0, 0] += x[n, r, c, row, column] } }
          y[n, r, c, 0, 0] /= Double(x.height * x.width)
        }
      }
    }
    return y
  }

  /// Weight `[out, in]`.
  private func affine(_ x: Value, _ weight: [Double], _ bias: [Double]?) -> Value {
    let outputs = weight.count / x.channels
    var y = Value(x.images, 1, outputs, 1, 1)
    for n in 0..<x.images {
      for out in 0..<outputs {
        var sum = bias?[out] ?? 0
        for c in 0..<x.channels { sum += x[n, 0, c, 0, 0] * weight[out * x.channels + c] }
        y[n, 0, out, 0, 0] = sum
      }
    }
    return y
  }

  /// fbnetv2.md, section 6.1: sum of the copies, pool, one shared map, one map for each split, softmax over the splits,
  /// weighted sum.
  private func splitAttention(_ x: Value, _ it: SplitAttention, _ tensors: [[Double]]) -> Value {
    let sum = combined(x, into: 1) { _, _, _, element in element }
    let inner = affine(globalPool(sum), tensors[0], tensors[1]).mapped(activation(it.function))
    let size = tensors[2].count / x.copies
    let scores = (0..<x.copies).map { r in
      affine(
        inner, Array(tensors[2][r * size..<(r + 1) * size]), Array(tensors[3][r * x.channels..<(r + 1) * x.channels]))
    }
    return combined(x, into: 1) { n, r, c, element in
      let powers = scores.map { exp($0[n, 0, c, 0, 0]) }
      return element * powers[r] / powers.reduce(0, +)
    }
  }

  /// Adds the copies, each element changed by what it is told.
  private func combined(_ x: Value, into copies: Int, _ change: (Int, Int, Int, Double) -> Double) -> Value {
    var y = Value(x.images, copies, x.channels, x.height, x.width)
    for n in 0..<x.images {
      for r in 0..<x.copies {
        for c in 0..<x.channels {
          for row in 0..<x.height {
            for column in 0..<x.width { y[n, 0, c, row, column] += change(n, r, c, x[n, r, c, row, column]) }
          }
        }
      }
    }
    return y
  }
}

/// What both ends of a side are padded by: half of an odd kernel; windows of an even one lie side by side.
func padding(_ kernel: Int) -> Int { kernel % 2 == 1 ? kernel / 2 : 0 }
