import Foundation
import SpaceIR

/// The loops of the operations beyond those of mobile networks.
extension NaiveNetwork {
  /// A value of one copy, each of its elements made from another value.
  func built(
    _ x: Value, channels: Int? = nil, height: Int? = nil, width: Int? = nil,
    _ element: (_ x: Value, _ n: Int, _ c: Int, _ y: Int, _ z: Int) -> Double
  ) -> Value {
    var result = Value(x.images, 1, channels ?? x.channels, height ?? x.height, width ?? x.width)
    for n in 0..<result.images {
      for c in 0..<result.channels {
        for y in 0..<result.height { for z in 0..<result.width { result[n, 0, c, y, z] = element(x, n, c, y, z) } }
      }
    }
    return result
  }

  /// Over what lies inside the image.
  static func pool(_ x: Value, _ kind: Pool.Kind, kernel: Int, stride: Int) -> Value {
    let (height, width) = ((x.height + stride - 1) / stride, (x.width + stride - 1) / stride)
    return NaiveNetwork(weights: [:]).built(x, height: height, width: width) { x, n, c, row, column in
      var seen: [Double] = []
      for i in 0..<kernel {
        for j in 0..<kernel {
          let (y, z) = (row * stride + i - padding(kernel), column * stride + j - padding(kernel))
          if (0..<x.height).contains(y), (0..<x.width).contains(z) { seen.append(x[n, 0, c, y, z]) }
        }
      }
      switch kind {
      case .max: return seen.max()!
      case .average: return seen.reduce(0, +) / Double(seen.count)
      }
    }
  }

  func layerNorm(_ x: Value, scale: [Double], shift: [Double]) -> Value {
    built(x) { x, n, c, y, z in
      let all = (0..<x.channels).map { x[n, 0, $0, y, z] }
      let mean = all.reduce(0, +) / Double(all.count)
      let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count)
      return (x[n, 0, c, y, z] - mean) / (variance + 1e-5).squareRoot() * scale[c] + shift[c]
    }
  }

  /// Channels `[groups, parts, rest]` become `[parts, groups, rest]`.
  func softmax(_ x: Value, parts: Int, groups: Int) -> Value {
    let rest = x.channels / (parts * groups)
    return built(x) { x, n, c, y, z in
      func power(_ part: Int) -> Double { exp(x[n, 0, (c / rest % groups * parts + part) * rest + c % rest, y, z]) }
      return power(c / (groups * rest)) / (0..<parts).reduce(0) { $0 + power($1) }
    }
  }

  func resized(_ x: Value, height: Int, width: Int, _ method: Resize.Method) -> Value {
    /// Two places along an axis, and the share of the second.
    func places(_ place: Int, _ from: Int, _ to: Int) -> (Int, Int, Double) {
      switch method {
      case .nearest: return (place * from / to, place * from / to, 0)
      case .bilinear:
        let centre = max(0, (Double(place) + 0.5) * Double(from) / Double(to) - 0.5)
        return (min(Int(centre), from - 1), min(Int(centre) + 1, from - 1), centre - Double(min(Int(centre), from - 1)))
      }
    }
    return built(x, height: height, width: width) { x, n, c, y, z in
      let (top, bottom, down) = places(y, x.height, height)
      let (left, right, along) = places(z, x.width, width)
      let upper = x[n, 0, c, top, left] * (1 - along) + x[n, 0, c, top, right] * along
      let lower = x[n, 0, c, bottom, left] * (1 - along) + x[n, 0, c, bottom, right] * along
      return upper * (1 - down) + lower * down
    }
  }

  /// Weights and biases of queries, keys, values and output.
  func attention(_ x: Value, _ memory: Value, heads: Int, _ tensors: [[Double]]) -> Value {
    func mapped(_ x: Value, _ weight: [Double], _ bias: [Double]) -> Value {
      built(x, channels: bias.count) { x, n, c, y, z in
        (0..<x.channels).reduce(bias[c]) { $0 + x[n, 0, $1, y, z] * weight[c * x.channels + $1] }
      }
    }
    let queries = mapped(x, tensors[0], tensors[1])
    let (keys, values) = (mapped(memory, tensors[2], tensors[3]), mapped(memory, tensors[4], tensors[5]))
    let size = queries.channels / heads
    let attended = built(queries) { queries, n, c, y, z in
      let head = c / size * size..<(c / size + 1) * size
      var (total, sum) = (0.0, 0.0)
      for row in 0..<keys.height {
        for column in 0..<keys.width {
          let product = head.reduce(0) { $0 + queries[n, 0, $1, y, z] * keys[n, 0, $1, row, column] }
          let power = exp(product / Double(size).squareRoot())
          total += power
          sum += power * values[n, 0, c, row, column]
        }
      }
      return sum / total
    }
    return mapped(attended, tensors[6], tensors[7])
  }

  func quantized(_ x: Value, bits: Int, mode: String) -> Value {
    func nearest(_ x: Double) -> Double { x.rounded(.toNearestOrEven) }
    let levels = pow(2, Double(mode == "asymmetric" ? bits : bits - 1)) - 1
    if mode == "asymmetric" {
      let (low, high) = (min(0, x.numbers.min()!), max(0, x.numbers.max()!))
      let step = (high - low) / levels
      let zero = -nearest(low / step)
      return x.mapped { (min(max(nearest($0 / step) + zero, 0), levels) - zero) * step }
    }
    let largest = (0..<x.channels).map { c in
      (0..<x.images).flatMap { n in
        (0..<x.height).flatMap { y in (0..<x.width).map { abs(x[n, 0, c, y, $0]) } }
      }.max()!
    }
    let whole = largest.max()!
    return built(x) { x, n, c, y, z in
      let step = (mode == "per_channel" ? largest[c] : whole) / levels
      return step == 0 ? 0 : nearest(x[n, 0, c, y, z] / step) * step
    }
  }

  func joined(_ join: Join, _ operands: [Value]) -> Value {
    switch join {
    case .add:
      var sum = operands[0]
      for operand in operands.dropFirst() {
        for index in sum.numbers.indices { sum.numbers[index] += operand.numbers[index] }
      }
      return sum
    case .multiply:
      let height = operands.map(\.height).max()!
      let width = operands.map(\.width).max()!
      return built(operands[0], height: height, width: width) { _, n, c, y, z in
        operands.reduce(1) { $0 * $1[n, 0, c, $1.height == 1 ? 0 : y, $1.width == 1 ? 0 : z] }
      }
    case .concat:
      let sources = operands.flatMap { operand in (0..<operand.channels).map { (operand, $0) } }
      return built(operands[0], channels: sources.count) { _, n, c, y, z in sources[c].0[n, 0, sources[c].1, y, z] }
    }
  }
}
