@testable import Engine

/// The operations beyond those of mobile networks.
extension TestNetwork {
  typealias GroupedWindow = EngineInstruction.GroupedWindow

  mutating func groupedConvolution(_ x: Buffer, out: Int, _ window: GroupedWindow, bias: Bool = false) -> Buffer {
    let from = shape(x)
    let weight = parameter([out, window.height, window.width, from.c / window.groups])
    let shift = bias ? parameter([out], .undecayed) : nil
    let y = buffer(Shape(n: from.n, h: window.output(side: from.h), w: window.output(side: from.w), c: out))
    append(
      .groupedConvolution(x: x, y: y, weight: weight, bias: shift, window), of: x, y
    ) { dy, dx, delivery in
      .groupedConvolutionBackward(dy: dy, x: x, dx: dx, weight: weight, bias: shift, window, delivery)
    }
    return y
  }

  mutating func dilatedDepthwise(_ x: Buffer, copies: Int, _ window: Window, dilation: Int) -> Buffer {
    let from = shape(x)
    let weight = parameter([copies, window.kernel, window.kernel, from.c])
    let y = buffer(
      Shape(
        n: from.n, h: (from.h - 1) / window.stride + 1, w: (from.w - 1) / window.stride + 1, c: from.c * copies))
    append(
      .dilatedDepthwise(x: x, y: y, weight: weight, window, copies: copies, dilation: dilation), of: x, y
    ) { dy, dx, delivery in
      .dilatedDepthwiseBackward(
        dy: dy, x: x, dx: dx, weight: weight, window, copies: copies, dilation: dilation, delivery)
    }
    return y
  }

  mutating func multiply(_ a: Buffer, _ b: Buffer) -> Buffer {
    let y = buffer(shape(a))
    appendPair(.multiply(a, b, y: y), a, b, y) { dy, da, db, first, second in
      .multiplyBackward(dy: dy, a: a, b: b, da: da, db: db, deliverDa: first, deliverDb: second)
    }
    return y
  }

  /// The channels of several values side by side.
  mutating func concat(_ values: [Buffer]) -> Buffer {
    var whole = shape(values[0])
    whole.c = values.reduce(0) { $0 + shape($1).c }
    let y = buffer(whole)
    var place = 0
    for value in values {
      let count = shape(value).c
      let from = place
      append(.copyChannels(from: value, to: y, .init(first: 0, place: from, count: count), .write), of: value, y) {
        dy, dx, delivery in
        .copyChannels(from: dy, to: dx ?? y, .init(first: from, place: 0, count: count), delivery)
      }
      place += count
    }
    return y
  }

  mutating func shuffle(_ x: Buffer, groups: Int) -> Buffer {
    let y = buffer(shape(x))
    let rest = shape(x).c / groups
    append(.shuffle(x: x, y: y, groups: groups, .write), of: x, y) { dy, dx, delivery in
      .shuffle(x: dy, y: dx ?? y, groups: rest, delivery)
    }
    return y
  }

  mutating func softmax(_ x: Buffer, parts: Int, groups: Int) -> Buffer {
    let y = buffer(shape(x))
    append(.softmax(x: x, y: y, parts: parts, groups: groups), of: x, y) { dy, dx, delivery in
      .softmaxBackward(dy: dy, y: y, dx: dx ?? y, parts: parts, groups: groups, delivery)
    }
    return y
  }

  mutating func resize(_ x: Buffer, h: Int, w: Int, _ resampling: EngineInstruction.Resampling) -> Buffer {
    let y = buffer(Shape(n: shape(x).n, h: h, w: w, c: shape(x).c))
    append(.resize(x: x, y: y, resampling), of: x, y) { dy, dx, delivery in
      .resizeBackward(dy: dy, dx: dx ?? y, resampling, delivery)
    }
    return y
  }

  mutating func layerNorm(_ x: Buffer, epsilon: Double = 1e-3) -> Buffer {
    let scale = parameter([shape(x).c], .undecayed)
    let shift = parameter([shape(x).c], .undecayed)
    let y = buffer(shape(x))
    var narrow = shape(x)
    narrow.c = 1
    let (mean, rstd) = (buffer(narrow), buffer(narrow))
    append(.layerNorm(x: x, y: y, mean: mean, rstd: rstd, scale: scale, shift: shift, epsilon: epsilon), of: x, y) {
      dy, dx, delivery in
      .layerNormBackward(dy: dy, x: x, mean: mean, rstd: rstd, dx: dx ?? y, scale: scale, shift: shift, delivery)
    }
    return y
  }

  mutating func positionEmbedding(_ x: Buffer) -> Buffer {
    let embedding = parameter([shape(x).h, shape(x).w, shape(x).c], .undecayed)
    let y = buffer(shape(x))
    append(.positionEmbedding(x: x, y: y, embedding), of: x, y) { dy, dx, delivery in
      .positionEmbeddingBackward(dy: dy, dx: dx, embedding, delivery)
    }
    return y
  }

  /// Queries, keys and values are linear maps of x and of the memory.
  mutating func attention(_ x: Buffer, memory: Buffer, width: Int, heads: Int) -> Buffer {
    let q = convolution(x, out: width, .init(kernel: 1))
    let k = convolution(memory, out: width, .init(kernel: 1))
    let v = convolution(memory, out: width, .init(kernel: 1))
    let y = buffer(shape(q))
    appendAttention(q, k, v, y, heads: heads)
    return y
  }

  /// The sum of the first channels of values, each times a vector of its own, in `channels` channels.
  mutating func mixture(_ terms: [(x: Buffer, count: Int)], channels: Int) -> Buffer {
    var whole = shape(terms[0].x)
    whole.c = channels
    let y = buffer(whole)
    for (place, term) in terms.enumerated() {
      let mask = parameter([term.count], .undecayed)
      append(.mask(x: term.x, y: y, mask, place == 0 ? .write : .add), of: term.x, y) { dy, dx, delivery in
        .maskBackward(dy: dy, x: term.x, dx: dx, mask, delivery)
      }
    }
    return y
  }

  /// The elements at the places from which a nearest resize of a grid of these sides takes its own, and zeros between.
  mutating func spread(_ x: Buffer, h: Int, w: Int) -> Buffer {
    let y = buffer(Shape(n: shape(x).n, h: h, w: w, c: shape(x).c))
    append(.resizeBackward(dy: x, dx: y, .nearest, .write), of: x, y) { dy, dx, _ in
      .resize(x: dy, y: dx ?? y, .nearest)
    }
    return y
  }

  mutating func quantize(_ x: Buffer, bits: Int, _ rounding: EngineInstruction.Rounding) -> Buffer {
    let y = buffer(shape(x))
    append(.quantize(x: x, y: y, bits: bits, rounding), of: x, y) { dy, dx, delivery in
      .copy(from: dy, to: dx ?? y, delivery)
    }
    return y
  }
}
