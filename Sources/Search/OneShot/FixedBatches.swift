package import Datasets
package import Distributions
import Engine
package import Supernet

/// The same images for every candidate, in batches: two scores are then on the same images (spos.md, pitfall 2).
package struct FixedBatches {
  /// Images that together take no more than this stay with the engine.
  private static let mostResidentBytes = 256 << 20

  /// Of each batch.
  package let counts: [Int]
  private let images: ImageSet
  private let batches: [[Int]]
  private let firstSlot: Int
  private let atOnce: Int
  private let isResident: Bool
  private var isWritten = false

  /// - Parameters:
  ///   - count: Images, as many as there are where there are fewer; they are drawn evenly by `order`.
  ///   - rest: Whether a last batch may be smaller.
  ///   - firstSlot: Slots of the engine from here on are this value's own.
  ///   - atOnce: Batches that are asked for together.
  package init(
    _ images: ImageSet, count: Int, batch: Int, keepsRest: Bool, firstSlot: Int, atOnce: Int, order: SplitRandom
  ) {
    self.images = images
    self.firstSlot = firstSlot
    self.atOnce = atOnce
    var generator = order
    var indices = Array(0..<images.count)
    for place in indices.indices.dropLast() {
      indices.swapAt(place, place + generator.next(below: indices.count - place))
    }
    let wanted = indices.prefix(max(count, 1))
    let size = min(batch, wanted.count)
    var batches = stride(from: 0, to: wanted.count, by: size).map { Array(wanted[$0..<min($0 + size, wanted.count)]) }
    if !keepsRest, batches.count > 1, batches[batches.count - 1].count < size { batches.removeLast() }
    self.batches = batches
    counts = batches.map(\.count)
    let bytes = wanted.count * images.shape.valueCount * MemoryLayout<Float>.stride
    isResident = bytes <= Self.mostResidentBytes && batches.count <= 1024
  }

  /// Slots that this may use.
  package var slotCount: Int { isResident ? batches.count : min(batches.count, atOnce) }

  package var imageCount: Int { counts.reduce(0, +) }

  /// The slots of some batches, written where they are not.
  ///
  /// - Throws: `EngineError`.
  package mutating func slots(of range: Range<Int>, on supernet: Supernet) throws -> [Int] {
    guard isResident else {
      for (place, batch) in range.enumerated() { try supernet.write(images, batches[batch], to: firstSlot + place) }
      return range.indices.map { firstSlot + $0 - range.lowerBound }
    }
    if !isWritten {
      for (place, batch) in batches.enumerated() { try supernet.write(images, batch, to: firstSlot + place) }
      isWritten = true
    }
    return range.map { firstSlot + $0 }
  }
}
