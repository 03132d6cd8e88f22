"""Measuring command for ncnn on a CPU in fp32; models come over pnnx."""

import importlib.util
import os
import subprocess
import tempfile

from espalier_device import Failure, Runtime, Unavailable, first_line, main
from onnx_models import fixed


class NCNN(Runtime):
    name = "ncnn"

    def open(self):
        global ncnn, numpy
        import ncnn
        import numpy

        import onnx  # noqa: F401

        if self.options.precision != "fp32":
            raise Unavailable(f"ncnn runs fp32 here, not '{self.options.precision}'")
        # The package itself imports torch; the executable inside it does not.
        package = importlib.util.find_spec("pnnx")
        folders = package.submodule_search_locations if package else []
        paths = [os.path.join(folder, "pnnx") for folder in folders]
        self.converter = next((path for path in paths if os.access(path, os.X_OK)), None)
        if self.converter is None:
            raise Unavailable("there is no executable of pnnx")

    def version(self):
        return ncnn.__version__

    def load(self, model):
        network = ncnn.Net()
        network.opt.num_threads = self.options.threads
        for switch in ("use_vulkan_compute", "use_bf16_storage", "use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic"):
            setattr(network.opt, switch, False)
        with tempfile.TemporaryDirectory() as folder:
            graph, weights = self.converted(model, folder)
            if network.load_param(graph) != 0:
                raise Failure("unsupported", "ncnn has no layer for an operator: " + ", ".join(layers(graph))[:200])
            if network.load_model(weights) != 0:
                raise Failure("load-failed", "ncnn cannot read the weights")
        # A Mat borrows its array's memory without a reference to it, and an operator that writes in place crashes on
        # memory that is borrowed. A copy is owned.
        arrays = [numpy.ascontiguousarray(model.array(name)[0]) for name in model.inputs]
        mats = [ncnn.Mat(array).clone() for array in arrays]
        names = [f"in{number}" for number in range(len(mats))]
        outputs = network.output_names()

        def once(network=network, arrays=arrays):
            extractor = network.create_extractor()
            for name, mat in zip(names, mats):
                extractor.input(name, mat)
            for output in outputs:
                status, _ = extractor.extract(output)
                if status != 0:
                    raise RuntimeError(f"ncnn ends a run with status {status}")

        return once

    def converted(self, model, folder):
        import onnx

        source = os.path.join(folder, "model.onnx")
        onnx.save(fixed(model), source)
        shapes = ",".join("[" + ",".join(map(str, shape)) + "]" for shape in model.inputs.values())
        # pnnx says nothing while it works: one that is slow has to fail before the caller takes the whole command for hung.
        limit = 0.9 * self.options.silence
        try:
            done = subprocess.run(
                [self.converter, source, "fp16=0", f"inputshape={shapes}"],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=limit,
            )
        except subprocess.TimeoutExpired:
            words = f"pnnx was not done after {limit:g} s; a longer 'silence' of the device gives it more"
            raise Failure("budget", words) from None
        except OSError as error:
            raise Failure("load-failed", f"cannot start pnnx: {first_line(error)}") from None
        paths = [os.path.join(folder, "model.ncnn." + part) for part in ("param", "bin")]
        if done.returncode != 0 or not all(map(os.path.exists, paths)):
            last = (done.stdout.decode(errors="replace").strip().splitlines() or ["no word"])[-1]
            raise Failure("unsupported", f"pnnx ends with {done.returncode}: {last[:200]}")
        return paths


def layers(path):
    """Kinds of layers in a .param file that come of no layer of ncnn: pnnx names them after its own operators."""
    with open(path) as file:
        kinds = [line.split()[0] for line in file.read().splitlines()[2:] if line.strip()]
    return sorted({kind for kind in kinds if "." in kind or "::" in kind}) or ["unknown"]


main(NCNN)
