import SpaceIR
import SpacePlanner

extension ONNXLowering {
  /// Writes the nodes of an operation.
  mutating func lower(_ node: Node) -> Result {
    let path = network.path(of: node)
    let extents = node.type.extents4
    switch node.operation {
    case .input(let number): return Result(name: graph.inputs[number].name, isFlat: false)
    case .convolution(let it, let x): return mapped(convolution(it, x, node, path, extents))
    case .depthwise(let it, let x): return mapped(depthwise(it, x, node, path, extents))
    case .batchNorm(let x): return mapped(batchNorm(x, path, extents))
    case .activation(let function, let x): return activation(function.boundFunction, of: x, path, extents)
    case .squeezeExcite(let it, let x): return mapped(squeezeExcite(it, x, path, extents))
    case .splitAttention(let it, let x): return mapped(splitAttention(it, x, path, extents))
    case .pool(let it, let x): return mapped(pool(it, x, path, extents))
    case .globalPool(let x):
      return mapped(add(.globalAveragePool, path, [map(x)], shape: .map(extents)))
    case .linear(let it, let x): return linear(it, x, node, path, extents)
    case .layerNorm(let x): return mapped(layerNorm(x, path, extents))
    case .slice(let it, let x): return mapped(slice(it, x, path, extents))
    case .shuffle(let groups, let x): return mapped(shuffle(groups.boundInteger, x, path, extents))
    case .softmax(let it, let x): return mapped(softmax(it, x, path, extents))
    case .resize(let it, let x): return mapped(resize(it, x, path, extents))
    case .attention(let it, let x, let memory): return mapped(attention(it, x, memory, path, extents))
    case .positionEmbedding(let x):
      let values = WeightLayout.planes(weights["\(path).embedding"], channels: extents.channels)
      let table = constant(
        "\(path).embedding", [1, extents.channels, extents.height, extents.width], .float(values))
      return mapped(add(.add, path, [map(x), table], shape: .map(extents)))
    case .quantize(let it, let x): return mapped(quantize(it, x, path, extents))
    case .zero: return mapped(zeros(path, extents))
    case .add(let a, let b): return joined(.add, [a, b], path, extents)
    case .join(let join, let operands):
      let terms = operands.map(\.node)
      switch join {
      case .add: return joined(.add, terms, path, extents)
      case .multiply: return joined(.mul, terms, path, extents)
      case .concat:
        return mapped(
          add(.concat, path, terms.map { map($0) }, [ONNXAttribute("axis", .integer(1))], shape: .map(extents)))
      }
    case .choice: preconditionFailure("a bound space has no choices")
    }
  }

  private func mapped(_ name: String) -> Result { Result(name: name, isFlat: false) }

  /// A sum or product of two or more, two at a time, from the left as the engine does it.
  private mutating func joined(
    _ type: ONNXOperator, _ terms: [NodeID], _ path: String, _ extents: BoundExtents
  ) -> Result {
    let isFlat = extents.positions == 1 && terms.allSatisfy { result($0).isFlat }
    let shape: [ONNXValue.Extent] = isFlat ? .vector(extents.allChannels) : .map(extents)
    var names = terms.map { isFlat ? result($0).name : map($0) }[...]
    var sum = names.removeFirst()
    while let next = names.popFirst() {
      // Of a product the first factors alone may be of one pixel.
      let isWhole = names.isEmpty || type == .add
      sum = add(
        type, names.isEmpty ? path : "\(path)/\(terms.count - names.count)", [sum, next], shape: isWhole ? shape : nil)
    }
    return Result(name: sum, isFlat: isFlat)
  }

  // MARK: Convolutions and linear maps

  private func window(_ height: Int, _ width: Int, stride: Int, dilation: Int = 1) -> [ONNXAttribute] {
    let (h, w) = (windowPadding(height, dilation: dilation), windowPadding(width, dilation: dilation))
    var attributes = [
      ONNXAttribute("kernel_shape", .integers([height, width])), ONNXAttribute("pads", .integers([h, w, h, w])),
      ONNXAttribute("strides", .integers([stride, stride])),
    ]
    if dilation > 1 { attributes.append(ONNXAttribute("dilations", .integers([dilation, dilation]))) }
    return attributes
  }

