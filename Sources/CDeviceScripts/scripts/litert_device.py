"""Measuring command for LiteRT on a CPU in fp32, with the delegate that it takes by itself."""

from importlib.metadata import version

from espalier_device import Runtime, Unavailable, main
from onnx_models import fixed


class LiteRT(Runtime):
    name = "litert"

    def open(self):
        global Interpreter, converted
        import onnx  # noqa: F401
        from ai_edge_litert.interpreter import Interpreter
        from tflite_models import converted

        if self.options.precision != "fp32":
            raise Unavailable(f"litert runs fp32 here, not '{self.options.precision}'")

    def version(self):
        return version("ai-edge-litert")

    def load(self, model):
        content, inputs = converted(fixed(model))
        interpreter = Interpreter(model_content=content, num_threads=self.options.threads)
        interpreter.allocate_tensors()
        for detail, (name, is_last) in zip(interpreter.get_input_details(), inputs):
            array = model.array(name)
            interpreter.set_tensor(detail["index"], array.transpose(0, 2, 3, 1) if is_last else array)
        return interpreter.invoke


main(LiteRT)
