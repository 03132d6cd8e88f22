/// Deals images into parts of exact sizes so that every class is spread over the parts in the same proportion.
///
/// Each class is shuffled, the classes are laid end to end, and each image goes to the part that is furthest behind its
/// share (the first of equals). Before a turn the parts are one image behind together, so the chosen one is behind, and
/// no part is ever a whole image ahead of its share. Hence the sizes come out exactly, as does every class whose share
/// is a whole number; any other class is off by less than as many images as there are parts.
struct StratifiedDeal {
  /// The part of each image, as the indices of its images in ascending order. Shape [parts][images of the part].
  let parts: [[Int]]

  /// - Parameters:
  ///   - labels: The class of each image.
  ///   - sizes: Images of each part; together all images.
  ///   - seed: Two deals with one seed are equal on every machine.
  init(labels: [UInt8], sizes: [Int], seed: UInt64) {
    precondition(sizes.reduce(0, +) == labels.count, "every image is dealt")
    var random = SplitMix64(seed: seed)
    var classes: [[Int]] = Array(repeating: [], count: 256)
    for (index, label) in labels.enumerated() {
      classes[Int(label)].append(index)
    }
    var dealt: [[Int]] = Array(repeating: [], count: sizes.count)
    var turn = 0
    for var members in classes {
      random.shuffle(&members)
      for index in members {
        turn += 1
        // Share minus images held, times the number of images so that it stays a whole number.
        let lag = { (part: Int) in sizes[part] * turn - dealt[part].count * labels.count }
        let part = sizes.indices.dropFirst().reduce(0) { lag($1) > lag($0) ? $1 : $0 }
        dealt[part].append(index)
      }
    }
    parts = dealt.map { $0.sorted() }
  }
}
