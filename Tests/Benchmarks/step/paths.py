"""The PyTorch side of `espalier benchmark paths`: search steps over paths of the supernet of paths-32.yaml.

    paths.py [--device=D] THREADS BATCH

Reads lines from standard input: `step` and the drawn paths, separated by `|`, each a list of `block.option=value`. A step
trains on every path in turn (its loss divided by their number), updates the weights, and validates every path without
gradients, as a sampling method does. Answers with the milliseconds. Weights are shared as the supernet shares them: those
of an expansion are a slice of the largest's, each kernel has its own. Eager mode, channels last.
"""
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

from peer import BLOCKS, arguments, finish


class Norm(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(channels))
        self.shift = nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        c = x.shape[1]
        return F.batch_norm(x, None, None, self.scale[:c], self.shift[:c], training=True)


def weight(*shape):
    return nn.Parameter(torch.randn(*shape) * (2 / (shape[1] * shape[2] * shape[3])) ** 0.5)


def activate(x, hard_swish):
    return F.hardswish(x, inplace=True) if hard_swish else F.relu(x, inplace=True)


class Block(nn.Module):
    def __init__(self, entering, channels, stride, attention, hard_swish, expansions, kernels):
        super().__init__()
        middle = entering * max(expansions)
        self.stride, self.attention, self.hard_swish = stride, attention, hard_swish
        self.expands = max(expansions) > 1
        if self.expands:
            self.expand, self.norm1 = weight(middle, entering, 1, 1), Norm(middle)
        self.depthwise = nn.ParameterDict({str(k): weight(middle, 1, k, k) for k in kernels})
        self.norm2 = Norm(middle)
        if attention:
            inner = max(8, middle // 4)
            self.reduce, self.reduce_bias = weight(inner, middle, 1, 1), nn.Parameter(torch.zeros(inner))
            self.widen, self.widen_bias = weight(middle, inner, 1, 1), nn.Parameter(torch.zeros(middle))
        self.project, self.norm3 = weight(channels, middle, 1, 1), Norm(channels)
        self.adds = stride == 1 and entering == channels

    def forward(self, x, expansion, kernel):
        m = x.shape[1] * expansion
        y = x
        if self.expands:
            y = activate(self.norm1(F.conv2d(y, self.expand[:m])), self.hard_swish)
        y = F.conv2d(y, self.depthwise[str(kernel)][:m], None, self.stride, kernel // 2, groups=m)
        y = activate(self.norm2(y), self.hard_swish)
        if self.attention:
            inner = max(8, m // 4)
            s = y.mean((2, 3), keepdim=True)
            s = F.relu(F.conv2d(s, self.reduce[:inner, :m], self.reduce_bias[:inner]))
            s = F.conv2d(s, self.widen[:m, :inner], self.widen_bias[:m])
            y = y * F.hardsigmoid(s)
        y = self.norm3(F.conv2d(y, self.project[:, :m]))
        return x + y if self.adds else y


class Supernet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.stem_norm = weight(16, 3, 3, 3), Norm(16)
        blocks, entering = [], 16
        for number, (_, _, channels, _, stride, attention, hard_swish) in enumerate(BLOCKS):
            options = ([1], [3]) if number == 0 else ([3, 4, 6], [3, 5])
            blocks.append(Block(entering, channels, stride, attention, hard_swish, *options))
            entering = channels
        self.blocks = nn.ModuleList(blocks)
        self.head, self.head_norm = weight(1104, entering, 1, 1), Norm(1104)
        self.wide, self.classes = nn.Linear(1104, 1984), nn.Linear(1984, 10)

    def forward(self, x, path):
        x = activate(self.stem_norm(F.conv2d(x, self.stem, None, 1, 1)), True)
        for block, (expansion, kernel) in zip(self.blocks, path):
            x = block(x, expansion, kernel)
        x = activate(self.head_norm(F.conv2d(x, self.head)), True)
        return self.classes(F.hardswish(self.wide(x.mean((2, 3)))))


def path_of(text):
    values = dict(word.split("=") for word in text.split())
    rest = [(int(values[f"b{n}.expansion"]), int(values[f"b{n}.kernel"])) for n in range(2, len(BLOCKS) + 1)]
    return [(1, 3)] + rest


def main():
    device, _, (batch,) = arguments()
    network = Supernet().to(device, memory_format=torch.channels_last)
    images = torch.randn(batch, 3, 32, 32, device=device).contiguous(memory_format=torch.channels_last)
    labels = torch.arange(batch, device=device) % 10
    optimiser = torch.optim.SGD(network.parameters(), 0.01, momentum=0.9, weight_decay=1e-4)
    for line in sys.stdin:
        paths = [path_of(text) for text in line.strip().removeprefix("step ").split("|")]
        start = time.perf_counter()
        for path in paths:
            (F.cross_entropy(network(images, path), labels) / len(paths)).backward()
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        with torch.no_grad():
            for path in paths:
                F.cross_entropy(network(images, path), labels).item()
        finish(device)
        print((time.perf_counter() - start) * 1000, flush=True)


main()
