/// Brings the engine's tensors, whose innermost axis is that of the channels that enter, to the order of runtimes that
/// keep channels before sides.
enum WeightLayout {
  /// `[out, h, w, in]` becomes `[out, in, h, w]`.
  static func filters(_ values: [Float], out: Int, height: Int, width: Int, in entering: Int) -> [Float] {
    let positions = height * width
    guard positions > 1, entering > 1 else { return values }
    return [Float](unsafeUninitializedCapacity: values.count) { room, count in
      for filter in 0..<out {
        let base = filter * positions * entering
        for channel in 0..<entering {
          for position in 0..<positions {
            room[base + channel * positions + position] = values[base + position * entering + channel]
          }
        }
      }
      count = values.count
    }
  }

  /// `[copies, h, w, channels]` becomes `[channels * copies, 1, h, w]`, the copies of a channel beside each other.
  static func depthwise(_ values: [Float], copies: Int, positions: Int, channels: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: values.count) { room, count in
      for copy in 0..<copies {
        for position in 0..<positions {
          let row = (copy * positions + position) * channels
          for channel in 0..<channels {
            room[(channel * copies + copy) * positions + position] = values[row + channel]
          }
        }
      }
      count = values.count
    }
  }

  /// `[copies, channels, rest]` becomes `[channels * copies, rest]`.
  static func interleaved(_ values: [Float], copies: Int, rest: Int = 1) -> [Float] {
    guard copies > 1 else { return values }
    let channels = values.count / copies / rest
    var result: [Float] = []
    result.reserveCapacity(values.count)
    for channel in 0..<channels {
      for copy in 0..<copies {
        let start = (copy * channels + channel) * rest
        result.append(contentsOf: values[start..<start + rest])
      }
    }
    return result
  }

  /// `[h, w, channels]` becomes `[channels, h, w]`.
  static func planes(_ values: [Float], channels: Int) -> [Float] {
    filters(values, out: 1, height: values.count / channels, width: 1, in: channels)
  }
}
