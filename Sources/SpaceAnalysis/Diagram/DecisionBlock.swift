import SpaceIR

/// A run of neighbouring decisions of one owner: what the diagram decides in one step.
struct DecisionBlock: Sendable {
  /// In the order of deciding.
  let decisions: Range<Int>
  /// The same in the order of the space.
  let original: Range<Int>

  /// Cuts the decisions into runs of one owner with at most `limit` combinations, options of other branches counted in.
  /// A single decision with more options is a run of its own.
  ///
  /// - Parameter order: By position in `decisions`, the index in the space.
  static func partition(_ decisions: [Decision], order: [Int], limit: Int) -> [DecisionBlock] {
    var blocks: [DecisionBlock] = []
    func append(_ run: Range<Int>) {
      let first = order[run.lowerBound]
      blocks.append(DecisionBlock(decisions: run, original: first..<first + run.count))
    }
    var start = 0
    var combinations = 1
    for (index, decision) in decisions.enumerated() {
      let (product, overflow) = combinations.multipliedReportingOverflow(by: decision.options.count)
      let joins =
        index > start && decision.owner == decisions[start].owner && order[index] == order[index - 1] + 1 && !overflow
        && product <= limit
      if index > start, !joins {
        append(start..<index)
        start = index
      }
      combinations = joins ? product : decision.options.count
    }
    if start < decisions.count { append(start..<decisions.count) }
    return blocks
  }

  /// Runs of neighbouring decisions of one owner that go together, as ranges of their indices.
  ///
  /// - Parameter together: Whether two neighbours of one owner do.
  static func runs(of decisions: [Decision], together: (Int, Int) -> Bool) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for (index, decision) in decisions.enumerated() {
      if let last = runs.last, decisions[last.lowerBound].owner == decision.owner, together(index - 1, index) {
        runs[runs.count - 1] = last.lowerBound..<index + 1
      } else {
        runs.append(index..<index + 1)
      }
    }
    return runs
  }
}

/// Every way to decide a block, given which of its decisions exist as far as earlier blocks tell.
struct BlockTuples: Sendable {
  let block: DecisionBlock
  let count: Int
  /// Row by row, one entry for each decision of the block: 0 where it does not exist, else the option's index plus 1.
  let codes: [Int32]
  /// By decision of the block: the number of its codes.
  private let radices: [Int]

  /// - Parameter alive: By position in the block: false where an earlier block has ruled the decision out.
  init(_ block: DecisionBlock, of decisions: [Decision], alive: [Bool]) {
    var codes: [Int32] = []
    var rowCount = 1
    for (position, index) in block.decisions.enumerated() {
      let decision = decisions[index]
      var longer: [Int32] = []
      longer.reserveCapacity(rowCount * decision.options.count * (position + 1))
      var longerCount = 0
      for row in 0..<rowCount {
        let prefix = codes[row * position..<(row + 1) * position]
        var exists = alive[position]
        for condition in decision.existence?.conditions ?? []
        where exists && block.decisions.contains(condition.decision.index) {
          let parent = prefix[prefix.startIndex + condition.decision.index - block.decisions.lowerBound]
          exists = parent > 0 && condition.options.contains(Int(parent) - 1)
        }
        for code in exists ? 1...decision.options.count : 0...0 {
          longer.append(contentsOf: prefix)
          longer.append(Int32(code))
          longerCount += 1
        }
      }
      (codes, rowCount) = (longer, longerCount)
    }
    self.block = block
    self.codes = codes
    count = rowCount
    radices = block.decisions.map { decisions[$0].options.count + 1 }
  }

  func code(of position: Int, in tuple: Int) -> Int { Int(codes[tuple * block.decisions.count + position]) }

  /// The way that an architecture decides the block; nil where it is none.
  ///
  /// - Complexity: O(decisions of the block × log ways): ways are in the order of their codes.
  func index(of architecture: Architecture) -> Int? {
    let (width, first) = (block.original.count, block.original.lowerBound)
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      var position = 0
      var order: Int32 = 0
      while position < width, order == 0 {
        order = codes[middle * width + position] - Int32((architecture.choices[first + position] ?? -1) + 1)
        position += 1
      }
      if order == 0 { return middle }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  /// The value of a decision of the block; nil where it does not exist or belongs to another block.
  func value(of decision: DecisionID, in tuple: Int, among decisions: [Decision]) -> Value? {
    option(of: decision, in: tuple).map { decisions[decision.index].options[$0] }
  }

  /// The option of a decision of the block; nil where it does not exist or belongs to another block.
  func option(of decision: DecisionID, in tuple: Int) -> Int? {
    guard block.decisions.contains(decision.index) else { return nil }
    let code = code(of: decision.index - block.decisions.lowerBound, in: tuple)
    return code == 0 ? nil : code - 1
  }

  /// Groups the tuples by what they say about some positions.
  func projection(onto positions: [Int]) -> Projection {
    var result = Projection(groupOf: [Int](repeating: 0, count: count), representatives: count > 0 ? [0] : [])
    let width = block.decisions.count
    // Position by position the groups so far are split; groups are numbered in the order in which they first appear.
    for position in positions {
      var numbers = [Int](repeating: -1, count: result.representatives.count * radices[position])
      result.representatives.removeAll(keepingCapacity: true)
      for tuple in 0..<count {
        let key = result.groupOf[tuple] * radices[position] + Int(codes[tuple * width + position])
        if numbers[key] < 0 {
          numbers[key] = result.representatives.count
          result.representatives.append(tuple)
        }
        result.groupOf[tuple] = numbers[key]
      }
    }
    return result
  }

  struct Projection: Sendable {
    var groupOf: [Int]
    /// One tuple of each group, in order of first appearance.
    var representatives: [Int]
  }
}
