package import SpaceAnalysis
import SpaceIR
import SpacePlanner

/// How much capacity each operator gives for a millisecond on a device, and which of them are kept
/// (hurricane.md, section 4, equation 1).
///
/// An operator is what a row of the space can be decided as; the same decisions at several layers are one operator. Its
/// capacity at a layer is its multiply-adds and parameters in parts of the layer's mean over the operators; its score is
/// that capacity in parts of its latency over the mean latency, averaged over the layers that can have it.
package struct OperatorRanking: Sendable {
  /// One operator.
  package struct Entry: Hashable, Sendable {
    package let name: String
    /// Means over the layers that can have it; latency in nanoseconds, nil where a kernel was not measured.
    package let macs: Double
    package let parameters: Double
    package let latency: Double?
    /// S of equation (1); 0 for an operator that was not measured.
    package let score: Double
    /// Layers that can have it.
    package let layers: Int
    /// Kernels that the table has no row for, each once.
    package let missing: [MissingRow]
    /// From the fastest, 0, on; nil: not measured.
    package internal(set) var band: Int?
    package internal(set) var isKept = false
  }

  package let device: String
  /// The best score first; those that were not measured last.
  package let entries: [Entry]
  /// By row, then combination: the place in `entries`; nil: no legal network has it.
  let operatorOf: [[Int?]]
  /// By row, then combination, nanoseconds of the layers of the row; nil: not measured, or not legal.
  let latencies: [[Int?]]
  package let rowNames: [String]

  /// - Parameters:
  ///   - keeping: K, of which each band has one first.
  ///   - capacity: How multiply-adds and parameters count.
  /// - Throws: `CostError`.
  package init(
    _ operators: LayerOperators, device: String, keeping count: Int, bands: Int,
    capacity: (macs: Double, parameters: Double)
  ) throws(CostError) {
    self.device = device
    rowNames = operators.plan.factors.map(\.name)
    var names: [String: Int] = [:]
    var places: [[Cell]] = []
    var operatorOf: [[Int?]] = []
    var latencies: [[Int?]] = []
    for (row, examples) in operators.examples.enumerated() {
      var cells: [Cell] = []
      var own: [Int?] = []
      var times: [Int?] = []
      for (combination, example) in examples.enumerated() {
        guard let example else {
          own.append(nil)
          times.append(nil)
          continue
        }
        let name = operators.name(of: combination, in: row)
        let number = names[name] ?? names.count
        names[name] = number
        let cell = try Cell(number, row: row, of: example, operators, device: device)
        cells.append(cell)
        own.append(number)
        times.append(cell.latency)
      }
      places.append(cells)
      operatorOf.append(own)
      latencies.append(times)
    }
    let listed = names.sorted { $0.value < $1.value }.map(\.key)
    let found = listed.enumerated().map { number, name in
      Entry(name: name, number, places, capacity: capacity)
    }
    // Equal scores stay in the order of the space.
    let order = found.indices.sorted { a, b in
      (found[a].latency == nil ? 1 : 0, -found[a].score, a) < (found[b].latency == nil ? 1 : 0, -found[b].score, b)
    }
    var ranked = order.map { found[$0] }
    Self.keep(count, bands: bands, &ranked)
    entries = ranked
    var placeOf = [Int](repeating: 0, count: order.count)
    for (place, number) in order.enumerated() { placeOf[number] = place }
    self.operatorOf = operatorOf.map { $0.map { $0.map { placeOf[$0] } } }
    self.latencies = latencies
  }

  /// The best of each band of latency, then the best of all.
  private static func keep(_ count: Int, bands: Int, _ entries: inout [Entry]) {
    let measured = entries.indices.filter { entries[$0].latency != nil }
    let bySpeed = measured.sorted { (entries[$0].latency ?? 0, $0) < (entries[$1].latency ?? 0, $1) }
    for (place, index) in bySpeed.enumerated() { entries[index].band = place * bands / bySpeed.count }
    var kept = 0
    for band in 0..<bands where kept < count {
      guard let best = measured.first(where: { entries[$0].band == band }) else { continue }
      entries[best].isKept = true
      kept += 1
    }
    for index in measured where kept < count && !entries[index].isKept {
      entries[index].isKept = true
      kept += 1
    }
  }

  package var kept: [Entry] { entries.filter(\.isKept) }
  /// Those that the device has no time for, which counts as infinite latency.
  package var unmeasured: [Entry] { entries.filter { $0.latency == nil } }

  /// By row: the combinations of operators that are kept.
  var pool: [[Int]] {
    operatorOf.map { row in row.indices.filter { row[$0].map { entries[$0].isKept } ?? false } }
  }
}

