"""ONNX models made ready for a runtime: one image a batch, and int8 where that is asked for."""

import os

from espalier_device import Failure, first_line


def fixed(model):
    """The model with the input shapes of its line, so that a runtime knows every size when it compiles. Bytes."""
    import onnx

    graph = onnx.load(model.path)
    for value in graph.graph.input:
        shape = model.inputs.get(value.name)
        if shape is None:
            continue
        for dimension, extent in zip(value.type.tensor_type.shape.dim, shape):
            dimension.Clear()
            dimension.dim_value = extent
    # Sizes between input and output were written for a free batch; a runtime finds them again.
    del graph.graph.value_info[:]
    for value in graph.graph.output:
        for dimension in value.type.tensor_type.shape.dim:
            if dimension.HasField("dim_param"):
                dimension.Clear()
    return graph


def int8(model):
    """Path of the model with QDQ pairs around its operators: activations u8, weights s8 for each channel.

    The ranges come of random images, which is enough for latency and says nothing about accuracy. Batch normalisation is
    folded first: a pair between it and its convolution would keep runtimes from joining them.
    """
    import onnx
    from onnxruntime import quantization
    from onnxruntime.quantization import shape_inference

    # Named by what is in it: a path may be another model's by the next call.
    path = os.path.join(os.path.dirname(model.path), model.sha256 + ".int8.onnx")
    if os.path.exists(path):
        return path
    plain, folded, draft = (f"{model.path}.{os.getpid()}.{part}.onnx" for part in ("plain", "folded", "draft"))

    class Images(quantization.CalibrationDataReader):
        def __init__(self):
            self.rest = [{name: model.array(name) for name in model.inputs} for _ in range(2)]

        def get_next(self):
            return self.rest.pop() if self.rest else None

    try:
        onnx.save(fixed(model), plain)
        shape_inference.quant_pre_process(plain, folded, skip_symbolic_shape=True)
        quantization.quantize_static(
            folded,
            draft,
            Images(),
            quant_format=quantization.QuantFormat.QDQ,
            per_channel=True,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
        )
        os.rename(draft, path)
    except Exception as error:
        raise Failure("unsupported", f"cannot be quantised: {first_line(error)}") from None
    finally:
        for file in (plain, folded, draft):
            if os.path.exists(file):
                os.remove(file)
    return path
