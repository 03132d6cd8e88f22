"""Holds the models that tflite_models.py writes against ONNX's own reference: the largest difference of each file.

Usage: litert.py SCRIPTS FILE.onnx...
"""

import sys

import numpy
import onnx
from ai_edge_litert.interpreter import Interpreter
from onnx.reference import ReferenceEvaluator

sys.path.insert(0, sys.argv[1])
from espalier_device import Model  # noqa: E402
from onnx_models import fixed  # noqa: E402
from tflite_models import converted  # noqa: E402


def difference(path):
    """Of all outputs, as a share of the largest number of each."""
    graph = onnx.load(path).graph
    shapes = {item.name: [1] + [one.dim_value for one in item.type.tensor_type.shape.dim[1:]] for item in graph.input}
    model = Model({"id": path, "path": path, "sha256": "", "inputs": shapes})
    arrays = {name: model.array(name) for name in shapes}
    expected = ReferenceEvaluator(path).run(None, arrays)
    content, inputs = converted(fixed(model))
    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    for detail, (name, is_last) in zip(interpreter.get_input_details(), inputs):
        interpreter.set_tensor(detail["index"], arrays[name].transpose(0, 2, 3, 1) if is_last else arrays[name])
    interpreter.invoke()
    worst = 0.0
    for detail, right in zip(interpreter.get_output_details(), expected):
        found = interpreter.get_tensor(detail["index"])
        found = found if found.shape == right.shape else found.transpose(0, 3, 1, 2)
        worst = max(worst, float(numpy.abs(found - right).max() / numpy.abs(right).max()))
    return worst


for path in sys.argv[2:]:
    print(f"{path.rsplit('/', 1)[-1]} {difference(path):.1e}")
