"""ONNX models of Espalier as TensorFlow Lite models, in float32.

Maps are stored with channels last, as that format has them; a value is turned only where its operator needs ONNX's order.
Written from the operators' documentation; needs the schema that LiteRT brings, and nothing of TensorFlow.
"""

import numpy
import onnx
from ai_edge_litert import schema_py_generated as schema
from espalier_device import Failure
from onnx import numpy_helper

LAST = (0, 2, 3, 1)
FIRST = (0, 3, 1, 2)


def converted(graph):
    """Bytes of the model, and the inputs in order: (name, whether a map's channels are last)."""
    return Converter(onnx.shape_inference.infer_shapes(graph, data_prop=True).graph).model()


class Value:
    """A tensor of the model that stands for an ONNX value; `is_last`: a map with its channels last."""

    def __init__(self, index, is_last=False):
        self.index, self.is_last = index, is_last


class Converter:
    def __init__(self, graph):
        self.graph = graph
        self.codes, self.operators, self.tensors, self.buffers = {}, [], [], [schema.BufferT()]
        self.values, self.done = {}, set()
        self.constants = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
        self.shapes = {name: list(array.shape) for name, array in self.constants.items()}
        for item in [*graph.input, *graph.value_info, *graph.output]:
            dimensions = item.type.tensor_type.shape.dim
            if all(one.HasField("dim_value") for one in dimensions):
                self.shapes[item.name] = [one.dim_value for one in dimensions]
        self.readers = {}
        for node in graph.node:
            for name in node.input:
                self.readers.setdefault(name, []).append(node)
        self.writers = {name: node for node in graph.node for name in node.output}
        self.outputs = {item.name for item in graph.output}

    def model(self):
        inputs = []
        for item in self.graph.input:
            shape = self.shapes[item.name]
            is_last = len(shape) == 4
            value = Value(self.tensor([shape[i] for i in LAST] if is_last else shape), is_last)
            self.values[item.name] = value
            inputs.append((item.name, value))
        for node in self.graph.node:
            if id(node) in self.done:
                continue
            method = getattr(self, "on_" + node.op_type, None)
            if method is None:
                raise Failure("unsupported", f"no operator of LiteRT was written for {node.op_type}")
            method(node)
        outputs = [self.value(item.name).index for item in self.graph.output]
        sub = schema.SubGraphT()
        sub.tensors, sub.operators = self.tensors, self.operators
        sub.inputs, sub.outputs = [value.index for _, value in inputs], outputs
        model = schema.ModelT()
        model.version, model.description = 3, "espalier"
        model.operatorCodes = list(self.codes.values())
        model.subgraphs, model.buffers = [sub], self.buffers
        import flatbuffers

        builder = flatbuffers.Builder(1 << 20)
        builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
        return bytes(builder.Output()), [(name, value.is_last) for name, value in inputs]

    # Tensors and operators

    def tensor(self, shape, array=None):
        tensor = schema.TensorT()
        tensor.shape, tensor.buffer, tensor.name = list(shape), 0, f"t{len(self.tensors)}"
        tensor.type = schema.TensorType.FLOAT32
        if array is not None:
            tensor.type = schema.TensorType.INT32 if array.dtype == numpy.int32 else schema.TensorType.FLOAT32
            buffer = schema.BufferT()
            buffer.data = numpy.frombuffer(numpy.ascontiguousarray(array).tobytes(), dtype=numpy.uint8)
            tensor.buffer = len(self.buffers)
            self.buffers.append(buffer)
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def constant(self, array):
        array = numpy.asarray(array)
        array = array.astype(numpy.int32 if numpy.issubdtype(array.dtype, numpy.integer) else numpy.float32)
        return self.tensor(array.shape, array)

    def shape(self, index):
        return self.tensors[index].shape

    def emit(self, name, inputs, shape, options=None, **fields):
        """An operator of one output; its tensor."""
        number = getattr(schema.BuiltinOperator, name)
        if name not in self.codes:
            code = schema.OperatorCodeT()
            code.builtinCode, code.deprecatedBuiltinCode, code.version = number, min(number, 127), 1
            self.codes[name] = code
        operator = schema.OperatorT()
        operator.opcodeIndex = list(self.codes).index(name)
        operator.inputs, operator.outputs = list(inputs), [self.tensor(shape)]
        if options:
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, options)
            operator.builtinOptions = getattr(schema, options + "T")()
            for key, value in fields.items():
                assert hasattr(operator.builtinOptions, key), key
                setattr(operator.builtinOptions, key, value)
        self.operators.append(operator)
        return operator.outputs[0]

    def reshaped(self, index, shape):
        if list(self.shape(index)) == list(shape):
            return index
        return self.emit("RESHAPE", [index, self.constant(shape)], shape, "ReshapeOptions", newShape=list(shape))

    def turned(self, index, order):
        """Transposed; where no two extents above 1 change places, the numbers stay where they are."""
        old = self.shape(index)
        shape = [old[i] for i in order]
        if [i for i in order if old[i] > 1] == sorted(i for i in order if old[i] > 1):
            return self.reshaped(index, shape)
        return self.emit("TRANSPOSE", [index, self.constant(list(order))], shape, "TransposeOptions")

    # Values

    def value(self, name):
        if name not in self.values:
            array = self.constants[name]
            self.values[name] = Value(self.constant(array))
        return self.values[name]

    def last(self, name):
        """The tensor of a map with channels last."""
        if name in self.constants and len(self.shapes[name]) == 4:
            return self.constant(self.constants[name].transpose(LAST))
        value = self.value(name)
        if not value.is_last:
            value = self.values[name] = Value(self.turned(value.index, LAST), True)
        return value.index

    def plain(self, name):
        """The tensor of a value in ONNX's order."""
        value = self.value(name)
        return self.turned(value.index, FIRST) if value.is_last else value.index

    def give(self, node, index, is_last=False):
        self.values[node.output[0]] = Value(index, is_last)

    def map_shape(self, node):
        shape = self.shapes[node.output[0]]
        return [shape[i] for i in LAST]

    def fused(self, node):
        """The activation that an operator applies itself, and the node whose value it then gives."""
        readers = self.readers.get(node.output[0], [])
        if len(readers) == 1 and readers[0].op_type == "Relu" and node.output[0] not in self.outputs:
            self.done.add(id(readers[0]))
            return schema.ActivationFunctionType.RELU, readers[0]
        return schema.ActivationFunctionType.NONE, node

    # Windows

    def window(self, attributes, index, *, fill=None):
        """Padding of a window with ONNX's pads: the enumeration's word, and the tensor to read."""
        kernel = attributes["kernel_shape"]
        strides, pads = attributes.get("strides", [1, 1]), attributes.get("pads", [0, 0, 0, 0])
        dilations = attributes.get("dilations", [1, 1])
        shape = self.shape(index)
        if not any(pads):
            return schema.Padding.VALID, index
        same = True
        for axis in range(2):
            extent, reach = shape[1 + axis], (kernel[axis] - 1) * dilations[axis] + 1
            total = max(0, (-(-extent // strides[axis]) - 1) * strides[axis] + reach - extent)
            same = same and (pads[axis], pads[2 + axis]) == (total // 2, total - total // 2)
        if same:
            return schema.Padding.SAME, index
        around = numpy.array([[0, 0], [pads[0], pads[2]], [pads[1], pads[3]], [0, 0]], dtype=numpy.int32)
        wider = [extent + int(sum(pair)) for extent, pair in zip(shape, around)]
        if fill is None:
            return schema.Padding.VALID, self.emit("PAD", [index, self.constant(around)], wider, "PadOptions")
        inputs = [index, self.constant(around), self.constant(numpy.float32(fill))]
        return schema.Padding.VALID, self.emit("PADV2", inputs, wider, "PadV2Options")

    def on_Conv(self, node):
        attributes = read(node)
        weights = self.constants[node.input[1]]
        out, entering = weights.shape[:2]
        bias = self.constants[node.input[2]] if len(node.input) > 2 else numpy.zeros(out, numpy.float32)
        attributes.setdefault("kernel_shape", list(weights.shape[2:]))
        padding, x = self.window(attributes, self.last(node.input[0]))
        groups, channels = attributes.get("group", 1), self.shapes[node.input[0]][1]
        function, final = self.fused(node)
        strides, dilations = attributes.get("strides", [1, 1]), attributes.get("dilations", [1, 1])
        fields = dict(
            padding=padding,
            strideH=strides[0],
            strideW=strides[1],
            dilationHFactor=dilations[0],
            dilationWFactor=dilations[1],
            fusedActivationFunction=function,
        )
        if groups == channels and groups > 1:
            filters = self.constant(weights.transpose(1, 2, 3, 0))
            fields["depthMultiplier"] = out // channels
            name, options = "DEPTHWISE_CONV_2D", "DepthwiseConv2DOptions"
        else:
            filters = self.constant(weights.transpose(0, 2, 3, 1))
            name, options = "CONV_2D", "Conv2DOptions"
        inputs = [x, filters, self.constant(bias)]
        self.give(final, self.emit(name, inputs, self.map_shape(node), options, **fields), True)

    def on_Gemm(self, node):
        weights = self.constants[node.input[1]]
        bias = self.constants[node.input[2]] if len(node.input) > 2 else numpy.zeros(weights.shape[0], numpy.float32)
        function, final = self.fused(node)
        inputs = [self.plain(node.input[0]), self.constant(weights), self.constant(bias)]
        shape = self.shapes[node.output[0]]
        index = self.emit("FULLY_CONNECTED", inputs, shape, "FullyConnectedOptions", fusedActivationFunction=function)
        self.give(final, index)

    def pooled(self, name, node, fill):
        attributes = read(node)
        padding, x = self.window(attributes, self.last(node.input[0]), fill=fill)
        kernel, strides = attributes["kernel_shape"], attributes.get("strides", [1, 1])
        fields = dict(
            padding=padding, strideH=strides[0], strideW=strides[1], filterHeight=kernel[0], filterWidth=kernel[1]
        )
        return self.emit(name, [x], self.map_shape(node), "Pool2DOptions", **fields), x

    def on_MaxPool(self, node):
        index, _ = self.pooled("MAX_POOL_2D", node, fill=-3e38)
        self.give(node, index, True)

    def on_AveragePool(self, node):
        index, x = self.pooled("AVERAGE_POOL_2D", node, fill=None)
        if x != self.last(node.input[0]):
            # The zeros around the map were counted; ONNX counts what is inside alone.
            attributes, shape = read(node), self.shapes[node.input[0]]
            share = numpy.ones(self.map_shape(node)[1:3], numpy.float32)
            for axis in range(2):
                pad, kernel = attributes["pads"][axis], attributes["kernel_shape"][axis]
                begins = numpy.arange(share.shape[axis]) * attributes["strides"][axis] - pad
                inside = numpy.minimum(begins + kernel, shape[2 + axis]) - numpy.maximum(begins, 0)
                factor = (kernel / inside).astype(numpy.float32)
                share = share * (factor[:, None] if axis == 0 else factor[None, :])
            index = self.emit(
                "MUL", [index, self.constant(share[None, :, :, None])], self.map_shape(node), "MulOptions"
            )
        self.give(node, index, True)

    def on_GlobalAveragePool(self, node):
        inputs = [self.last(node.input[0]), self.constant([1, 2])]
        self.give(node, self.emit("MEAN", inputs, self.map_shape(node), "ReducerOptions", keepDims=True), True)

    # Elementwise

    def alike(self, node, make):
        """An operator that does not care for the order of numbers."""
        value = self.value(node.input[0])
        self.give(node, make(value.index, self.shape(value.index)), value.is_last)

    def on_Relu(self, node):
        self.alike(node, lambda x, shape: self.emit("RELU", [x], shape))

    def on_Sigmoid(self, node):
        self.alike(node, lambda x, shape: self.emit("LOGISTIC", [x], shape))

    def on_Tanh(self, node):
        self.alike(node, lambda x, shape: self.emit("TANH", [x], shape))

    def on_Abs(self, node):
        self.alike(node, lambda x, shape: self.emit("ABS", [x], shape, "AbsOptions"))

    def on_Round(self, node):
        self.alike(node, lambda x, shape: self.emit("ROUND", [x], shape))

    def on_HardSwish(self, node):
        self.alike(node, lambda x, shape: self.emit("HARD_SWISH", [x], shape, "HardSwishOptions"))

    def on_Identity(self, node):
        self.values[node.output[0]] = self.value(node.input[0])

    def on_HardSigmoid(self, node):
        def make(x, shape):
            six = schema.ActivationFunctionType.RELU6
            raised = self.emit(
                "ADD", [x, self.constant(numpy.float32(3))], shape, "AddOptions", fusedActivationFunction=six
            )
            return self.emit("MUL", [raised, self.constant(numpy.float32(1 / 6))], shape, "MulOptions")

        attributes = read(node)
        if abs(attributes.get("alpha", 0.2) - 1 / 6) > 1e-6 or attributes.get("beta", 0.5) != 0.5:
            raise Failure("unsupported", "a HardSigmoid of another slope")
        self.alike(node, make)

    def on_Clip(self, node):
        def make(x, shape):
            low = self.emit("MAXIMUM", [x, self.value(node.input[1]).index], shape, "MaximumMinimumOptions")
            return self.emit("MINIMUM", [low, self.value(node.input[2]).index], shape, "MaximumMinimumOptions")

        self.alike(node, make)

    def pair(self, name, options, node):
        names = node.input[:2]
        ranks = [len(self.shapes[one]) for one in names]
        is_last = 4 in ranks and any(one in self.values and self.values[one].is_last for one in names)
        tensors = [self.last(one) if is_last and rank == 4 else self.plain(one) for one, rank in zip(names, ranks)]
        extents = numpy.broadcast_shapes(*[tuple(self.shape(tensor)) for tensor in tensors])
        function, final = self.fused(node) if name in ("ADD", "MUL") else (None, node)
        fields = {} if function is None else {"fusedActivationFunction": function}
        self.give(final, self.emit(name, tensors, list(extents), options, **fields), is_last)

    def on_Add(self, node):
        self.pair("ADD", "AddOptions", node)

    def on_Sub(self, node):
        self.pair("SUB", "SubOptions", node)

    def on_Mul(self, node):
        self.pair("MUL", "MulOptions", node)

    def on_Max(self, node):
        self.pair("MAXIMUM", "MaximumMinimumOptions", node)

    def on_Min(self, node):
        self.pair("MINIMUM", "MaximumMinimumOptions", node)

    def on_Div(self, node):
        if not self.gelu(node):
            self.pair("DIV", "DivOptions", node)

    def gelu(self, div):
        """x / 2 (1 + erf(x / √2)), which ONNX has in five operators and LiteRT in one. Whether the division begins one."""
        chain = [div]
        for kind in ("Erf", "Add", "Mul"):
            readers = self.readers.get(chain[-1].output[0], [])
            if len(readers) != 1 or readers[0].op_type != kind:
                return False
            chain.append(readers[0])
        final = chain[-1]
        others = [self.writers.get(name) for name in final.input if name != chain[-2].output[0]]
        if len(others) != 1 or others[0] is None or others[0].op_type != "Mul" or others[0].input[0] != div.input[0]:
            return False
        value = self.value(div.input[0])
        self.give(final, self.emit("GELU", [value.index], self.shape(value.index), "GeluOptions"), value.is_last)
        self.done.update(id(node) for node in chain + others)
        return True

    # Norms

    def on_BatchNormalization(self, node):
        scale, shift, mean, variance = (self.constants[name].astype(numpy.float64) for name in node.input[1:5])
        factor = scale / numpy.sqrt(variance + read(node).get("epsilon", 1e-5))
        x, shape = self.last(node.input[0]), self.map_shape(node)
        scaled = self.emit("MUL", [x, self.constant(factor)], shape, "MulOptions")
        function, final = self.fused(node)
        inputs = [scaled, self.constant(shift - mean * factor)]
        self.give(final, self.emit("ADD", inputs, shape, "AddOptions", fusedActivationFunction=function), True)

    def on_LayerNormalization(self, node):
        x = self.plain(node.input[0])
        shape = self.shape(x)
        one, axis = shape[:-1] + [1], self.constant([len(shape) - 1])

        def mean(index):
            return self.emit("MEAN", [index, axis], one, "ReducerOptions", keepDims=True)

        centred = self.emit("SUB", [x, mean(x)], shape, "SubOptions")
        square = self.emit("MUL", [centred, centred], shape, "MulOptions")
        epsilon = self.constant(numpy.float32(read(node).get("epsilon", 1e-5)))
        raised = self.emit("ADD", [mean(square), epsilon], one, "AddOptions")
        factor = self.emit("RSQRT", [raised], one, "RsqrtOptions" if hasattr(schema, "RsqrtOptionsT") else None)
        normal = self.emit("MUL", [centred, factor], shape, "MulOptions")
        scaled = self.emit("MUL", [normal, self.plain(node.input[1])], shape, "MulOptions")
        self.give(node, self.emit("ADD", [scaled, self.plain(node.input[2])], shape, "AddOptions"))

    # Shapes

    def on_Flatten(self, node):
        self.give(node, self.reshaped(self.plain(node.input[0]), self.shapes[node.output[0]]))

    def on_Reshape(self, node):
        if not self.shuffle(node):
            self.give(node, self.reshaped(self.plain(node.input[0]), self.shapes[node.output[0]]))

    def shuffle(self, apart):
        """Channels in groups that change places, which needs no other order of a map. Whether the reshape begins that."""
        readers = self.readers.get(apart.output[0], [])
        parts, value = self.shapes[apart.output[0]], self.value(apart.input[0])
        if not value.is_last or len(parts) != 5 or len(readers) != 1 or readers[0].op_type != "Transpose":
            return False
        turn = readers[0]
        after = self.readers.get(turn.output[0], [])
        if read(turn)["perm"] != [0, 2, 1, 3, 4] or len(after) != 1 or after[0].op_type != "Reshape":
            return False
        batch, groups, rest, height, width = parts
        if self.shapes[after[0].output[0]] != [batch, groups * rest, height, width]:
            return False
        split = self.reshaped(value.index, [batch * height * width, groups, rest])
        changed = self.turned(split, (0, 2, 1))
        self.give(after[0], self.reshaped(changed, [batch, height, width, groups * rest]), True)
        self.done.update((id(turn), id(after[0])))
        return True

    def on_Transpose(self, node):
        order, value = tuple(read(node)["perm"]), self.value(node.input[0])
        if value.is_last and order == LAST:
            return self.give(node, value.index)
        if not value.is_last and order == FIRST:
            return self.give(node, value.index, True)
        self.give(node, self.turned(self.plain(node.input[0]), order))

    def on_Concat(self, node):
        if all(reader.op_type == "ConstantOfShape" for reader in self.readers.get(node.output[0], [])[:1] or [node]):
            return
        axis, shape = read(node)["axis"], self.shapes[node.output[0]]
        is_last = len(shape) == 4
        tensors = [self.last(name) if is_last else self.plain(name) for name in node.input]
        shape = self.map_shape(node) if is_last else shape
        axis = LAST.index(axis) if is_last else axis
        index = self.emit("CONCATENATION", tensors, shape, "ConcatenationOptions", axis=axis)
        self.give(node, index, is_last)

    def on_Slice(self, node):
        starts, ends, axes = (self.constants[name].tolist() for name in node.input[1:4])
        x, shape = self.last(node.input[0]), self.map_shape(node)
        begins = [0] * 4
        for axis, start in zip(axes, starts):
            begins[LAST.index(axis)] = start
        inputs = [x, self.constant(begins), self.constant(shape)]
        self.give(node, self.emit("SLICE", inputs, shape, "SliceOptions"), True)

    def on_Resize(self, node):
        attributes, shape = read(node), self.map_shape(node)
        inputs = [self.last(node.input[0]), self.constant(shape[1:3])]
        if attributes["mode"] == "nearest":
            index = self.emit("RESIZE_NEAREST_NEIGHBOR", inputs, shape, "ResizeNearestNeighborOptions")
        else:
            index = self.emit("RESIZE_BILINEAR", inputs, shape, "ResizeBilinearOptions", halfPixelCenters=True)
        self.give(node, index, True)

    def on_Shape(self, node):
        """Of a fixed batch: whatever reads it is known."""

    def on_ConstantOfShape(self, node):
        self.constants[node.output[0]] = numpy.zeros(self.shapes[node.output[0]], numpy.float32)

    # Reductions and products

    def on_Softmax(self, node):
        axis, x = read(node)["axis"], self.plain(node.input[0])
        shape = self.shape(x)
        order = [i for i in range(len(shape)) if i != axis] + [axis]
        inner = self.turned(x, order)
        shares = self.emit("SOFTMAX", [inner], self.shape(inner), "SoftmaxOptions", beta=1.0)
        self.give(node, self.turned(shares, [order.index(i) for i in range(len(shape))]))

    def reduced(self, name, node):
        axes, keeps = self.constants[node.input[1]].tolist(), bool(read(node).get("keepdims", 1))
        value, shape = self.value(node.input[0]), self.shapes[node.output[0]]
        if value.is_last and keeps:
            inputs = [value.index, self.constant([LAST.index(axis) for axis in axes])]
            shape = [shape[i] for i in LAST]
        else:
            inputs = [self.plain(node.input[0]), self.constant(axes)]
        index = self.emit(name, inputs, shape, "ReducerOptions", keepDims=keeps)
        self.give(node, index, value.is_last and keeps)

    def on_ReduceSum(self, node):
        self.reduced("SUM", node)

    def on_ReduceMax(self, node):
        self.reduced("REDUCE_MAX", node)

    def on_ReduceMin(self, node):
        self.reduced("REDUCE_MIN", node)

    def on_MatMul(self, node):
        tensors = [self.plain(name) for name in node.input]
        self.give(node, self.emit("BATCH_MATMUL", tensors, self.shapes[node.output[0]], "BatchMatMulOptions"))


def read(node):
    """A node's attributes, as Python has them."""
    found = {item.name: onnx.helper.get_attribute_value(item) for item in node.attribute}
    return {name: value.decode() if isinstance(value, bytes) else value for name, value in found.items()}
