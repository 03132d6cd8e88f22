/// The messages of ONNX that are written, as values. Field numbers are those of `onnx/onnx.proto` (onnx/onnx 1.23).

/// An operator of ONNX's default domain.
enum ONNXOperator: String, Hashable, Sendable {
  case abs = "Abs"
  case add = "Add"
  case averagePool = "AveragePool"
  case batchNormalization = "BatchNormalization"
  case clip = "Clip"
  case concat = "Concat"
  case constantOfShape = "ConstantOfShape"
  case conv = "Conv"
  case dequantizeLinear = "DequantizeLinear"
  case div = "Div"
  case erf = "Erf"
  case flatten = "Flatten"
  case gemm = "Gemm"
  case globalAveragePool = "GlobalAveragePool"
  case hardSigmoid = "HardSigmoid"
  case hardSwish = "HardSwish"
  case identity = "Identity"
  case layerNormalization = "LayerNormalization"
  case matMul = "MatMul"
  case max = "Max"
  case maxPool = "MaxPool"
  case min = "Min"
  case mul = "Mul"
  case quantizeLinear = "QuantizeLinear"
  case reduceMax = "ReduceMax"
  case reduceMin = "ReduceMin"
  case reduceSum = "ReduceSum"
  case relu = "Relu"
  case reshape = "Reshape"
  case resize = "Resize"
  case round = "Round"
  case shape = "Shape"
  case sigmoid = "Sigmoid"
  case slice = "Slice"
  case softmax = "Softmax"
  case sub = "Sub"
  case tanh = "Tanh"
  case transpose = "Transpose"
}

/// A named setting of a node.
struct ONNXAttribute: Hashable, Sendable {
  enum Value: Hashable, Sendable {
    case integer(Int)
    case integers([Int])
    case float(Float)
    case string(String)
  }
  let name: String
  let value: Value

  init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }
}

struct ONNXNode: Hashable, Sendable {
  let name: String
  let type: ONNXOperator
  var inputs: [String]
  var outputs: [String]
  let attributes: [ONNXAttribute]
}

/// A constant.
struct ONNXTensor: Hashable, Sendable {
  enum Values: Hashable, Sendable {
    case float([Float])
    case int64([Int])
    case int32([Int32])
    case int8([Int8])
    case uint8([UInt8])
  }
  let name: String
  let shape: [Int]
  let values: Values
}

/// The type of an input, an output or a value between.
struct ONNXValue: Hashable, Sendable {
  enum Extent: Hashable, Sendable {
    case number(Int)
    /// As many images as the batch has.
    case batch
    /// Not stated.
    case unknown
  }
  var name: String
  var shape: [Extent]
}

struct ONNXGraph: Hashable, Sendable {
  var name: String
  var nodes: [ONNXNode] = []
  var constants: [ONNXTensor] = []
  var inputs: [ONNXValue] = []
  var outputs: [ONNXValue] = []
  /// Of values between.
  var values: [ONNXValue] = []
}

// MARK: Encoding

extension ONNXTensor.Values {
  /// `TensorProto.DataType`.
  var type: Int {
    switch self {
    case .float: 1
    case .uint8: 2
    case .int8: 3
    case .int32: 6
    case .int64: 7
    }
  }

  /// Little-endian, in the order of the shape.
  var bytes: [UInt8] {
    switch self {
    case .float(let values): values.withUnsafeBytes { Array($0) }
    case .int64(let values): values.withUnsafeBytes { Array($0) }
    case .int32(let values): values.withUnsafeBytes { Array($0) }
    case .int8(let values): values.map { UInt8(bitPattern: $0) }
    case .uint8(let values): values
    }
  }
}

extension ProtocolBuffer {
  mutating func add(_ attribute: ONNXAttribute) {
    string(1, attribute.name)
    switch attribute.value {
    case .float(let value):
      float(2, value)
      integer(20, 1)
    case .integer(let value):
      integer(3, value)
      integer(20, 2)
    case .string(let value):
      string(4, value)
      integer(20, 3)
    case .integers(let values):
      for value in values { integer(8, value) }
      integer(20, 7)
    }
  }

  mutating func add(_ node: ONNXNode) {
    for input in node.inputs { string(1, input) }
    for output in node.outputs { string(2, output) }
    string(3, node.name)
    string(4, node.type.rawValue)
    for attribute in node.attributes { message(5) { $0.add(attribute) } }
  }

  mutating func add(_ tensor: ONNXTensor) {
    for extent in tensor.shape { integer(1, extent) }
    integer(2, tensor.values.type)
    string(8, tensor.name)
    data(9, tensor.values.bytes)
  }

  mutating func add(_ value: ONNXValue) {
    string(1, value.name)
    message(2) { type in
      type.message(1) { tensor in
        tensor.integer(1, 1)
        tensor.message(2) { shape in
          for extent in value.shape {
            shape.message(1) { dimension in
              switch extent {
              case .number(let number): dimension.integer(1, number)
              case .batch: dimension.string(2, "batch")
              case .unknown: break
              }
            }
          }
        }
      }
    }
  }

  mutating func add(_ graph: ONNXGraph) {
    for node in graph.nodes { message(1) { $0.add(node) } }
    string(2, graph.name)
    for constant in graph.constants { message(5) { $0.add(constant) } }
    for input in graph.inputs { message(11) { $0.add(input) } }
    for output in graph.outputs { message(12) { $0.add(output) } }
    for value in graph.values { message(13) { $0.add(value) } }
  }
}
