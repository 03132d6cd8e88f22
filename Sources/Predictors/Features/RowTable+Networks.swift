package import SpaceIR

extension RowTable {
  /// The networks of the rows where each decision of the space is a column; nil where one is not.
  ///
  /// A decision that does not exist in a network has an empty cell.
  ///
  /// - Throws: `RowError.notAnOption`, `.notANetwork`.
  package func networks(of space: Space) throws(RowError) -> [Architecture]? {
    let places = space.decisions.map { place(of: $0.name) }
    guard !places.isEmpty, places.allSatisfy({ $0 != nil }) else { return nil }
    var networks: [Architecture] = []
    for (row, line) in cells.enumerated() {
      var network = Architecture(choices: [Int?](repeating: nil, count: places.count))
      for id in space.decisionIDs {
        let (cell, decision) = (line[places[id.index] ?? 0], space[id])
        let exists = space.exists(id, in: network)
        guard exists != cell.isEmpty else { throw .notANetwork(row: row + 1, decision: decision.name, exists: exists) }
        guard exists else { continue }
        guard let option = decision.options.firstIndex(where: { $0.description == cell || $0.equals(cell) }) else {
          throw .notAnOption(
            row: row + 1, decision: decision.name, cell: cell, options: decision.options.map(\.description))
        }
        network[id] = option
      }
      networks.append(network)
    }
    return networks
  }

  /// The value of each feature in each row: from the columns of decisions, else from columns of features.
  ///
  /// A feature's column has its name, `avg(w24.kernel)`, or the one that the published rows of FOX-NAS give it
  /// (fox-nas.md, section 3), `avg_k_24`, where the stage's name ends in that width.
  ///
  /// - Throws: `RowError`, `.missing` with what is not there.
  package func values(of features: [Feature], in parts: SearchedParts) throws(PredictorError) -> [[Double]] {
    if let networks = try wrapping({ () throws(RowError) in try networks(of: parts.space) }) {
      var readers: [FeatureReader] = []
      for feature in features {
        do throws(FeatureError) {
          readers.append(try FeatureReader(feature, of: parts))
        } catch {
          throw .feature(error)
        }
      }
      return networks.map { network in readers.map { $0.value(in: network) } }
    }
    let places = features.map(place(of:))
    guard places.allSatisfy({ $0 != nil }) else {
      throw .rows(
        .missing(
          decisions: parts.space.decisions.map(\.name).filter { place(of: $0) == nil },
          features: zip(features, places).filter { $0.1 == nil }.map(\.0.description)))
    }
    let columns = try wrapping { () throws(RowError) in
      var columns: [[Double]] = []
      for place in places { columns.append(try numbers(in: place ?? 0)) }
      return columns
    }
    return cells.indices.map { row in columns.map { $0[row] } }
  }

  private func wrapping<Result>(_ read: () throws(RowError) -> Result) throws(PredictorError) -> Result {
    do throws(RowError) {
      return try read()
    } catch {
      throw .rows(error)
    }
  }

  private func place(of feature: Feature) -> Int? {
    if let place = place(of: feature.description) { return place }
    guard let stage = feature.stage else { return nil }
    let width = String(stage.reversed().prefix { $0.isASCII && $0.isNumber }.reversed())
    guard !width.isEmpty else { return nil }
    let letter = feature.quantity.map { ["expansion": "e", "kernel": "k"][$0.text] ?? $0.text } ?? ""
    switch feature {
    case .depth: return place(of: "tot_\(width)")
    case .mean: return place(of: "avg_\(letter)_\(width)")
    case .sum: return place(of: "tot_\(letter)_\(width)")
    case .first:
      // Between the width before and this one.
      return columns.firstIndex { name in
        let parts = name.split(separator: "_", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "tot" && parts[1] == letter && Int(parts[2]) != nil && parts[3] == width
      }
    case .value: return nil
    }
  }
}

extension Value {
  /// Whether a cell has this number in other digits: `3.0`.
  fileprivate func equals(_ cell: String) -> Bool {
    guard let number, let other = Double(cell) else { return false }
    return number.double == other
  }
}
