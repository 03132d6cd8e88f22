import CEngine

/// A value of a program: [n, h, w, c], dense.
package struct EngineBuffer: Hashable, Sendable {
  /// A buffer's place in its program's list.
  package struct ID: Hashable, Sendable, ExpressibleByIntegerLiteral {
    package let index: Int
    package init(_ index: Int) { self.index = index }
    package init(integerLiteral value: Int) { index = value }
  }

  package enum Storage: Hashable, Sendable {
    /// At this many bytes from the arena's start: a multiple of the element size, and of 64 for speed.
    case arena(offset: Int)
    /// The images of the job's batch.
    case images
    /// Input 1, 2, ... of the job's batch.
    case input(Int)
  }

  package var storage: Storage
  package var shape: Shape

  package init(_ storage: Storage, _ shape: Shape) {
    self.storage = storage
    self.shape = shape
  }

  /// Extents of a value's axes. A vector has h = w = 1, per-channel statistics also n = 1.
  package struct Shape: Hashable, Sendable {
    package var n: Int
    package var h: Int
    package var w: Int
    package var c: Int

    package init(n: Int, h: Int = 1, w: Int = 1, c: Int) {
      self.n = n
      self.h = h
      self.w = w
      self.c = c
    }

    package var count: Int { n * h * w * c }
    var encoded: (Int64, Int64, Int64, Int64) { (Int64(n), Int64(h), Int64(w), Int64(c)) }
  }

  var encoded: es_buffer {
    switch storage {
    case .arena(let offset): es_buffer(offset: Int64(offset), shape: shape.encoded)
    case .images: es_buffer(offset: -1, shape: shape.encoded)
    case .input(let number): es_buffer(offset: Int64(-1 - number), shape: shape.encoded)
    }
  }
}

/// A box of a parameter: per axis `extent` elements from `offset`.
package struct EngineSlice: Hashable, Sendable {
  /// A slice's place in its program's list.
  package struct ID: Hashable, Sendable, ExpressibleByIntegerLiteral {
    package let index: Int
    package init(_ index: Int) { self.index = index }
    package init(integerLiteral value: Int) { index = value }
  }

  /// The tensor's place in the context's list.
  package var tensor: Int
  package var offset: [Int]
  package var extent: [Int]

  /// - Precondition: as many offsets as extents, at most 4.
  package init(tensor: Int, offset: [Int], extent: [Int]) {
    precondition(offset.count == extent.count && extent.count <= 4, "a slice has one offset and extent per axis")
    self.tensor = tensor
    self.offset = offset
    self.extent = extent
  }

  var encoded: es_slice {
    var slice = es_slice()
    slice.tensor = Int32(clamping: tensor)
    slice.rank = Int32(extent.count)
    withUnsafeMutableBytes(of: &slice.offset) { bytes in
      let axes = bytes.assumingMemoryBound(to: Int64.self)
      for (axis, value) in offset.enumerated() { axes[axis] = Int64(value) }
    }
    withUnsafeMutableBytes(of: &slice.extent) { bytes in
      let axes = bytes.assumingMemoryBound(to: Int64.self)
      for (axis, value) in extent.enumerated() { axes[axis] = Int64(value) }
    }
    return slice
  }
}
