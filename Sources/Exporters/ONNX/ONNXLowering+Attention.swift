import SpaceIR
import SpacePlanner

extension ONNXLowering {
  /// Pool, reduce, activation, widen, gate, multiply.
  mutating func squeezeExcite(_ it: SqueezeExcite, _ x: NodeID, _ path: String, _ extents: BoundExtents) -> String {
    let (channels, inner) = (extents.channels, it.inner.boundInteger)
    let value = map(x)
    let pooled = add(.globalAveragePool, "\(path)/pool", [value], shape: .shape(channels, 1, 1))
    let reduced = pointwise("\(path).reduce", pooled, out: inner, in: channels)
    let active = apply(it.function.boundFunction, to: reduced, "\(path)/function", .shape(inner, 1, 1))
    let widened = pointwise("\(path).widen", active, out: channels, in: inner)
    let gate = apply(it.gate.boundFunction, to: widened, "\(path)/gate", .shape(channels, 1, 1))
    return add(.mul, path, [value, gate], shape: .map(extents))
  }

  /// Pool, sum over copies, reduce, activation, widen, softmax over copies, weighted sum.
  ///
  /// Copies of a channel lie beside each other, so a map is `[channels, copies, positions]`.
  mutating func splitAttention(_ it: SplitAttention, _ x: NodeID, _ path: String, _ extents: BoundExtents) -> String {
    let copies = self.extents(of: x).copies
    let (channels, inner) = (extents.channels, it.inner.boundInteger)
    let value = map(x)
    let axis = constant("\(path)/axis", [1], .int64([2]))
    let pooled = add(.globalAveragePool, "\(path)/pool", [value], shape: .shape(channels * copies, 1, 1))
    var summed = pooled
    if copies > 1 {
      let apart = reshape(pooled, to: [0, channels, copies, 1], "\(path)/copies", .shape(channels, copies, 1))
      summed = add(
        .reduceSum, "\(path)/sum", [apart, axis], [ONNXAttribute("keepdims", .integer(1))],
        shape: .shape(channels, 1, 1))
    }
    let reduced = pointwise("\(path).reduce", summed, out: inner, in: channels)
    let active = apply(it.function.boundFunction, to: reduced, "\(path)/function", .shape(inner, 1, 1))
    let widened = pointwise("\(path).widen", active, out: channels * copies, in: inner, copies: copies)
    let scores = reshape(widened, to: [0, channels, copies, 1], "\(path)/scores", .shape(channels, copies, 1))
    let shares = add(
      .softmax, "\(path)/softmax", [scores], [ONNXAttribute("axis", .integer(2))], shape: .shape(channels, copies, 1))
    let maps = reshape(
      value, to: [0, channels, copies, extents.positions], "\(path)/maps",
      .shape(channels, copies, extents.positions))
    let weighted = add(
      .mul, "\(path)/weighted", [maps, shares], shape: .shape(channels, copies, extents.positions))
    let sum = add(
      .reduceSum, "\(path)/total", [weighted, axis], [ONNXAttribute("keepdims", .integer(0))],
      shape: .shape(channels, extents.positions))
    return reshape(sum, to: [0, channels, extents.height, extents.width], path, .map(extents))
  }

  /// A linear map with bias of a value of one pixel: tensors `name` and `name_bias`.
  private mutating func pointwise(
    _ name: String, _ x: String, out: Int, in entering: Int, copies: Int = 1
  ) -> String {
    let filters = WeightLayout.interleaved(weights[name], copies: copies, rest: entering)
    let bias = WeightLayout.interleaved(weights["\(name)_bias"], copies: copies)
    return mapping(name, x, filters, bias, in: entering, shape: .shape(out, 1, 1))
  }

  /// A convolution of kernel 1.
  private mutating func mapping(
    _ name: String, _ x: String, _ filters: [Float], _ bias: [Float], in entering: Int, shape: [ONNXValue.Extent]
  ) -> String {
    let weight = constant("\(name).weight", [bias.count, entering, 1, 1], .float(filters))
    let term = constant("\(name).bias", [bias.count], .float(bias))
    return add(
      .conv, name, [x, weight, term],
      [ONNXAttribute("kernel_shape", .integers([1, 1])), ONNXAttribute("pads", .integers([0, 0, 0, 0]))], shape: shape)
  }