  private mutating func convolution(
    _ it: Convolution, _ x: NodeID, _ node: Node, _ path: String, _ extents: BoundExtents
  ) -> String {
    let (height, width, groups) = (it.kernel.boundInteger, it.kernelWidth.boundInteger, it.groups.boundInteger)
    let entering = self.extents(of: x).channels / groups
    let filters = WeightLayout.filters(
      weights["\(path).weight"], out: extents.channels, height: height, width: width, in: entering)
    let bias = it.bias ? weights["\(path).bias"] : nil
    let inputs = filtered(
      [map(x)], path, filters, [extents.channels, entering, height, width], bias, copies: 1, node)
    return add(
      .conv, path, inputs,
      window(height, width, stride: it.stride.boundInteger, dilation: it.dilation.boundInteger)
        + [ONNXAttribute("group", .integer(groups))], shape: .map(extents))
  }

  private mutating func depthwise(
    _ it: Depthwise, _ x: NodeID, _ node: Node, _ path: String, _ extents: BoundExtents
  ) -> String {
    let (kernel, copies) = (it.kernel.boundInteger, it.copies.boundInteger)
    let filters = WeightLayout.depthwise(
      weights["\(path).weight"], copies: copies, positions: kernel * kernel, channels: extents.channels)
    let inputs = filtered(
      [map(x)], path, filters, [extents.allChannels, 1, kernel, kernel], nil, copies: copies, node)
    return add(
      .conv, path, inputs,
      window(kernel, kernel, stride: it.stride.boundInteger, dilation: it.dilation.boundInteger)
        + [ONNXAttribute("group", .integer(extents.channels))], shape: .map(extents))
  }

  private mutating func linear(
    _ it: Linear, _ x: NodeID, _ node: Node, _ path: String, _ extents: BoundExtents
  ) -> Result {
    let known = result(x)
    let entering = self.extents(of: x).allChannels
    let flat =
      known.isFlat
      ? known.name
      : add(
        .flatten, "\(path)/flat", [known.name], [ONNXAttribute("axis", .integer(1))], shape: .vector(entering))
    let bias = it.bias ? weights["\(path).bias"] : nil
    let inputs = filtered(
      [flat], path, weights["\(path).weight"], [extents.channels, entering], bias, copies: 1, node)
    let name = add(
      .gemm, path, inputs, [ONNXAttribute("transB", .integer(1))], shape: .vector(extents.channels))
    return Result(name: name, isFlat: true)
  }

  /// The inputs of a map with its filters and bias, into which the batch norm behind it is folded if it is.
  private mutating func filtered(
    _ inputs: [String], _ path: String, _ filters: [Float], _ shape: [Int], _ bias: [Float]?, copies: Int, _ node: Node
  ) -> [String] {
    var (filters, bias) = (filters, bias)
    if let norm = fold(of: node) {
      (filters, bias) = folded(affine(network.path(of: norm), copies: copies), into: filters, bias, of: shape[0])
    }
    var inputs = inputs
    inputs.append(constant("\(path).weight", shape, .float(filters)))
    if let bias { inputs.append(constant("\(path).bias", [shape[0]], .float(bias))) }
    return inputs
  }

  // MARK: Norms

  /// What a batch norm with its running statistics does to each channel: y = factor x + term.
  private func affine(_ path: String, copies: Int) -> (factors: [Double], terms: [Double]) {
    func values(_ label: String) -> [Double] {
      WeightLayout.interleaved(weights["\(path).\(label)"], copies: copies).map(Double.init)
    }
    let (scale, shift, mean, variance) = (values("scale"), values("shift"), values("mean"), values("variance"))
    let factors = zip(scale, variance).map { $0 / ($1 + Double(epsilon)).squareRoot() }
    let terms = factors.indices.map { shift[$0] - mean[$0] * factors[$0] }
    return (factors, terms)
  }

