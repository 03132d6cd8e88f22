import BigInt

/// Exact numbers of paths to the end of a diagram, by layer, state and bins left to spend.
///
/// Counts are unsigned integers of as many words as their layer's largest total needs, lowest word first, in one flat
/// array for each layer: a layer of s states, b bins and w words is `[s, b, w]`.
struct BinCounts {
  struct Layer {
    let bins: Int
    let words: Int
    var storage: [UInt]

    func offset(_ state: Int, _ bin: Int) -> Int { (state * bins + bin) * words }
  }
  let layers: [Layer]

  /// What a caller asks the counts for.
  enum Use {
    /// Totals and draws: the counts of every layer.
    case draws
    /// Totals alone: `layers` is the root's, and no more than two layers are kept at one time.
    case totals
  }

  /// - Parameter last: The largest number of bins of interest.
  /// - Throws: `BandError.tooLarge` before more than the limit is allocated.
  /// - Complexity: O(edges × bins × words) time.
  init(_ bins: CostBins, last: Int, for use: Use = .draws, memoryLimit: Int) throws(BandError) {
    let sizes = try Self.sizes(bins, last: last, for: use, memoryLimit: memoryLimit)
    let work = sizes.reduce(0) { $0 + $1.work }
    var done = 0
    var result: [Layer] = [Layer(bins: 1, words: 1, storage: [1])]
    for (size, index) in zip(sizes, bins.edges.indices.reversed()) {
      let states = bins.edgeStarts[index].count - 1
      let next = result[result.count - 1]
      let (width, words) = (size.bins, size.words)
      var layer = Layer(
        bins: width, words: words, storage: [UInt](repeating: 0, count: states * width * words))
      for state in 0..<states {
        AnalysisProgress.tell(.counts, done, of: work)
        for edge in bins.edges(of: state, in: index) where edge.bin < width {
          done += words * min(next.bins, width - edge.bin)
          layer.add(next, times: UInt(edge.members.count), target: edge.target, state: state, shift: edge.bin)
        }
      }
      if use == .totals { result.removeAll() }
      result.append(layer)
    }
    layers = result.reversed()
  }

  /// The bins and words of each layer, and additions of words to count it, from the last to the first.
  ///
  /// - Throws: `BandError.tooLarge`.
  private static func sizes(
    _ bins: CostBins, last: Int, for use: Use, memoryLimit: Int
  ) throws(BandError) -> [(bins: Int, words: Int, work: Int)] {
    var (bytes, before) = (0, MemoryLayout<UInt>.size)
    var sizes: [(bins: Int, words: Int, work: Int)] = []
    var totals: [BigUInt] = [1]
    for index in bins.edges.indices.reversed() {
      let states = bins.edgeStarts[index].count - 1
      let nextBins = sizes.last?.bins ?? 1
      var reach = 0
      totals = (0..<states).map { state in
        bins.edges(of: state, in: index).reduce(BigUInt(0)) { sum, edge in
          reach = max(reach, edge.bin + nextBins - 1)
          return sum + totals[edge.target] * BigUInt(edge.members.count)
        }
      }
      let words = max(1, ((totals.max() ?? 1).bitWidth + UInt.bitWidth - 1) / UInt.bitWidth)
      let width = min(reach, last) + 1
      let own = states * width * words * MemoryLayout<UInt>.size
      bytes = use == .draws ? bytes + own : before + own
      before = own
      guard bytes <= memoryLimit else { throw .tooLarge(bytes: bytes, limit: memoryLimit) }
      let additions = bins.edges[index].reduce(0) { $0 + max(0, min(nextBins, width - $1.bin)) }
      sizes.append((width, words, additions * words))
    }
    return sizes
  }

  /// The number of paths from the root that spend a number of bins in the range.
  func total(_ range: ClosedRange<Int>?) -> BigUInt {
    guard let range, range.lowerBound < layers[0].bins else { return 0 }
    return range.clamped(to: 0...layers[0].bins - 1).reduce(BigUInt(0)) { $0 + self[0, 0, $1] }
  }

  subscript(layer: Int, state: Int, bin: Int) -> BigUInt {
    let offset = layers[layer].offset(state, bin)
    return BigUInt(words: layers[layer].storage[offset..<offset + layers[layer].words])
  }
}

extension BinCounts.Layer {
  /// Adds the counts of a state of the next layer, times a factor, `shift` bins up; what falls off the end is too dear.
  fileprivate mutating func add(_ next: BinCounts.Layer, times factor: UInt, target: Int, state: Int, shift: Int) {
    let count = min(next.bins, bins - shift)
    guard count > 0 else { return }
    let (source, sink) = (next.offset(target, 0), offset(state, shift))
    let (sourceWords, sinkWords) = (next.words, words)
    next.storage.withUnsafeBufferPointer { from in
      storage.withUnsafeMutableBufferPointer { to in
        for bin in 0..<count {
          let (read, write) = (source + bin * sourceWords, sink + bin * sinkWords)
          var carry: UInt = 0
          for word in 0..<sinkWords {
            let (high, low) =
              word < sourceWords ? from[read + word].multipliedFullWidth(by: factor) : (high: 0, low: 0)
            let (partial, overflow) = to[write + word].addingReportingOverflow(low)
            let (sum, secondOverflow) = partial.addingReportingOverflow(carry)
            to[write + word] = sum
            carry = high &+ (overflow ? 1 : 0) &+ (secondOverflow ? 1 : 0)
          }
        }
      }
    }
  }
}