  /// For each head softmax(q k^T / sqrt(width / heads)) v over positions, transposed: keys by queries, values by those.
  mutating func attention(
    _ it: Attention, _ x: NodeID, _ memory: NodeID, _ path: String, _ extents: BoundExtents
  ) -> String {
    let (heads, width) = (it.heads.boundInteger, it.width.boundInteger)
    let (places, remembered) = (extents.positions, self.extents(of: memory).positions)
    let size = width / heads
    let (value, kept) = (map(x), map(memory))
    let queries = project(path, "queries", value, x, width: width)
    let keys = project(path, "keys", kept, memory, width: width)
    let values = project(path, "values", kept, memory, width: width)
    let q = reshape(queries, to: [0, heads, size, places], "\(path)/q", .shape(heads, size, places))
    let k = reshape(keys, to: [0, heads, size, remembered], "\(path)/k", .shape(heads, size, remembered))
    let v = reshape(values, to: [0, heads, size, remembered], "\(path)/v", .shape(heads, size, remembered))
    let turned = add(
      .transpose, "\(path)/turned", [k], [ONNXAttribute("perm", .integers([0, 1, 3, 2]))],
      shape: .shape(heads, remembered, size))
    let products = add(.matMul, "\(path)/products", [turned, q], shape: .shape(heads, remembered, places))
    let root = number("\(path)/scale", 1 / Float(size).squareRoot())
    let scores = add(.mul, "\(path)/scores", [products, root], shape: .shape(heads, remembered, places))
    let shares = add(
      .softmax, "\(path)/softmax", [scores], [ONNXAttribute("axis", .integer(2))],
      shape: .shape(heads, remembered, places))
    let attended = add(.matMul, "\(path)/attended", [v, shares], shape: .shape(heads, size, places))
    let joined = reshape(
      attended, to: [0, width, extents.height, extents.width], "\(path)/heads",
      .shape(width, extents.height, extents.width))
    return mapping(
      "\(path).output", joined, weights["\(path).output"], weights["\(path).output_bias"], in: width,
      shape: .map(extents))
  }

  private mutating func project(_ path: String, _ label: String, _ x: String, _ id: NodeID, width: Int) -> String {
    let entering = extents(of: id)
    return mapping(
      "\(path).\(label)", x, weights["\(path).\(label)"], weights["\(path).\(label)_bias"], in: entering.channels,
      shape: .shape(width, entering.height, entering.width))
  }

  /// Rounding to levels over the range of the whole batch, as the engine does it (`ES_QUANTIZE`).
  mutating func quantize(_ it: Quantization, _ x: NodeID, _ path: String, _ extents: BoundExtents) -> String {
    let mode = it.mode.constant?.word.flatMap(QuantizationMode.init(rawValue:)) ?? .symmetric
    switch mode {
    case .asymmetric: return quantizeAsymmetric(it.bits.boundInteger, x, path, extents)
    case .symmetric: return quantizeSymmetric(it.bits.boundInteger, x, path, extents, axes: [0, 1, 2, 3])
    case .perChannel: return quantizeSymmetric(it.bits.boundInteger, x, path, extents, axes: [0, 2, 3])
    }
  }

  /// What a step between levels is at least, so that a range that is empty divides nothing by zero.
  private mutating func step(_ range: String, _ levels: Int, _ path: String) -> String {
    let count = number("\(path)/levels", Float(levels))
    let step = add(.div, "\(path)/width", [range, count], shape: nil)
    let least = number("\(path)/least", 1e-30)
    return add(.max, "\(path)/step", [step, least], shape: nil)
  }

  private mutating func quantizeSymmetric(
    _ bits: Int, _ x: NodeID, _ path: String, _ extents: BoundExtents, axes: [Int]
  ) -> String {
    let levels = 1 << (bits - 1) - 1
    let value = map(x)
    let shape: [ONNXValue.Extent] = .map(extents)
    let sizes = add(.abs, "\(path)/abs", [value], shape: shape)
    let over = constant("\(path)/axes", [axes.count], .int64(axes))
    let range = add(
      .reduceMax, "\(path)/range", [sizes, over], [ONNXAttribute("keepdims", .integer(1))], shape: nil)
    let step = step(range, levels, path)
    let rounded = round(value, step, path, shape)
    let low = number("\(path)/low", Float(-levels))
    let high = number("\(path)/high", Float(levels))
    let level = add(.clip, "\(path)/level", [rounded, low, high], shape: shape)
    return add(.mul, path, [level, step], shape: shape)
  }

  private mutating func quantizeAsymmetric(
    _ bits: Int, _ x: NodeID, _ path: String, _ extents: BoundExtents
  ) -> String {
    let levels = 1 << bits - 1
    let value = map(x)
    let shape: [ONNXValue.Extent] = .map(extents)
    let nothing = number("\(path)/nothing", 0)
    let over = constant("\(path)/axes", [4], .int64([0, 1, 2, 3]))
    let keep = [ONNXAttribute("keepdims", .integer(1))]
    let least = add(.reduceMin, "\(path)/minimum", [value, over], keep, shape: nil)
    let greatest = add(.reduceMax, "\(path)/maximum", [value, over], keep, shape: nil)
    let low = add(.min, "\(path)/low", [least, nothing], shape: nil)
    let high = add(.max, "\(path)/high", [greatest, nothing], shape: nil)
    let range = add(.sub, "\(path)/range", [high, low], shape: nil)
    let step = step(range, levels, path)
    let zero = add(.round, "\(path)/zero", [add(.div, "\(path)/lowest", [low, step], shape: nil)], shape: nil)
    let moved = add(.sub, "\(path)/moved", [round(value, step, path, shape), zero], shape: shape)
    let top = number("\(path)/top", Float(levels))
    let level = add(.clip, "\(path)/level", [moved, nothing, top], shape: shape)
    let back = add(.add, "\(path)/back", [level, zero], shape: shape)
    return add(.mul, path, [back, step], shape: shape)
  }

  private mutating func round(
    _ value: String, _ step: String, _ path: String, _ shape: [ONNXValue.Extent]
  ) -> String {
    let steps = add(.div, "\(path)/steps", [value, step], shape: shape)
    return add(.round, "\(path)/rounded", [steps], shape: shape)
  }
}