  private func folded(
    _ affine: (factors: [Double], terms: [Double]), into filters: [Float], _ bias: [Float]?, of count: Int
  ) -> ([Float], [Float]?) {
    let size = filters.count / count
    var scaled = filters
    var terms = affine.terms
    for channel in 0..<count {
      let factor = affine.factors[channel]
      for index in channel * size..<(channel + 1) * size { scaled[index] = Float(Double(filters[index]) * factor) }
      if let bias { terms[channel] += Double(bias[channel]) * factor }
    }
    return (scaled, terms.map(Float.init))
  }

  private mutating func batchNorm(_ x: NodeID, _ path: String, _ extents: BoundExtents) -> String {
    let inputs = ["scale", "shift", "mean", "variance"].map { label in
      let values = WeightLayout.interleaved(weights["\(path).\(label)"], copies: extents.copies)
      return constant("\(path).\(label)", [extents.allChannels], .float(values))
    }
    return add(
      .batchNormalization, path, [map(x)] + inputs, [ONNXAttribute("epsilon", .float(epsilon))],
      shape: .map(extents))
  }

  /// The operator normalises over the last axes, so channels go last and back.
  private mutating func layerNorm(_ x: NodeID, _ path: String, _ extents: BoundExtents) -> String {
    let (c, h, w) = (extents.channels, extents.height, extents.width)
    let last = add(
      .transpose, "\(path)/last", [map(x)], [ONNXAttribute("perm", .integers([0, 2, 3, 1]))], shape: .shape(h, w, c))
    let scale = constant("\(path).scale", [c], .float(weights["\(path).scale"]))
    let shift = constant("\(path).shift", [c], .float(weights["\(path).shift"]))
    let norm = add(
      .layerNormalization, path, [last, scale, shift],
      [ONNXAttribute("axis", .integer(-1)), ONNXAttribute("epsilon", .float(epsilon))], shape: .shape(h, w, c))
    return add(
      .transpose, "\(path)/first", [norm], [ONNXAttribute("perm", .integers([0, 3, 1, 2]))], shape: .map(extents))
  }

  // MARK: Functions

  private mutating func activation(
    _ function: ActivationFunction, of x: NodeID, _ path: String, _ extents: BoundExtents
  ) -> Result {
    let operand = result(x)
    let shape: [ONNXValue.Extent] = operand.isFlat ? .vector(extents.allChannels) : .map(extents)
    return Result(name: apply(function, to: operand.name, path, shape), isFlat: operand.isFlat)
  }

  /// The nodes of a function; the last has the name.
  mutating func apply(
    _ function: ActivationFunction, to x: String, _ name: String, _ shape: [ONNXValue.Extent]
  ) -> String {
    switch function {
    case .relu: return add(.relu, name, [x], shape: shape)
    case .swish:
      let gate = add(.sigmoid, "\(name)/sigmoid", [x], shape: shape)
      return add(.mul, name, [x, gate], shape: shape)
    case .hardSwish: return add(.hardSwish, name, [x], shape: shape)
    case .sigmoid: return add(.sigmoid, name, [x], shape: shape)
    case .hardSigmoid:
      return add(
        .hardSigmoid, name, [x], [ONNXAttribute("alpha", .float(1.0 / 6)), ONNXAttribute("beta", .float(0.5))],
        shape: shape)
    case .tanh: return add(.tanh, name, [x], shape: shape)
    case .gelu:
      // x/2 (1 + erf(x / sqrt 2)); the operator Gelu came with opset 20.
      let root = number("\(name)/root", Float(2).squareRoot())
      let scaled = add(.div, "\(name)/scaled", [x, root], shape: shape)
      let error = add(.erf, "\(name)/erf", [scaled], shape: shape)
      let one = number("\(name)/one", 1)
      let raised = add(.add, "\(name)/raised", [error, one], shape: shape)
      let half = number("\(name)/half", 0.5)
      let halved = add(.mul, "\(name)/halved", [x, half], shape: shape)
      return add(.mul, name, [halved, raised], shape: shape)
    }
  }

  // MARK: Pools, slices, sides

