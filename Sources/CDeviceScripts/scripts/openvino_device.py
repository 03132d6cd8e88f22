"""Measuring command for OpenVINO on a CPU: fp32, or int8 by QDQ with the float rest in fp32."""

import logging

from espalier_device import Failure, Runtime, Unavailable, first_line, main
from onnx_models import fixed, int8


class OpenVINO(Runtime):
    name = "openvino"

    def open(self):
        global openvino
        import openvino

        import onnx  # noqa: F401

        if self.options.precision not in ("fp32", "int8"):
            raise Unavailable(f"openvino runs fp32 and int8 here, not '{self.options.precision}'")
        logging.disable(logging.WARNING)
        self.core = openvino.Core()
        if "CPU" not in self.core.available_devices:
            raise Unavailable("openvino finds no CPU device")

    def version(self):
        return openvino.__version__.split("-")[0]

    def load(self, model):
        # The default on a processor with bf16 would be bf16.
        settings = {
            "INFERENCE_NUM_THREADS": self.options.threads,
            "NUM_STREAMS": 1,
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "f32",
        }
        source = int8(model) if self.options.precision == "int8" else fixed(model).SerializeToString()
        try:
            graph = self.core.read_model(source)
            compiled = self.core.compile_model(graph, "CPU", settings)
        except RuntimeError as error:
            text = " ".join(str(error).split())
            status = "unsupported" if "not supported" in text or "OpConversion" in text else "load-failed"
            raise Failure(status, text[:300] or first_line(error)) from None
        request = compiled.create_infer_request()
        arrays = {name: model.array(name) for name in model.inputs}
        for name, array in arrays.items():
            request.set_tensor(name, openvino.Tensor(array, shared_memory=True))
        start, wait = request.start_async, request.wait

        def once(arrays=arrays):
            start()
            wait()

        return once


main(OpenVINO)
