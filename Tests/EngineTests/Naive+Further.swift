import Foundation

@testable import Engine

/// The loops of the operations beyond those of mobile networks.
extension Naive {
  /// Weight [out, height, width, in / groups].
  func groupedConvolution(
    _ weight: [Double], bias: [Double]?, out: Int, _ window: EngineInstruction.GroupedWindow
  ) -> Naive {
    let entering = shape.c / window.groups
    return Naive(.init(n: shape.n, h: window.output(side: shape.h), w: window.output(side: shape.w), c: out)) {
      n, h, w, c in
      let group = c / (out / window.groups)
      var sum = bias?[c] ?? 0
      for i in 0..<window.height {
        for j in 0..<window.width {
          let row = h * window.stride + (i - padding(window.height)) * window.dilation
          let column = w * window.stride + (j - padding(window.width)) * window.dilation
          guard (0..<shape.h).contains(row), (0..<shape.w).contains(column) else { continue }
          for k in 0..<entering {
            sum +=
              self[n, row, column, group * entering + k]
              * weight[((c * window.height + i) * window.width + j) * entering + k]
          }
        }
      }
      return sum
    }
  }

  /// Channels [groups, rest] become [rest, groups].
  func shuffled(_ groups: Int) -> Naive {
    let rest = shape.c / groups
    return Naive(shape) { n, h, w, c in self[n, h, w, c % groups * rest + c / groups] }
  }

  /// Channels [groups, parts, rest] become [parts, groups, rest], with their shares of each part.
  func softmax(parts: Int, groups: Int) -> Naive {
    let rest = shape.c / (parts * groups)
    return Naive(shape) { n, h, w, c in
      let (part, group, place) = (c / (groups * rest), c / rest % groups, c % rest)
      func power(_ part: Int) -> Double { exp(self[n, h, w, (group * parts + part) * rest + place]) }
      return power(part) / (0..<parts).reduce(0) { $0 + power($1) }
    }
  }

  func resized(h height: Int, w width: Int, _ resampling: EngineInstruction.Resampling) -> Naive {
    /// Two places along an axis and the share of the second.
    func places(_ place: Int, _ from: Int, _ to: Int) -> (Int, Int, Double) {
      switch resampling {
      case .nearest: return (place * from / to, place * from / to, 0)
      case .bilinear:
        let centre = max(0, (Double(place) + 0.5) * Double(from) / Double(to) - 0.5)
        let first = min(Int(centre), from - 1)
        return (first, min(first + 1, from - 1), centre - Double(first))
      }
    }
    return Naive(.init(n: shape.n, h: height, w: width, c: shape.c)) { n, h, w, c in
      let (top, bottom, down) = places(h, shape.h, height)
      let (left, right, along) = places(w, shape.w, width)
      let upper = self[n, top, left, c] * (1 - along) + self[n, top, right, c] * along
      let lower = self[n, bottom, left, c] * (1 - along) + self[n, bottom, right, c] * along
      return upper * (1 - down) + lower * down
    }
  }

  func layerNormalised(scale: [Double], shift: [Double], epsilon: Double) -> Naive {
    Naive(shape) { n, h, w, c in
      let all = (0..<shape.c).map { self[n, h, w, $0] }
      let mean = all.reduce(0, +) / Double(shape.c)
      let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(shape.c)
      return (self[n, h, w, c] - mean) / (variance + epsilon).squareRoot() * scale[c] + shift[c]
    }
  }

  /// As queries over keys and values.
  func attending(_ keys: Naive, _ values: Naive, heads: Int) -> Naive {
    let size = shape.c / heads
    return Naive(shape) { n, h, w, c in
      let head = c / size
      var (total, sum) = (0.0, 0.0)
      for row in 0..<keys.shape.h {
        for column in 0..<keys.shape.w {
          let product = (head * size..<(head + 1) * size).reduce(0) {
            $0 + self[n, h, w, $1] * keys[n, row, column, $1]
          }
          let power = exp(product / Double(size).squareRoot())
          total += power
          sum += power * values[n, row, column, c]
        }
      }
      return sum / total
    }
  }

  func quantized(bits: Int, _ rounding: EngineInstruction.Rounding) -> Naive {
    func symmetric(_ x: Double, _ largest: Double) -> Double {
      let levels = pow(2, Double(bits - 1)) - 1
      return largest == 0 ? 0 : (x / largest * levels).rounded(.toNearestOrEven) * largest / levels
    }
    switch rounding {
    case .symmetric:
      let largest = values.map(abs).max()!
      return Naive(shape, values.map { symmetric($0, largest) })
    case .perChannel:
      let largest = (0..<shape.c).map { c in
        stride(from: c, to: values.count, by: shape.c).map { abs(values[$0]) }.max()!
      }
      return Naive(shape, values.indices.map { symmetric(values[$0], largest[$0 % shape.c]) })
    case .asymmetric:
      let (low, high) = (min(0, values.min()!), max(0, values.max()!))
      let levels = pow(2, Double(bits)) - 1
      let step = (high - low) / levels
      let zero = -(low / step).rounded(.toNearestOrEven)
      return Naive(
        shape,
        values.map { x in
          let level = min(max((x / step).rounded(.toNearestOrEven) + zero, 0), levels)
          return (level - zero) * step
        })
    }
  }
}
