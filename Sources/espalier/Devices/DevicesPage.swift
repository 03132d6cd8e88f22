import Devices
import Predictors
import SpaceAnalysis
import SpaceIR

/// What `espalier benchmark devices` prints: tables, whole networks, and best networks of several devices.
struct DevicesPage {
  let space: Space
  let devices: [MeasuredDevice]

  /// - Throws: `CommandFailure` where the costs of the space cannot be told.
  func text() throws -> String {
    var parts = ["\(processorName()), \(availableProcessors()) cores; space '\(space.name)'\n\n" + tables]
    parts.append("order of kernels, Kendall's tau: all, and the mean over kernels of one input\n" + orders)
    parts += devices.map(\.report.text)
    parts.append(try fronts())
    return parts.joined(separator: "\n")
  }

  private var tables: String {
    var table = AlignedTable([.left, .right, .right, .right, .right, .left])
    table.add(["table", "kernels", "unconfirmed", "median pass", "a call", "measured with"])
    for device in devices {
      let rows = device.record.rows.filter { $0.nanoseconds != nil }
      let spreads = rows.compactMap(\.spread).sorted()
      let half = spreads.isEmpty ? "-" : "+\((spreads[spreads.count / 2] * 100).fixed(1)) %"
      let call = device.report.table.call.map { "\((Double($0) / 1000).fixed(1)) us" } ?? "-"
      table.add([
        device.name, rows.count.grouped, rows.count { !$0.isConfirmed }.grouped, half, call, device.report.words,
      ])
    }
    return table.text()
  }

  private var pairs: [(MeasuredDevice, MeasuredDevice)] {
    devices.indices.flatMap { i in devices[(i + 1)...].map { (devices[i], $0) } }
  }

  private var orders: String {
    var table = AlignedTable([.left, .right, .right, .right])
    table.add(["devices", "all", "one input", "inputs"])
    for (a, b) in pairs {
      let times = Dictionary(uniqueKeysWithValues: b.record.rows.map { ($0.kernel, $0.nanoseconds) })
      let shared = a.record.rows.compactMap { row -> (kernel: KernelShape, a: Double, b: Double)? in
        guard let x = row.nanoseconds, let y = times[row.kernel] ?? nil else { return nil }
        return (row.kernel, Double(x), Double(y))
      }
      let groups = Dictionary(grouping: shared) { $0.kernel.values.prefix(3).map(\.description) }
      let inner = groups.values.filter { $0.count >= 5 }.compactMap { kendallTau($0.map(\.a), $0.map(\.b)) }.sorted()
      let mean = inner.isEmpty ? "-" : (inner.reduce(0, +) / Double(inner.count)).fixed(2)
      table.add([
        "\(a.name), \(b.name)", kendallTau(shared.map(\.a), shared.map(\.b))?.fixed(2) ?? "-", mean,
        String(inner.count),
      ])
    }
    return table.text()
  }

  /// Networks with the most multiply-adds for their latency, device by device.
  private func fronts() throws -> String {
    var space = space
    space.latencyTables = devices.map { $0.record.table(of: $0.name, path: $0.report.path) }
    space.keepKernels()
    let fronts = try devices.map { try front(of: $0.name, in: space) }
    var lines = ["networks that no other beats in latency and multiply-adds, the more of these the better"]
    for (device, front) in zip(devices, fronts) {
      let excess =
        front.excess == 0 ? "" : " (to within \(CostMeasure.latency(device: device.name).shortNumber(front.excess)))"
      lines.append("on '\(device.name)': \(front.points.count.grouped)\(excess)")
    }
    for (i, j) in devices.indices.flatMap({ i in devices.indices.filter { $0 != i }.map { (i, $0) } }) {
      let losses = try fronts[i].points.map { point in
        try loss(of: point.architecture, against: fronts[j], on: devices[j].name, in: space)
      }.sorted()
      let shared = losses.count { $0 <= 0 }
      let most = losses.last ?? 0
      lines.append(
        "of those on '\(devices[i].name)', \(shared.grouped) are best on '\(devices[j].name)' too; "
          + "they take \((losses[losses.count / 2] * 100).fixed(1)) % (median), \((most * 100).fixed(1)) % (most) "
          + "longer there than they need")
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private func front(of device: String, in space: Space) throws -> ParetoFront {
    do throws(ParetoError) {
      return try ParetoFront(space, [Criterion(.latency(device: device)), Criterion(.macs, .most)])
    } catch {
      throw CommandFailure("the best networks of '\(space.name)' on '\(device)' cannot be told: \(error)")
    }
  }

  /// How much longer a network takes than the fastest one with as many multiply-adds: 0.1 is 10 %.
  private func loss(
    of architecture: Architecture, against front: ParetoFront, on device: String, in space: Space
  ) throws -> Double {
    let cost: NetworkCost
    do throws(CostError) { cost = try SpaceAnalysis.cost(of: architecture, in: space, devices: [device]) } catch {
      throw CommandFailure(error, in: space)
    }
    let latency = cost[CostMeasure.latency(device: device)]
    let best = front.points.filter { $0.costs[1] >= cost.macs }.map { $0.costs[0] }.min() ?? latency
    return Double(latency) / Double(max(1, best)) - 1
  }
}
