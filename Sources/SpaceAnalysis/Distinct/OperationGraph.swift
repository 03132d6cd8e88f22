/// The operations of one network as a graph in which only the way that they are connected counts.
///
/// Vertices come before their users. Operands are a multiset, but for operations that tell theirs apart.
struct OperationGraph {
  /// By vertex; 0 is the input. Equal labels are equal operations.
  private(set) var labels: [Int] = [0]
  private(set) var operands: [[Int]] = [[]]
  private(set) var tellsOperandsApart: [Bool] = [false]
  /// Vertices whose label a decision chooses: the number of labels that are different.
  private(set) var choices: [Int: Int] = [:]

  /// - Parameter choosing: How many operations a decision chooses among; nil for a fixed one.
  mutating func add(_ label: Int, _ operands: [Int], tellsApart: Bool = false, choosing: Int? = nil) -> Int {
    labels.append(label)
    self.operands.append(tellsApart ? operands : operands.sorted())
    tellsOperandsApart.append(tellsApart)
    choices[labels.count - 1] = choosing
    return labels.count - 1
  }

  /// The part from which a result is computed, the input always first and the result last.
  func part(of result: [Int], label: Int) -> OperationGraph {
    var isNeeded = [Bool](repeating: false, count: labels.count)
    for vertex in result { isNeeded[vertex] = true }
    for vertex in labels.indices.reversed() where isNeeded[vertex] {
      for operand in operands[vertex] { isNeeded[operand] = true }
    }
    var part = OperationGraph()
    var numbers = [Int](repeating: 0, count: labels.count)
    for vertex in labels.indices.dropFirst() where isNeeded[vertex] {
      numbers[vertex] = part.add(
        labels[vertex], operands[vertex].map { numbers[$0] }, tellsApart: tellsOperandsApart[vertex],
        choosing: choices[vertex])
    }
    _ = part.add(label, result.map { numbers[$0] })
    return part
  }

  /// How many different networks the chosen labels make of the graph: labellings up to the graph's symmetries.
  ///
  /// - Complexity: O(labellings) forms where the graph has symmetries, else none.
  func labellings(limit: Int) throws(DistinctError) -> Int {
    let vertices = choices.keys.sorted()
    var count = 1
    for vertex in vertices {
      let (product, overflow) = count.multipliedReportingOverflow(by: choices[vertex] ?? 1)
      guard !overflow, product <= limit else { throw .tooMany(limit: limit) }
      count = product
    }
    guard count > 1, !GraphForm.isRigid(self) else { return count }
    var forms: Set<[Int]> = []
    for number in 0..<count {
      var (labelled, rest) = (self, number)
      for vertex in vertices {
        let options = choices[vertex] ?? 1
        labelled.labels[vertex] = -1 - (labels[vertex] << 8 | rest % options)
        rest /= options
      }
      forms.insert(try GraphForm.canonical(labelled))
    }
    return forms.count
  }
}

/// A text of a graph that is equal for graphs that are the same up to the names of vertices, and for no others.
///
/// Colour refinement (Weisfeiler and Lehman 1968) over operands and users; where vertices keep one colour, each of them is
/// told apart in turn, and the least text of all is the graph's (McKay 1981). Colours are hashes: two that are equal by
/// chance make refinement weaker, never the text wrong.
struct GraphForm {
  private let graph: OperationGraph
  private let users: [[Int]]
  private var best: [Int]?
  private var leaves = 0
  private static let leafLimit = 100_000

  private init(_ graph: OperationGraph) {
    self.graph = graph
    var users = [[Int]](repeating: [], count: graph.labels.count)
    for (vertex, operands) in graph.operands.enumerated() {
      for operand in operands { users[operand].append(vertex) }
    }
    self.users = users
  }

  static func canonical(_ graph: OperationGraph) throws(DistinctError) -> [Int] {
    var form = GraphForm(graph)
    try form.search(form.refined(graph.labels.map { mix(UInt64(bitPattern: Int64($0))) }))
    guard let best = form.best else { preconditionFailure("a search has a leaf") }
    return best
  }

  /// Whether refinement alone tells all vertices apart, so that the graph has no symmetry.
  static func isRigid(_ graph: OperationGraph) -> Bool {
    let form = GraphForm(graph)
    let colours = form.refined(graph.labels.map { mix(UInt64(bitPattern: Int64($0))) })
    return Set(colours).count == colours.count
  }

  private mutating func search(_ colours: [UInt64]) throws(DistinctError) {
    var members: [UInt64: [Int]] = [:]
    for (vertex, colour) in colours.enumerated() { members[colour, default: []].append(vertex) }
    // The smallest class, of these the one of the least colour: a choice that does not depend on names.
    let tied = members.filter { $0.value.count > 1 }
    guard let chosen = tied.min(by: { ($0.value.count, $0.key) < ($1.value.count, $1.key) }) else {
      leaves += 1
      guard leaves <= Self.leafLimit else { throw .tooSymmetric(limit: Self.leafLimit) }
      let text = text(colours)
      if best.map({ text.lexicographicallyPrecedes($0) }) ?? true { best = text }
      return
    }
    for vertex in chosen.value {
      var apart = colours
      apart[vertex] = Self.mix(apart[vertex] ^ 0x5bd1_e995_9d1c_2f37)
      try search(refined(apart))
    }
  }

  /// Colours that take in those of operands and users, until no more vertices differ.
  private func refined(_ start: [UInt64]) -> [UInt64] {
    var colours = start
    var count = Set(colours).count
    while count < colours.count {
      let next = colours.indices.map { vertex -> UInt64 in
        var sum: UInt64 = 0
        for (position, operand) in graph.operands[vertex].enumerated() {
          let place = graph.tellsOperandsApart[vertex] ? UInt64(position) &* 0x9e37_79b9 : 0
          sum &+= Self.mix(colours[operand] &+ 0x1234_5678_9abc_def1 &+ place)
        }
        for user in users[vertex] {
          var place: UInt64 = 0
          if graph.tellsOperandsApart[user] {
            for (position, operand) in graph.operands[user].enumerated() where operand == vertex {
              place &+= Self.mix(UInt64(position) &+ 77)
            }
          }
          sum &+= Self.mix(colours[user] ^ 0xfedc_ba98_7654_3210 &+ place)
        }
        return Self.mix(colours[vertex] &* 3 &+ Self.mix(sum))
      }
      let found = Set(next).count
      if found <= count { return colours }
      (colours, count) = (next, found)
    }
    return colours
  }

  private func text(_ colours: [UInt64]) -> [Int] {
    let order = colours.indices.sorted { colours[$0] < colours[$1] }
    var rank = [Int](repeating: 0, count: order.count)
    for (place, vertex) in order.enumerated() { rank[vertex] = place }
    var text: [Int] = []
    for vertex in order {
      let operands = graph.operands[vertex].map { rank[$0] }
      text.append(graph.labels[vertex])
      text.append(operands.count)
      text += graph.tellsOperandsApart[vertex] ? operands : operands.sorted()
    }
    return text
  }

  /// The finalizer of SplitMix64 (Steele, Lea and Flood 2014).
  private static func mix(_ value: UInt64) -> UInt64 {
    var bits = value &+ 0x9e37_79b9_7f4a_7c15
    bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    return bits ^ (bits >> 31)
  }
}
