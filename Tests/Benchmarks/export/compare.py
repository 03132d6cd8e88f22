"""The other side of `espalier benchmark export`: runs what was exported in public runtimes, and counts independently.

A line of JSON comes in, one goes out. Needs onnx, onnxruntime and torch; for timm's strings timm.
"""
import importlib.machinery
import importlib.util
import json
import sys
import unittest.mock

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

torch.set_num_threads(1)


def floats(path, shape):
    return np.fromfile(path, dtype=np.float32).reshape(shape)


def difference(found, wanted):
    """The largest difference as a share of the largest wanted number."""
    return float(np.abs(found.reshape(wanted.shape) - wanted).max() / max(np.abs(wanted).max(), 1e-12))


def session(path, kernels=True):
    options = onnxruntime.SessionOptions()
    if not kernels:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def run_onnx(path, images):
    runtime = session(path)
    return runtime.run(None, {runtime.get_inputs()[0].name: images})[0]


def count_onnx(path):
    """Trained numbers and multiply-adds for one image, from the file alone: shapes are inferred, not read."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    del model.graph.value_info[:]
    for value in list(model.graph.input) + list(model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_value = 1
    model = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    shapes = {
        value.name: [dimension.dim_value for dimension in value.type.tensor_type.shape.dim]
        for value in list(model.graph.value_info) + list(model.graph.input) + list(model.graph.output)
    }
    constants = {tensor.name: list(tensor.dims) for tensor in model.graph.initializer}
    shapes.update(constants)
    trained = set()
    macs = 0
    for node in model.graph.node:
        if node.op_type == "Conv":
            trained.update(node.input[1:])
            macs += int(np.prod(shapes[node.output[0]])) * int(np.prod(shapes[node.input[1]][1:]))
        elif node.op_type == "Gemm":
            trained.update(node.input[1:])
            macs += int(np.prod(shapes[node.input[1]]))
        elif node.op_type == "MatMul":
            macs += int(np.prod(shapes[node.output[0]])) * shapes[node.input[0]][-1]
        elif node.op_type in ("BatchNormalization", "LayerNormalization"):
            trained.update(node.input[1:3])
        elif node.op_type == "Add":
            trained.update(name for name in node.input if len(constants.get(name, [])) == 4)
    return sum(int(np.prod(constants[name])) for name in trained), macs


def load_module(path, weights):
    specification = importlib.util.spec_from_file_location("exported", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    network = module.Network()
    module.load_weights(network, weights)
    return module, network.eval()


def run_torch(path, weights, images):
    """The output, trained numbers, and multiply-adds for one image, counted by hooks."""
    module, network = load_module(path, weights)
    macs = 0

    def count(layer, inputs, output):
        nonlocal macs
        if isinstance(layer, nn.Linear):
            macs += layer.weight.numel()
        elif isinstance(layer, nn.Conv2d):
            macs += output[0].numel() * layer.weight[0].numel()
        else:
            queries, memory = inputs[0][0, 0].numel(), inputs[1][0, 0].numel()
            macs += 2 * queries * memory * layer.queries.out_channels

    kinds = (nn.Linear, nn.Conv2d) + ((module.Attention,) if hasattr(module, "Attention") else ())
    hooks = [layer.register_forward_hook(count) for layer in network.modules() if isinstance(layer, kinds)]
    with torch.no_grad():
        network(torch.from_numpy(images[:1]))
        for hook in hooks:
            hook.remove()
        output = network(torch.from_numpy(images)).numpy()
    return output, sum(parameter.numel() for parameter in network.parameters()), macs


def compare(stem, shape, classes):
    images = floats(stem + ".images", shape)
    wanted = np.fromfile(stem + ".logits", dtype=np.float64).reshape(shape[0], classes)
    parameters, macs = count_onnx(stem + "-kept.onnx")
    onnx.checker.check_model(onnx.load(stem + ".onnx"), full_check=True)
    output, torch_parameters, torch_macs = run_torch(stem + ".py", stem + ".safetensors", images)
    return {
        "folded": difference(run_onnx(stem + ".onnx", images), wanted),
        "kept": difference(run_onnx(stem + "-kept.onnx", images), wanted),
        "torch": difference(output, wanted),
        "onnxParameters": parameters,
        "onnxMACs": macs,
        "torchParameters": torch_parameters,
        "torchMACs": torch_macs,
    }


def accuracy(path, images, labels, shape, kernels):
    """The share of images whose class is right, in batches of 100."""
    runtime = session(path, kernels)
    pixels, classes = floats(images, shape), np.fromfile(labels, dtype=np.int32)
    name = runtime.get_inputs()[0].name
    right = 0
    for start in range(0, shape[0], 100):
        found = runtime.run(None, {name: pixels[start : start + 100]})[0].argmax(1)
        right += int((found == classes[start : start + 100]).sum())
    return {"accuracy": right / shape[0]}


class NoVision:
    """Stands in for torchvision, which timm imports and its builder of blocks does not use."""

    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if name.split(".")[0] == "torchvision" else None

    def create_module(self, specification):
        module = unittest.mock.MagicMock()
        module.__path__, module.__spec__, module.__name__ = [], specification, specification.name
        return module

    def exec_module(self, module):
        pass


def timm_parameters(blocks, stem):
    """Trained numbers of the blocks that timm makes of its strings; what the strings leave open changes none."""
    if not any(isinstance(finder, NoVision) for finder in sys.meta_path):
        sys.meta_path.insert(0, NoVision())
    from timm.layers import SqueezeExcite
    from timm.models._efficientnet_builder import EfficientNetBuilder, decode_arch_def

    builder = EfficientNetBuilder(output_stride=32, act_layer=nn.ReLU, norm_layer=nn.BatchNorm2d, se_layer=SqueezeExcite)
    stages = nn.Sequential(*builder(stem, decode_arch_def(blocks)))
    return {"parameters": sum(parameter.numel() for parameter in stages.parameters())}


def versions():
    return {module.__name__: module.__version__ for module in (onnx, onnxruntime, torch)}


tasks = {"versions": versions, "compare": compare, "accuracy": accuracy, "timm": timm_parameters}
for line in sys.stdin:
    question = json.loads(line)
    try:
        answer = tasks[question.pop("task")](**question)
    except Exception as error:  # whatever goes wrong is the answer
        answer = {"error": f"{type(error).__name__}: {error}".replace("\n", " ")[:500]}
    print(json.dumps(answer), flush=True)
