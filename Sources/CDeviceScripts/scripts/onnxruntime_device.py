"""Measuring command for onnxruntime on a CPU: fp32, or int8 by QDQ."""

import logging

from espalier_device import Failure, Runtime, Unavailable, first_line, main
from onnx_models import fixed, int8


class OnnxRuntime(Runtime):
    name = "onnxruntime"

    def open(self):
        global onnxruntime
        import onnxruntime

        import onnx  # noqa: F401

        if self.options.precision not in ("fp32", "int8"):
            raise Unavailable(f"onnxruntime runs fp32 and int8 here, not '{self.options.precision}'")
        logging.disable(logging.WARNING)
        onnxruntime.set_default_logger_severity(3)

    def version(self):
        return onnxruntime.__version__

    def load(self, model):
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = settings.inter_op_num_threads = self.options.threads
        settings.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        source = int8(model) if self.options.precision == "int8" else fixed(model).SerializeToString()
        try:
            session = onnxruntime.InferenceSession(source, settings, providers=["CPUExecutionProvider"])
        except Exception as error:
            status = "unsupported" if "NOT_IMPLEMENTED" in str(error) else "load-failed"
            raise Failure(status, first_line(error)) from None
        binding = session.io_binding()
        arrays = {name: model.array(name) for name in model.inputs}
        for name, array in arrays.items():
            binding.bind_cpu_input(name, array)
        for output in session.get_outputs():
            binding.bind_output(output.name)
        run = session.run_with_iobinding

        def once(arrays=arrays):
            run(binding)

        return once


main(OnnxRuntime)
