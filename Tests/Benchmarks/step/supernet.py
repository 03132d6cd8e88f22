"""The PyTorch side of `espalier benchmark supernet-step`: training steps of the shared weights of one-shot methods.

    supernet.py [--device=D] THREADS BATCH WAY

WAY is 0: all weights of spaces/mini-bn-nas.yaml, batch norms without scales (SPOS); 1: its last batch norm of each operator
alone (BN-NAS); 2: all its batch norms; 3: the student of Pi-NAS on spaces/mini-pi-nas.yaml, with a teacher that follows it and
a queue of negatives, two paths a step.

Reads lines from standard input: `step` and the drawn paths, separated by `|`, each a list of `layer.decision=option`, answered
with the milliseconds of a step: forward, backward, SGD with momentum; `peak` with the bytes by which the most memory ever
resident exceeds that before the network was made. Each operator has its own weights. Images stay the same: reading and
changing them is not part of a step here. Eager mode, channels last.
"""
import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

from peer import arguments, finish, resident

SPOS, LAST_NORMS, NORMS, CONTRAST = range(4)


def norm(channels, affine=True):
    return nn.BatchNorm2d(channels, affine=affine, track_running_stats=False)


class InvertedResidual(nn.Module):
    def __init__(self, entering, channels, stride, kernel, expansion, affine):
        super().__init__()
        middle = entering * expansion
        self.parts = nn.Sequential(
            nn.Conv2d(entering, middle, 1, bias=False), norm(middle, affine), nn.ReLU(inplace=True),
            nn.Conv2d(middle, middle, kernel, stride, kernel // 2, groups=middle, bias=False), norm(middle, affine),
            nn.ReLU(inplace=True), nn.Conv2d(middle, channels, 1, bias=False))
        self.last = norm(channels, affine)
        self.adds = stride == 1 and entering == channels

    def forward(self, x):
        y = self.last(self.parts(x))
        return x + y if self.adds else y


class MiniBNNAS(nn.Module):
    """Six layers of one of six inverted residuals."""

    def __init__(self, affine):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 12, 3, 1, 1, bias=False), norm(12, affine), nn.ReLU(inplace=True))
        layers, entering = [], 12
        for channels, stride in [(12, 1), (16, 2), (16, 1), (24, 2), (24, 1), (24, 1)]:
            layers.append(nn.ModuleDict({
                f"{kernel}x{expansion}": InvertedResidual(entering, channels, stride, kernel, expansion, affine)
                for kernel in (3, 5, 7) for expansion in (2, 4)
            }))
            entering = channels
        self.layers = nn.ModuleList(layers)
        self.head = nn.Sequential(nn.Conv2d(entering, 64, 1, bias=False), norm(64, affine), nn.ReLU(inplace=True))
        self.classes = nn.Linear(64, 10)

    def operators(self, path):
        return [
            layer[f"{path[f'l{number}.kernel']}x{path[f'l{number}.expansion']}"]
            for number, layer in enumerate(self.layers)
        ]

    def forward(self, x, path):
        x = self.stem(x)
        for operator in self.operators(path):
            x = operator(x)
        return self.classes(self.head(x).mean((2, 3)))


