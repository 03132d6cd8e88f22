extension ImageSet {
  /// Writes a batch as a network takes it.
  ///
  /// - Parameters:
  ///   - images: Becomes (value - mean) / deviation. Shape [indices, height, width, channels]; made to fit.
  ///   - targets: Becomes the classes. Shape [indices]; made to fit.
  ///   - indices: Images of this part, in any order, each from 0 to `count` - 1.
  ///   - augmentation: Random changes, each decided by `epoch` and the image's index and nothing else: neither the
  ///     batch that an image is in nor the number of threads changes it.
  ///   - epoch: Is not read without an augmentation.
  /// - Complexity: O(values of the batch); about one nanosecond a value.
  package func fill(
    images: inout [Float], labels targets: inout [Int64], indices: some Collection<Int>,
    augmentation: Augmentation = .none, epoch: Epoch
  ) {
    resize(&images, to: indices.count * shape.valueCount, filler: 0)
    resize(&targets, to: indices.count, filler: 0)
    pixels.withUnsafeBufferPointer { pixels in
      normalisation.table.withUnsafeBufferPointer { table in
        images.withUnsafeMutableBufferPointer { output in
          for (place, index) in indices.enumerated() {
            precondition(labels.indices.contains(index), "an index is of an image of the part")
            targets[place] = Int64(labels[index])
            let writer = ImageWriter(
              shape: shape, table: table,
              source: UnsafeBufferPointer(rebasing: pixels[range(of: index)]),
              output: UnsafeMutableBufferPointer(rebasing: output[range(of: place)]))
            writer.write(index, augmentation, epoch)
          }
        }
      }
    }
  }

  private func range(of image: Int) -> Range<Int> {
    image * shape.valueCount..<(image + 1) * shape.valueCount
  }
}

extension ImageSet: ImageStore {
  package func write(
    _ index: Int, _ augmentation: Augmentation, _ epoch: Epoch, to output: UnsafeMutableBufferPointer<Float>
  ) throws(BrokenImage) -> Int {
    precondition(labels.indices.contains(index), "an index is of an image of the part")
    precondition(output.count == shape.valueCount, "there is room for one image")
    pixels.withUnsafeBufferPointer { pixels in
      normalisation.table.withUnsafeBufferPointer { table in
        ImageWriter(
          shape: shape, table: table, source: UnsafeBufferPointer(rebasing: pixels[range(of: index)]), output: output
        ).write(index, augmentation, epoch)
      }
    }
    return Int(labels[index])
  }
}

/// Fits a buffer that is used again and again; only the last batch of an epoch has another size.
private func resize<Element>(_ buffer: inout [Element], to count: Int, filler: Element) {
  if buffer.count != count { buffer = Array(repeating: filler, count: count) }
}

/// Writes one image. The pointers are those of `fill` and do not outlive it.
private struct ImageWriter {
  let shape: PixelShape
  /// Shape [channels, 256].
  let table: UnsafeBufferPointer<Float>
  /// Shape [height, width, channels].
  let source: UnsafeBufferPointer<UInt8>
  /// Shape [height, width, channels].
  let output: UnsafeMutableBufferPointer<Float>

  func write(_ index: Int, _ augmentation: Augmentation, _ epoch: Epoch) {
    guard augmentation != .none else { return write() }
    let draw = AugmentationDraw(augmentation, image: index, epoch: epoch, shape: shape)
    let border = augmentation.crop?.border ?? .background
    guard augmentation.resizedCrop != nil || augmentation.randAugment != nil else { return write(draw, border: border) }
    var random = augmentation.random(image: index, epoch: epoch)
    var image = PixelImage(width: shape.width, height: shape.height, channels: shape.channels, pixels: Array(source))
    if let crop = augmentation.resizedCrop {
      image = image.resampled(
        crop.box(width: shape.width, height: shape.height, using: &random), width: shape.width, height: shape.height)
    }
    image = image.shifted(draw, border: border)
    augmentation.randAugment?.apply(to: &image, using: &random)
    image.write(by: Array(table), to: output)
    cut(draw)
  }

  private func write() {
    let channels = shape.channels
    for channel in 0..<channels {
      let values = UnsafeBufferPointer(rebasing: table[channel * 256..<(channel + 1) * 256])
      var position = channel
      while position < source.count {
        output[position] = values[Int(source[position])]
        position &+= channels
      }
    }
  }

  private func write(_ draw: AugmentationDraw, border: Augmentation.Crop.Border) {
    let columns = (0..<shape.width).map { draw.sourceColumn($0, width: shape.width, border: border) }
    for row in 0..<shape.height {
      let sourceRow = draw.sourceRow(row, height: shape.height, border: border)
      columns.withUnsafeBufferPointer { write(row: row, from: sourceRow, columns: $0) }
    }
    cut(draw)
  }

  private func cut(_ draw: AugmentationDraw) { draw.cut(output, shape) }

  private func write(row: Int, from sourceRow: Int?, columns: UnsafeBufferPointer<Int?>) {
    let channels = shape.channels
    var position = row &* shape.width &* channels
    for column in columns {
      for channel in 0..<channels {
        var value = 0
        if let sourceRow, let column {
          value = Int(source[(sourceRow &* shape.width &+ column) &* channels &+ channel])
        }
        output[position] = table[channel &* 256 &+ value]
        position &+= 1
      }
    }
  }
}
