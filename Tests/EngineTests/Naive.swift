import Foundation

@testable import Engine

/// A dense value [n, h, w, c] with every operation written as the plain loop of its definition: the second witness.
struct Naive {
  var shape: EngineBuffer.Shape
  var values: [Double]

  init(_ shape: EngineBuffer.Shape, _ values: [Double]) {
    self.shape = shape
    self.values = values
  }

  init(_ shape: EngineBuffer.Shape, _ element: (_ n: Int, _ h: Int, _ w: Int, _ c: Int) -> Double) {
    self.shape = shape
    values = []
    for n in 0..<shape.n {
      for h in 0..<shape.h {
        for w in 0..<shape.w { for c in 0..<shape.c { values.append(element(n, h, w, c)) } }
      }
    }
  }

  subscript(n: Int, h: Int, w: Int, c: Int) -> Double {
    values[((n * shape.h + h) * shape.w + w) * shape.c + c]
  }

  /// The inputs under the window at output (h, w), with their place in the kernel.
  private func taps(_ window: EngineInstruction.Window, _ h: Int, _ w: Int) -> [(i: Int, j: Int, h: Int, w: Int)] {
    var found: [(i: Int, j: Int, h: Int, w: Int)] = []
    for i in 0..<window.kernel {
      for j in 0..<window.kernel {
        let row = h * window.stride + i - padding(window.kernel)
        let column = w * window.stride + j - padding(window.kernel)
        if (0..<shape.h).contains(row), (0..<shape.w).contains(column) { found.append((i, j, row, column)) }
      }
    }
    return found
  }

  private func windowed(_ window: EngineInstruction.Window, c: Int) -> EngineBuffer.Shape {
    .init(n: shape.n, h: window.output(side: shape.h), w: window.output(side: shape.w), c: c)
  }

  /// weight [out, kernel, kernel, in].
  func convolution(_ weight: [Double], bias: [Double]?, out: Int, _ window: EngineInstruction.Window) -> Naive {
    Naive(windowed(window, c: out)) { n, h, w, c in
      var sum = bias?[c] ?? 0
      for tap in taps(window, h, w) {
        for k in 0..<shape.c {
          sum +=
            self[n, tap.h, tap.w, k]
            * weight[((c * window.kernel + tap.i) * window.kernel + tap.j) * shape.c + k]
        }
      }
      return sum
    }
  }

  /// weight [copies, kernel, kernel, channels].
  func depthwise(_ weight: [Double], copies: Int, _ window: EngineInstruction.Window) -> Naive {
    Naive(windowed(window, c: copies * shape.c)) { n, h, w, c in
      let (copy, channel) = (c / shape.c, c % shape.c)
      return taps(window, h, w).reduce(0) { sum, tap in
        sum + self[n, tap.h, tap.w, channel]
          * weight[((copy * window.kernel + tap.i) * window.kernel + tap.j) * shape.c + channel]
      }
    }
  }

  func pool(_ pooling: EngineInstruction.Pooling, _ window: EngineInstruction.Window) -> Naive {
    Naive(windowed(window, c: shape.c)) { n, h, w, c in
      let seen = taps(window, h, w).map { self[n, $0.h, $0.w, c] }
      return pooling == .maximum ? seen.max()! : seen.reduce(0, +) / Double(seen.count)
    }
  }

  /// Statistics of each channel; variance biased.
  func statistics() -> (mean: [Double], variance: [Double]) {
    let count = Double(shape.n * shape.h * shape.w)
    var mean = [Double](repeating: 0, count: shape.c)
    var variance = mean
    for (index, value) in values.enumerated() { mean[index % shape.c] += value / count }
    for (index, value) in values.enumerated() {
      let distance = value - mean[index % shape.c]
      variance[index % shape.c] += distance * distance / count
    }
    return (mean, variance)
  }

  func normalised(
    mean: [Double], variance: [Double], scale: [Double], shift: [Double], epsilon: Double
  ) -> Naive {
    Naive(shape) { n, h, w, c in
      (self[n, h, w, c] - mean[c]) / (variance[c] + epsilon).squareRoot() * scale[c] + shift[c]
    }
  }

  func activation(_ function: EngineInstruction.Function) -> Naive {
    let hardSigmoid: (Double) -> Double = { min(max($0 + 3, 0), 6) / 6 }
    let sigmoid: (Double) -> Double = { 1 / (1 + exp(-$0)) }
    return Naive(
      shape,
      values.map { x in
        switch function {
        case .relu: max(x, 0)
        case .swish: x * sigmoid(x)
        case .hardSwish: x * hardSigmoid(x)
        case .sigmoid: sigmoid(x)
        case .hardSigmoid: hardSigmoid(x)
        case .gelu: x * erfc(-x / 2.0.squareRoot()) / 2
        case .tanh: Foundation.tanh(x)
        }
      })
  }

  func globalPool() -> Naive {
    Naive(.init(n: shape.n, c: shape.c)) { n, _, _, c in
      var sum = 0.0
      for h in 0..<shape.h { for w in 0..<shape.w { sum += self[n, h, w, c] } }
      return sum / Double(shape.h * shape.w)
    }
  }

  /// weight [out, in].
  func linear(_ weight: [Double], bias: [Double]?, out: Int) -> Naive {
    Naive(.init(n: shape.n, c: out)) { n, _, _, c in
      (0..<shape.c).reduce(bias?[c] ?? 0) { $0 + self[n, 0, 0, $1] * weight[c * shape.c + $1] }
    }
  }

  func copiesSum(_ copies: Int) -> Naive {
    let narrow = shape.c / copies
    return Naive(.init(n: shape.n, h: shape.h, w: shape.w, c: narrow)) { n, h, w, c in
      (0..<copies).reduce(0) { $0 + self[n, h, w, $1 * narrow + c] }
    }
  }

  func copiesSoftmax(_ copies: Int) -> Naive {
    let narrow = shape.c / copies
    return Naive(shape) { n, h, w, c in
      let normaliser = (0..<copies).reduce(0) { $0 + exp(self[n, h, w, $1 * narrow + c % narrow]) }
      return exp(self[n, h, w, c]) / normaliser
    }
  }

  func scaled(by factor: Naive) -> Naive { Naive(shape) { n, h, w, c in self[n, h, w, c] * factor[n, 0, 0, c] } }
}

/// What both ends of a side are padded by: half of an odd kernel; windows of an even one lie side by side.
func padding(_ kernel: Int) -> Int { kernel % 2 == 1 ? kernel / 2 : 0 }