class SplitAttention(nn.Module):
    def __init__(self, channels, radix, groups):
        super().__init__()
        self.radix, self.groups = radix, groups
        inner = groups * -(-max(channels * radix // 4, 4) // groups)
        self.filter = nn.Sequential(
            nn.Conv2d(channels, channels * radix, 3, 1, 1, groups=radix * groups, bias=False), norm(channels * radix),
            nn.ReLU(inplace=True))
        self.reduce = nn.Sequential(nn.Conv2d(channels, inner, 1, groups=groups), norm(inner), nn.ReLU(inplace=True))
        self.widen = nn.Conv2d(inner, channels * radix, 1, groups=groups)

    def forward(self, x):
        branches = self.filter(x)
        count, channels = x.shape[:2]
        apart = branches.unflatten(1, (self.radix, channels))
        scores = self.widen(self.reduce(apart.sum(1).mean((2, 3), keepdim=True)))
        if self.radix == 1:
            return branches * torch.sigmoid(scores)
        shares = scores.view(count, self.groups, self.radix, -1).transpose(1, 2).softmax(1)
        return (apart * shares.reshape(count, self.radix, channels, 1, 1)).sum(1)


class Bottleneck(nn.Module):
    def __init__(self, entering, planes, stride, project):
        super().__init__()
        candidates = {}
        for kind, (radix, groups) in {"s1_1": (1, 1), "s2_1": (2, 1), "s1_2": (1, 2), "s2_2": (2, 2)}.items():
            width = 5 * planes // 4 if kind == "s1_2" else planes
            parts = [nn.Conv2d(entering, width, 1, bias=False), norm(width), nn.ReLU(inplace=True)]
            parts += [SplitAttention(width, radix, groups)]
            parts += [nn.AvgPool2d(stride, stride)] if stride > 1 else []
            parts += [nn.Conv2d(width, 4 * planes, 1, bias=False), norm(4 * planes)]
            candidates[kind] = nn.Sequential(*parts)
        self.candidates = nn.ModuleDict(candidates)
        kept = [nn.AvgPool2d(stride, stride)] if stride > 1 else []
        kept += [nn.Conv2d(entering, 4 * planes, 1, bias=False), norm(4 * planes)]
        self.kept = nn.Sequential(*kept) if project else nn.Identity()

    def forward(self, x, kind):
        return F.relu(self.candidates[kind](x) + self.kept(x))


class MiniPiNAS(nn.Module):
    """Six bottlenecks with split attention in three stages, and a neck of two linear maps."""

    NAMES = ["s1a", "s1b", "s2a", "s2b", "s3a", "s3b"]

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 16, 3, 1, 1, bias=False), norm(16), nn.ReLU(inplace=True))
        blocks, entering = [], 16
        for name, planes in zip(self.NAMES, [8, 8, 16, 16, 32, 32]):
            first = name.endswith("a")
            blocks.append(Bottleneck(entering, planes, 2 if first and planes > 8 else 1, first))
            entering = 4 * planes
        self.blocks = nn.ModuleList(blocks)
        self.neck = nn.Sequential(nn.Linear(entering, 128), nn.ReLU(inplace=True), nn.Linear(128, 128))

    def used(self, path):
        """What a path has."""
        parts = [self.stem, self.neck]
        for name, block in zip(self.NAMES, self.blocks):
            parts += [block.candidates[path[f"{name}.kind"]], block.kept]
        return [tensor for part in parts for tensor in part.parameters()]

    def forward(self, x, path):
        x = self.stem(x)
        for name, block in zip(self.NAMES, self.blocks):
            x = block(x, path[f"{name}.kind"])
        return F.normalize(self.neck(x.mean((2, 3))), dim=1)


class Classifying:
    def __init__(self, device, batch, way):
        self.network = MiniBNNAS(affine=way != SPOS).to(device, memory_format=torch.channels_last)
        if way != SPOS:
            for tensor in self.network.parameters():
                tensor.requires_grad_(False)
            for module in self.network.modules():
                if way == LAST_NORMS and isinstance(module, InvertedResidual):
                    module.last.requires_grad_(True)
                elif way == NORMS and isinstance(module, nn.BatchNorm2d):
                    module.requires_grad_(True)
        self.images = images(batch, device)
        self.labels = torch.arange(batch, device=device) % 10
        self.optimiser = torch.optim.SGD(
            [tensor for tensor in self.network.parameters() if tensor.requires_grad], 0.01, momentum=0.9,
            weight_decay=1e-4)

    def step(self, paths):
        F.cross_entropy(self.network(self.images, paths[0]), self.labels).backward()
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)


class Contrasting:
    def __init__(self, device, batch):
        self.student, self.teacher = (
            MiniPiNAS().to(device, memory_format=torch.channels_last) for _ in range(2))
        self.teacher.requires_grad_(False)
        self.views = [images(batch, device) for _ in range(4)]
        self.queue = F.normalize(torch.randn(1024, 128, device=device), dim=1)
        self.place = 0
        self.optimiser = torch.optim.SGD(self.student.parameters(), 0.01, momentum=0.9, weight_decay=1e-4)

    def step(self, paths):
        with torch.no_grad():
            keys = []
            for number, path in enumerate(paths):
                followers = self.teacher.used(path)
                torch._foreach_mul_(followers, 0.99)
                torch._foreach_add_(followers, self.student.used(path), alpha=0.01)
                keys.append(self.teacher(self.views[2 * number + 1], path))
        target = torch.zeros(len(keys[0]), dtype=torch.long, device=self.queue.device)
        loss = 0
        for number, path in enumerate(paths):
            answers = self.student(self.views[2 * number], path)
            own = (answers * keys[1 - number]).sum(1, keepdim=True)
            loss = loss + F.cross_entropy(torch.cat([own, answers @ self.queue.T], 1) / 0.2, target)
        loss.backward()
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.queue[self.place:self.place + len(target)] = (keys[0] + keys[1]) / 2
        self.place = (self.place + len(target)) % len(self.queue)


def images(batch, device):
    return torch.randn(batch, 1, 28, 28, device=device).contiguous(memory_format=torch.channels_last)


def main():
    device, _, (batch, way) = arguments()
    before = resident()
    training = Contrasting(device, batch) if way == CONTRAST else Classifying(device, batch, way)
    for line in sys.stdin:
        command, _, rest = line.strip().partition(" ")
        if command == "peak":
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before, flush=True)
            continue
        paths = [dict(word.split("=") for word in text.split()) for text in rest.split("|")]
        start = time.perf_counter()
        training.step(paths)
        finish(device)
        print((time.perf_counter() - start) * 1000, flush=True)


main()
