"""The PyTorch side of `espalier benchmark step`: trains a network when told to, and says how long it took.

    peer.py [--device=D] [--graphs] THREADS SIDE BATCH    the network of network-SIDE.yaml
    peer.py ... THREADS SIDE BATCH IN EXPANSION KERNEL OUT STRIDE ATTENTION FUNCTION
                                                    one block of block.yaml behind a rectifier, with a classifier

Reads one command a line from standard input and answers each with one line: `step` with the milliseconds of one whole
training step (forward, backward, SGD with momentum); `peak` with the bytes by which the most memory ever resident
exceeds that before the network was made; `machine` with GFLOP/s of a float32 matrix product and GB/s of a copy; `name` with the device.
Eager mode, channels last, which is PyTorch's best mode for this network on a CPU. --graphs, on a CUDA device: the forward
and the backward pass are captured as CUDA graphs (torch.cuda.make_graphed_callables). A time on a CUDA device ends when
the device has done the step; `peak` is then that of its tensors; float32 is float32, without TF32.
"""
import argparse
import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

# Expansion, kernel, channels, stride at 224 and at 32, attention, hard-swish: the lines b1 to b15 of network-*.yaml.
BLOCKS = [
    (1, 3, 16, 1, 1, 0, 0), (4, 3, 24, 2, 1, 0, 0), (3, 3, 24, 1, 1, 0, 0),
    (4, 5, 40, 2, 2, 1, 0), (3, 5, 40, 1, 1, 1, 0), (3, 5, 40, 1, 1, 1, 0),
    (6, 5, 80, 2, 2, 0, 1), (3, 3, 80, 1, 1, 0, 1), (3, 3, 80, 1, 1, 0, 1),
    (6, 5, 112, 1, 1, 1, 1), (3, 5, 112, 1, 1, 1, 1), (3, 5, 112, 1, 1, 1, 1),
    (6, 5, 184, 2, 2, 1, 1), (4, 5, 184, 1, 1, 1, 1), (4, 5, 184, 1, 1, 1, 1),
]


def activation(hard_swish):
    return nn.Hardswish(inplace=True) if hard_swish else nn.ReLU(inplace=True)


class SqueezeExcite(nn.Module):
    def __init__(self, channels):
        super().__init__()
        inner = max(8, channels // 4)
        self.reduce = nn.Conv2d(channels, inner, 1)
        self.widen = nn.Conv2d(inner, channels, 1)

    def forward(self, x):
        return x * F.hardsigmoid(self.widen(F.relu(self.reduce(x.mean((2, 3), keepdim=True)))))


class Block(nn.Module):
    def __init__(self, entering, expansion, kernel, channels, stride, attention, hard_swish):
        super().__init__()
        middle = entering * expansion
        parts = []
        if expansion > 1:
            parts += [nn.Conv2d(entering, middle, 1, bias=False), nn.BatchNorm2d(middle), activation(hard_swish)]
        parts += [nn.Conv2d(middle, middle, kernel, stride, kernel // 2, groups=middle, bias=False)]
        parts += [nn.BatchNorm2d(middle), activation(hard_swish)]
        if attention:
            parts += [SqueezeExcite(middle)]
        parts += [nn.Conv2d(middle, channels, 1, bias=False), nn.BatchNorm2d(channels)]
        self.parts = nn.Sequential(*parts)
        self.adds = stride == 1 and entering == channels

    def forward(self, x):
        y = self.parts(x)
        return x + y if self.adds else y


class Network(nn.Module):
    def __init__(self, side, classes):
        super().__init__()
        small = side == 32
        parts = [nn.Conv2d(3, 16, 3, 1 if small else 2, 1, bias=False), nn.BatchNorm2d(16), activation(True)]
        entering = 16
        for expansion, kernel, channels, large, little, attention, hard_swish in BLOCKS:
            stride = little if small else large
            parts.append(Block(entering, expansion, kernel, channels, stride, attention, hard_swish))
            entering = channels
        parts += [nn.Conv2d(entering, 1104, 1, bias=False), nn.BatchNorm2d(1104), activation(True)]
        self.parts = nn.Sequential(*parts)
        self.wide = nn.Linear(1104, 1984)
        self.classes = nn.Linear(1984, classes)

    def forward(self, x):
        return self.classes(F.hardswish(self.wide(self.parts(x).mean((2, 3)))))


class OneBlock(nn.Module):
    """The rectifier makes the block compute the gradient of what enters it, as it does inside a network."""

    def __init__(self, entering, *block):
        super().__init__()
        self.block = Block(entering, *block)
        self.classes = nn.Linear(block[2], 10)

    def forward(self, x):
        return self.classes(self.block(F.relu(x)).mean((2, 3)))


def median(run, count):
    times = []
    for _ in range(count):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return sorted(times)[count // 2]


def arguments():
    """Device, whether to capture graphs, and the numbers; sets up threads and precision."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", type=torch.device, default="cpu")
    parser.add_argument("--graphs", action="store_true")
    parser.add_argument("numbers", type=int, nargs="+")
    given = parser.parse_args()
    torch.set_num_threads(given.numbers[0])
    torch.manual_seed(0)
    if given.device.type == "cuda":
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    return given.device, given.graphs, given.numbers[1:]


def finish(device):
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def machine(device):
    def timed(run):
        def whole():
            run()
            finish(device)

        whole()
        return median(whole, 9)

    side, count = (1024, 16 << 20) if device.type == "cpu" else (8192, 1 << 28)
    a, b = torch.randn(side, side, device=device), torch.randn(side, side, device=device)
    product = torch.empty(side, side, device=device)
    gigaflops = 2 * side**3 / timed(lambda: torch.mm(a, b, out=product)) / 1e9
    source = torch.randn(count, device=device)
    target = torch.empty_like(source)
    return gigaflops, 2 * source.nbytes / timed(lambda: target.copy_(source)) / 1e9


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def main():
    device, graphs, (side, batch, *block) = arguments()
    before = resident()
    classes = 10 if block or side == 32 else 1000
    network = OneBlock(*block) if block else Network(side, classes)
    network = network.to(device, memory_format=torch.channels_last).train()
    images = torch.randn(batch, block[0] if block else 3, side, side, device=device)
    images = images.contiguous(memory_format=torch.channels_last).requires_grad_(bool(block))
    labels = torch.arange(batch, device=device) % classes
    if graphs:
        network = torch.cuda.make_graphed_callables(network, (images,))
    optimiser = torch.optim.SGD(network.parameters(), 0.01, momentum=0.9, weight_decay=1e-4)

    def step():
        F.cross_entropy(network(images), labels).backward()
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        images.grad = None

    for line in sys.stdin:
        command = line.strip()
        if command == "step":
            start = time.perf_counter()
            step()
            finish(device)
            print((time.perf_counter() - start) * 1000, flush=True)
        elif command == "peak":
            grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
            print(grown if device.type == "cpu" else torch.cuda.max_memory_allocated(device), flush=True)
        elif command == "name":
            print(device if device.type == "cpu" else torch.cuda.get_device_name(device), flush=True)
        elif command == "machine":
            print(*machine(device), flush=True)


if __name__ == "__main__":
    main()