  private mutating func pool(_ it: Pool, _ x: NodeID, _ path: String, _ extents: BoundExtents) -> String {
    let kernel = it.kernel.boundInteger
    let window = window(kernel, kernel, stride: it.stride.boundInteger)
    switch it.kind {
    case .max: return add(.maxPool, path, [map(x)], window, shape: .map(extents))
    case .average:
      return add(
        .averagePool, path, [map(x)], window + [ONNXAttribute("count_include_pad", .integer(0))],
        shape: .map(extents))
    }
  }

  private mutating func slice(_ it: Slice, _ x: NodeID, _ path: String, _ extents: BoundExtents) -> String {
    let first = it.first.boundInteger
    let inputs = [
      map(x), constant("\(path)/starts", [1], .int64([first])),
      constant("\(path)/ends", [1], .int64([first + extents.channels])), constant("\(path)/axes", [1], .int64([1])),
    ]
    return add(.slice, path, inputs, shape: .map(extents))
  }

  private mutating func shuffle(_ groups: Int, _ x: NodeID, _ path: String, _ extents: BoundExtents) -> String {
    let (rest, h, w) = (extents.channels / groups, extents.height, extents.width)
    let parts = reshape(map(x), to: [0, groups, rest, h, w], "\(path)/parts", .shape(groups, rest, h, w))
    let turned = add(
      .transpose, "\(path)/turned", [parts], [ONNXAttribute("perm", .integers([0, 2, 1, 3, 4]))],
      shape: .shape(rest, groups, h, w))
    return reshape(turned, to: [0, extents.channels, h, w], path, .map(extents))
  }

  /// Channels `[groups, parts, rest]` become `[parts, groups, rest]`.
  private mutating func softmax(_ it: Softmax, _ x: NodeID, _ path: String, _ extents: BoundExtents) -> String {
    let (parts, groups) = (it.parts.boundInteger, it.groups.boundInteger)
    let rest = extents.channels / parts / groups * extents.positions
    let apart = reshape(map(x), to: [0, groups, parts, rest], "\(path)/parts", .shape(groups, parts, rest))
    let shares = add(
      .softmax, "\(path)/softmax", [apart], [ONNXAttribute("axis", .integer(2))], shape: .shape(groups, parts, rest))
    let turned =
      groups == 1
      ? shares
      : add(
        .transpose, "\(path)/turned", [shares], [ONNXAttribute("perm", .integers([0, 2, 1, 3]))],
        shape: .shape(parts, groups, rest))
    return reshape(turned, to: [0, extents.channels, extents.height, extents.width], path, .map(extents))
  }

  private mutating func resize(_ it: Resize, _ x: NodeID, _ path: String, _ extents: BoundExtents) -> String {
    let sizes = constant("\(path)/sizes", [2], .int64([extents.height, extents.width]))
    let method: [ONNXAttribute] =
      switch it.method {
      case .nearest:
        [
          ONNXAttribute("mode", .string("nearest")), ONNXAttribute("nearest_mode", .string("floor")),
          ONNXAttribute("coordinate_transformation_mode", .string("asymmetric")),
        ]
      case .bilinear:
        [
          ONNXAttribute("mode", .string("linear")),
          ONNXAttribute("coordinate_transformation_mode", .string("half_pixel")),
        ]
      }
    return add(
      .resize, path, [map(x), "", "", sizes], [ONNXAttribute("axes", .integers([2, 3]))] + method,
      shape: .map(extents))
  }

  /// As many zero images as the batch has.
  private mutating func zeros(_ path: String, _ extents: BoundExtents) -> String {
    let batch = add(
      .shape, "\(path)/batch", [graph.inputs[0].name],
      [ONNXAttribute("start", .integer(0)), ONNXAttribute("end", .integer(1))], shape: nil)
    let rest = constant("\(path)/rest", [3], .int64([extents.allChannels, extents.height, extents.width]))
    let shape = add(.concat, "\(path)/shape", [batch, rest], [ONNXAttribute("axis", .integer(0))], shape: nil)
    return add(.constantOfShape, path, [shape], shape: .map(extents))
  }
}
