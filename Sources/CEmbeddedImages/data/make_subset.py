#!/usr/bin/env python3
"""Makes the Fashion-MNIST subset of this folder from the original IDX files.

    python3 make_subset.py FOLDER

FOLDER holds the four original .gz files. The two files of the subset are written beside this script.
Needs the standard library only. The rule of selection is in README.md.
"""

import gzip
import hashlib
import pathlib
import struct
import sys

SEED = 2017
PER_CLASS = 200
CLASSES = 10
PIXELS = 28 * 28
MASK = (1 << 64) - 1


class SplitMix64:
    """Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators"; the same as in Swift."""

    def __init__(self, seed):
        self.state = seed & MASK

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, bound):
        """Unbiased draw from 0..<bound: Lemire 2019 (arXiv 1805.10941), high word of a product."""
        rejected = ((1 << 64) - bound) % bound
        while True:
            product = self.next() * bound
            if product & MASK >= rejected:
                return product >> 64


def shuffled(count, seed):
    """0..<count in Fisher-Yates order, from the last place down."""
    order = list(range(count))
    generator = SplitMix64(seed)
    for last in range(count - 1, 0, -1):
        other = generator.below(last + 1)
        order[last], order[other] = order[other], order[last]
    return order


def read_part(folder, prefix):
    """The pixels and labels of one original part, without their headers."""
    images = gzip.decompress((folder / f"{prefix}-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((folder / f"{prefix}-labels-idx1-ubyte.gz").read_bytes())
    magic, count, rows, columns = struct.unpack(">4I", images[:16])
    if (magic, rows, columns) != (2051, 28, 28) or struct.unpack(">2I", labels[:8]) != (2049, count):
        sys.exit(f"error: the {prefix} files in '{folder}' are not those of Fashion-MNIST")
    if len(images) != 16 + count * PIXELS or len(labels) != 8 + count:
        sys.exit(f"error: the {prefix} files in '{folder}' are cut short")
    return images[16:], labels[8:]


def first_come(labels, seed, parts):
    """Indices of `parts` disjoint parts with PER_CLASS images of each class, first come in shuffled order."""
    chosen = [[] for _ in range(parts)]
    seen = [0] * CLASSES
    for index in shuffled(len(labels), seed):
        part = seen[labels[index]] // PER_CLASS
        seen[labels[index]] += 1
        if part < parts:
            chosen[part].append(index)
    return chosen


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: make_subset.py FOLDER")
    folder = pathlib.Path(sys.argv[1])
    images, labels = bytearray(), bytearray()
    for prefix, seed, parts in (("train", SEED, 2), ("t10k", SEED + 1, 1)):
        part_images, part_labels = read_part(folder, prefix)
        for chosen in first_come(part_labels, seed, parts):
            for index in chosen:
                images += part_images[index * PIXELS : (index + 1) * PIXELS]
                labels.append(part_labels[index])
    files = {
        "fashion-mini-images-idx3-ubyte.gz": struct.pack(">4I", 2051, len(labels), 28, 28) + images,
        "fashion-mini-labels-idx1-ubyte.gz": struct.pack(">2I", 2049, len(labels)) + labels,
    }
    here = pathlib.Path(__file__).resolve().parent
    for name, content in files.items():
        packed = gzip.compress(bytes(content), 9, mtime=0)
        (here / name).write_bytes(packed)
        print(f"{name}: {len(packed)} bytes, SHA-256 {hashlib.sha256(packed).hexdigest()}")
        print(f"  unpacked: {len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
