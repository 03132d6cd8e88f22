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

  /// The logits, `[images, 1, classes, 1, 1]`, of a space without decisions.
  func logits(of space: Space, images: Value) -> Value {
    var values: [NodeID: Value] = [:]
    for node in space.body.nodes { values[node.id] = value(of: node, values, images) }
    return values[space.body.result]!
  }

  /// Mean cross-entropy, nats.
  static func loss(_ logits: Value, labels: [Int]) -> Double {
    let losses = labels.indices.map { n in
      let row = (0..<logits.channels).map { logits[n, 0, $0, 0, 0] }
      return log(row.reduce(0) { $0 + exp($1) }) - row[labels[n]]
    }
    return losses.reduce(0, +) / Double(labels.count)
  }

  private func value(of node: Node, _ values: [NodeID: Value], _ images: Value) -> Value {
    let tensors = weights[node.id] ?? []
    switch node.operation {
    case .input: return images
    case .convolution(let it, let x):
      return convolution(
        values[x]!, channels: integer(it.channels), kernel: integer(it.kernel), stride: integer(it.stride), tensors[0])
    case .depthwise(let it, let x):
      return depthwise(
        values[x]!, copies: integer(it.copies), kernel: integer(it.kernel), stride: integer(it.stride), tensors[0])
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
    case .pool, .choice, .layerNorm, .slice, .shuffle, .softmax, .resize, .attention, .positionEmbedding, .quantize,
      .zero, .join:
      preconditionFailure("no shipped space leaves this in a bound network")
    }
  }

  private func integer(_ expression: SpaceIR.Expression) -> Int { expression.constant!.integer! }

  private func activation(_ function: SpaceIR.Expression) -> (Double) -> Double {
    switch function.constant!.word! {
    case "relu": { $0 > 0 ? $0 : 0 }
    case "swish": { $0 / (1 + exp(-$0)) }
    case "hard_swish": { $0 * min(max($0 + 3, 0), 6) / 6 }
    case "sigmoid": { 1 / (1 + exp(-$0)) }
    case "hard_sigmoid": { min(max($0 + 3, 0), 6) / 6 }
    default: preconditionFailure("no such function")
    }
  }

  /// Weight `[out, kernel, kernel, in]`, no bias, padding kernel / 2.
  private func convolution(_ x: Value, channels: Int, kernel: Int, stride: Int, _ weight: [Double]) -> Value {
    var y = Value(x.images, 1, channels, (x.height + stride - 1) / stride, (x.width + stride - 1) / stride)
    forEachTap(x, y, kernel: kernel, stride: stride) { n, row, column, i, j, sourceRow, sourceColumn in
      for out in 0..<channels {
        var sum = 0.0
        for c in 0..<x.channels {
          sum += x[n, 0, c, sourceRow, sourceColumn] * weight[((out * kernel + i) * kernel + j) * x.channels + c]
        }
        y[n, 0, out, row, column] += sum
      }
    }
    return y
  }

  /// Weight `[copies, kernel, kernel, channels]`; every copy reads the same channels.
  private func depthwise(_ x: Value, copies: Int, kernel: Int, stride: Int, _ weight: [Double]) -> Value {
    var y = Value(x.images, copies, x.channels, (x.height + stride - 1) / stride, (x.width + stride - 1) / stride)
    forEachTap(x, y, kernel: kernel, stride: stride) { n, row, column, i, j, sourceRow, sourceColumn in
      for r in 0..<copies {
        for c in 0..<x.channels {
          y[n, r, c, row, column] +=
            x[n, 0, c, sourceRow, sourceColumn] * weight[((r * kernel + i) * kernel + j) * x.channels + c]
        }
      }
    }
    return y
  }

  private func forEachTap(
    _ x: Value, _ y: Value, kernel: Int, stride: Int, _ body: (Int, Int, Int, Int, Int, Int, Int) -> Void
  ) {
    for n in 0..<y.images {
      for row in 0..<y.height {
        for column in 0..<y.width {
          for i in 0..<kernel {
            for j in 0..<kernel {
              let (sourceRow, sourceColumn) = (row * stride + i - kernel / 2, column * stride + j - kernel / 2)
              guard (0..<x.height).contains(sourceRow), (0..<x.width).contains(sourceColumn) else { continue }
              body(n, row, column, i, j, sourceRow, sourceColumn)
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
