"""What every measuring command of Espalier shares: the contract with the caller, and the protocol of a measurement.

docs/devices.md, "Measuring commands", has the contract, and "How a kernel is measured" the protocol. A runtime is a
subclass of Runtime; `main(Runtime)` does the rest. Needs Python 3.9; numpy and the runtime are the runtime's business.
"""

import argparse
import hashlib
import json
import math
import os
import random
import sys
import tempfile
import time

PROTOCOL = 1
WARM_UP_S = 0.02
"""Of each model when it is loaded: the first runs cost up to three times as much."""
PASS_WARM_UPS = 2
PASS_RUNS = 5
PASS_S = 0.02
GROUP_S = 0.0002
"""Runs shorter than this are timed several at once, so that reading the clock does not count."""
PAUSE_S = 0.5
CONFIRMED = 0.03
"""How close the second-lowest pass comes to the lowest in a confirmed measurement."""
FURTHER_PASSES = 6


class Unavailable(Exception):
    """The device cannot be used at all."""


class Failure(Exception):
    """One model cannot be measured; `status` is one of the contract's."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Runtime:
    """What a script says about its runtime.

    `open()` imports it, after the process was pinned to its core. `load(model)` gives a function without arguments that
    runs the model once, and raises `Failure` where it cannot.
    """

    name = ""
    formats = ["onnx"]

    def __init__(self, options):
        self.options = options

    def open(self):
        raise NotImplementedError

    def version(self):
        raise NotImplementedError

    def load(self, model):
        raise NotImplementedError


class Model:
    """One line of the list of models."""

    def __init__(self, line):
        self.id = str(line["id"])
        self.path = str(line["path"])
        self.sha256 = str(line["sha256"])
        self.inputs = {str(name): [int(n) for n in shape] for name, shape in line["inputs"].items()}

    def array(self, name):
        """Random numbers for an input; equal ones for equal shapes."""
        import numpy

        generator = numpy.random.default_rng(20261126)
        return generator.standard_normal(self.inputs[name]).astype(numpy.float32)

    def check(self):
        try:
            with open(self.path, "rb") as file:
                found = hashlib.sha256(file.read()).hexdigest()
        except OSError as error:
            raise Failure("load-failed", f"cannot read the model: {error.strerror}") from None
        if found != self.sha256:
            raise Failure("load-failed", "the model's bytes are not those of its sha256")


def note(text):
    """A line on standard error, past every buffer: a crash must not take it along."""
    os.write(2, (text + "\n").encode())


def first_line(error):
    """What an error says, or what it is where it says nothing; never fails, whatever a runtime raises."""
    try:
        lines = str(error).strip().splitlines()
    except Exception:
        lines = []
    return (lines[0] if lines else type(error).__name__)[:300]


def processor():
    """Model of the processor, and those of its instructions that runtimes choose kernels by."""
    model, flags = "", []
    known = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_int8", "amx_bf16", "asimd", "asimddp")
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                key, _, value = line.partition(":")
                if key.strip() == "model name" and not model:
                    model = value.strip()
                if key.strip() in ("flags", "Features") and not flags:
                    found = set(value.split())
                    flags = [flag for flag in known if flag in found]
    except OSError:
        pass
    if not model:
        import platform

        model = platform.processor() or platform.machine()
    return model, flags


class Measured:
    """A model that was loaded, and the values of its passes."""

    def __init__(self, model, run, load_ms):
        self.model, self.run, self.load_ms = model, run, load_ms
        self.passes, self.walls, self.runs = [], [], 0

    def floor(self):
        return min(self.passes)

    def is_confirmed(self):
        if len(self.passes) < 2:
            return False
        first, second = sorted(self.passes)[:2]
        return second <= first * (1 + CONFIRMED)

    def measure(self, passes_s):
        """One pass: the median of runs."""
        for _ in range(PASS_WARM_UPS):
            self.run()
        begin = time.process_time_ns()
        self.run()
        once = max(time.process_time_ns() - begin, 1) * 1e-9
        group = max(1, math.ceil(GROUP_S / once)) if once < GROUP_S else 1
        times, walls = [], []
        spent, runs = 0.0, 0
        while runs < PASS_RUNS or spent < passes_s:
            wall, begin = time.perf_counter_ns(), time.process_time_ns()
            for _ in range(group):
                self.run()
            took = (time.process_time_ns() - begin) * 1e-9
            times.append(took / group)
            walls.append((time.perf_counter_ns() - wall) * 1e-9 / group)
            # The clock may stand still over a group that is all waiting.
            spent += max(took, 1e-6)
            runs += group
        self.passes.append(median(times))
        self.walls.append(median(walls))
        self.runs += runs

    def line(self):
        confirmed = self.is_confirmed()
        spread = (sorted(self.passes)[1] / self.floor() - 1) * 100 if len(self.passes) > 1 and self.floor() > 0 else 0
        return {
            "id": self.model.id,
            "sha256": self.model.sha256,
            "status": "ok" if confirmed else "unconfirmed",
            **({} if confirmed else {"message": f"the two lowest of {len(self.passes)} passes differ by {spread:.1f} %"}),
            "latency_ms": self.floor() * 1e3,
            "passes_ms": [value * 1e3 for value in self.passes],
            "wall_ms": min(self.walls) * 1e3,
            "runs": self.runs,
            "clock": "process cpu",
            "confirmed": confirmed,
            "load_ms": self.load_ms,
        }


def median(values):
    values = sorted(values)
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def measure(runtime, models, out, passes, budget_s):
    """Measures all models, and writes a line for each as soon as it is done. Returns whether all are ok."""
    deadline = time.monotonic() + budget_s
    all_ok = True

    def write(line):
        out.write(json.dumps(line) + "\n")
        out.flush()

    def fail(model, failure):
        nonlocal all_ok
        all_ok = False
        write({"id": model.id, "sha256": model.sha256, "status": failure.status, "message": str(failure)})

    loaded = []
    for model in models:
        note(f"running {model.id}")
        if time.monotonic() > deadline:
            fail(model, Failure("budget", f"not loaded within {budget_s:g} s"))
            continue
        try:
            begin = time.process_time_ns()
            model.check()
            run = runtime.load(model)
            load_ms = (time.process_time_ns() - begin) / 1e6
        except Failure as failure:
            fail(model, failure)
            continue
        except Exception as error:  # What a runtime raises is its own affair.
            fail(model, Failure("load-failed", first_line(error)))
            continue
        try:
            begin = time.process_time_ns()
            while time.process_time_ns() - begin < WARM_UP_S * 1e9:
                run()
            loaded.append(Measured(model, run, load_ms))
        except Exception as error:
            fail(model, Failure("run-failed", first_line(error)))

    def one_pass(number, those):
        """Leaves out models that fail, and those for which no time is left."""
        rest = []
        order = list(those)
        random.Random(number).shuffle(order)
        for measured in order:
            note(f"running {measured.model.id}")
            if time.monotonic() > deadline:
                rest.append(measured)
                continue
            try:
                measured.measure(PASS_S)
                rest.append(measured)
            except Exception as error:
                fail(measured.model, Failure("run-failed", first_line(error)))
        return rest

    for number in range(passes):
        note(f"pass {number + 1} of {passes}, {len(loaded)} models")
        loaded = one_pass(number, loaded)
        if number + 1 < passes:
            time.sleep(PAUSE_S)
    further = [measured for measured in loaded if not measured.is_confirmed()]
    for number in range(FURTHER_PASSES):
        if not further or time.monotonic() > deadline:
            break
        time.sleep(PAUSE_S)
        note(f"further pass {number + 1}, {len(further)} models")
        kept = set(map(id, one_pass(passes + number, further)))
        loaded = [measured for measured in loaded if measured not in further or id(measured) in kept]
        further = [measured for measured in further if id(measured) in kept and not measured.is_confirmed()]
    for measured in loaded:
        if not measured.passes:
            fail(measured.model, Failure("budget", f"not measured within {budget_s:g} s"))
            continue
        all_ok = all_ok and measured.is_confirmed()
        write(measured.line())
    return all_ok


def read_models(path):
    with open(path) as file:
        return [Model(json.loads(line)) for line in file if line.strip()]


def main(runtime_type):
    parser = argparse.ArgumentParser(description=f"Measuring command of Espalier for {runtime_type.name}.")
    parser.add_argument("--name", default=runtime_type.name)
    parser.add_argument("--precision", default="fp32")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--silence", type=float, default=120, help="seconds after which the caller gives up a quiet command")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("describe")
    asked = commands.add_parser("measure")
    asked.add_argument("--models", required=True)
    asked.add_argument("--out", required=True)
    asked.add_argument("--core", type=int)
    asked.add_argument("--passes", type=int, default=5)
    asked.add_argument("--budget-s", type=float, default=600)
    options = parser.parse_args()
    try:
        if options.command == "measure":
            models = read_models(options.models)
            # What a crash leaves behind goes with the caller's own folder.
            tempfile.tempdir = os.environ["TMPDIR"] = os.path.dirname(os.path.abspath(options.out))
            if options.core is not None:
                os.sched_setaffinity(0, {options.core})
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        note(f"error: {first_line(error)}")
        sys.exit(2)
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(options.threads)
    runtime = runtime_type(options)
    try:
        runtime.open()
    except (ImportError, OSError, Unavailable) as error:
        note(f"error: {first_line(error)}")
        sys.exit(3)
    if options.command == "describe":
        cpu, flags = processor()
        print(
            json.dumps(
                {
                    "protocol": PROTOCOL,
                    "device": options.name,
                    "runtime": runtime.name,
                    "version": runtime.version(),
                    "precision": options.precision,
                    "threads": options.threads,
                    "cpu": cpu,
                    "flags": flags,
                    "formats": runtime.formats,
                }
            )
        )
        sys.exit(0)
    with open(options.out, "w") as out:
        sys.exit(0 if measure(runtime, models, out, options.passes, options.budget_s) else 1)