/// An operator at a row.
private struct Cell {
  let number: Int
  let macs: Double
  let parameters: Double
  /// Nanoseconds; nil: a kernel was not measured.
  let latency: Int?
  let missing: [MissingRow]

  init(
    _ number: Int, row: Int, of example: Architecture, _ operators: LayerOperators, device: String
  ) throws(CostError) {
    self.number = number
    let found = try layerCosts(of: example, in: operators.space, device: device)
    var (macs, parameters, time, missing) = (0, 0, 0, [MissingRow]())
    for (layer, own) in operators.rowOfLayer where own == row {
      missing += found.missing[layer] ?? []
      guard let cost = found.costs[layer] else { continue }
      macs += cost.macs
      parameters += cost.parameters
      time += cost.latencies[device] ?? 0
    }
    self.macs = Double(macs)
    self.parameters = Double(parameters)
    self.missing = missing.sorted { $0.node < $1.node }
    latency = missing.isEmpty ? time : nil
  }
}

extension OperatorRanking.Entry {
  fileprivate init(
    name: String, _ number: Int, _ rows: [[Cell]], capacity: (macs: Double, parameters: Double)
  ) {
    var own: [Cell] = []
    var (score, latency, scored) = (0.0, 0.0, 0)
    var isMeasured = true
    for row in rows {
      guard let cell = row.first(where: { $0.number == number }) else { continue }
      own.append(cell)
      guard let time = cell.latency else {
        isMeasured = false
        continue
      }
      let means = Means(row)
      let amount =
        capacity.macs * part(cell.macs, of: means.macs) + capacity.parameters
        * part(cell.parameters, of: means.parameters)
      latency += Double(time)
      // An operator that takes no time would be infinitely good: it counts as one nanosecond.
      score += amount / part(max(1, Double(time)), of: max(1, means.latency))
      scored += 1
    }
    func mean(_ value: (Cell) -> Double) -> Double {
      own.isEmpty ? 0 : own.reduce(0) { $0 + value($1) } / Double(own.count)
    }
    self.init(
      name: name, macs: mean(\.macs), parameters: mean(\.parameters),
      latency: isMeasured && scored > 0 ? latency / Double(scored) : nil,
      score: isMeasured && scored > 0 ? score / Double(scored) : 0, layers: own.count,
      missing: own.flatMap(\.missing).uniqued(), band: nil)
  }
}

/// Over the operators of a row; latency over those that were measured.
private struct Means {
  let macs: Double
  let parameters: Double
  let latency: Double

  init(_ row: [Cell]) {
    let times = row.compactMap(\.latency).map(Double.init)
    macs = row.reduce(0) { $0 + $1.macs } / Double(max(1, row.count))
    parameters = row.reduce(0) { $0 + $1.parameters } / Double(max(1, row.count))
    latency = times.reduce(0, +) / Double(max(1, times.count))
  }
}

private func part(_ value: Double, of mean: Double) -> Double { mean > 0 ? value / mean : 0 }

extension [MissingRow] {
  fileprivate func uniqued() -> [MissingRow] {
    var seen: Set<KernelShape> = []
    return filter { seen.insert($0.kernel).inserted }
  }
}
