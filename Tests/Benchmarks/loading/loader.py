"""torchvision's side of `espalier benchmark loading`: reads batches of an image folder, and says how long it took.

    loader.py [--packages=FOLDER] IMAGES SIDE BATCH

Reads lines from standard input: `WORKERS COUNT` makes a DataLoader with so many worker processes, warms it up with two
batches, reads COUNT batches of `IMAGES/train` through RandomResizedCrop(SIDE), RandomHorizontalFlip, ToTensor and
Normalize, and answers with images a second. `versions` answers with those of torch, torchvision and Pillow.
"""
import argparse
import importlib
import re
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("--packages", default="")
parser.add_argument("images")
parser.add_argument("side", type=int)
parser.add_argument("batch", type=int)
options = parser.parse_args()
if options.packages:
    sys.path.insert(0, options.packages)

import torch  # noqa: E402

torch.set_num_threads(1)


def load_torchvision():
    """torchvision; beside a torch without CUDA its own operators cannot be loaded, so those that it asks for by name are
    declared. Reading images uses none of them."""
    library = torch.library.Library("torchvision", "DEF")
    for _ in range(64):
        try:
            return importlib.import_module("torchvision"), library
        except RuntimeError as error:
            name = re.search(r"operator torchvision::(\w+) does not exist", str(error))
            if name is None:
                raise
            library.define(name.group(1) + "(Tensor x) -> Tensor")
            for module in [m for m in sys.modules if m.split(".")[0] == "torchvision"]:
                del sys.modules[module]
    raise RuntimeError("torchvision cannot be imported")


torchvision, _library = load_torchvision()
from torchvision import datasets, transforms  # noqa: E402
import PIL  # noqa: E402

folder = datasets.ImageFolder(
    options.images + "/train",
    transforms.Compose([
        transforms.RandomResizedCrop(options.side), transforms.RandomHorizontalFlip(), transforms.ToTensor(),
        transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    ]))


def batches(loader):
    while True:
        yield from loader


for line in sys.stdin:
    words = line.split()
    if words == ["versions"]:
        print(f"torch {torch.__version__}, torchvision {torchvision.__version__}, Pillow {PIL.__version__}", flush=True)
        continue
    workers, count = map(int, words)
    loader = torch.utils.data.DataLoader(
        folder, batch_size=options.batch, shuffle=True, num_workers=workers, drop_last=True,
        persistent_workers=workers > 0)
    stream = batches(loader)
    for _ in range(2):
        next(stream)
    began = time.perf_counter()
    for _ in range(count):
        next(stream)
    print(count * options.batch / (time.perf_counter() - began), flush=True)
    del stream, loader
