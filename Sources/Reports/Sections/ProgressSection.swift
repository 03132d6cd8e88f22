/// Entropy, draws (of a mixture its temperature), losses and costs over the steps, with the same in numbers.
func progressSection(of story: RunStory) -> ReportSection? {
  guard !story.steps.isEmpty else { return nil }
  let charts = ProgressCharts(story)
  return ReportSection(
    name: "progress", title: "The search over time",
    body: """
      <div class="charts">
      \(story.learnsDistribution ? charts.entropy : "")
      \(story.isMixture ? charts.temperature : story.scoresCandidates ? "" : charts.draws)
      \(charts.losses)
      \(charts.costs)
      </div>
      \(paragraph(charts.remark, kind: "remark"))
      \(charts.table)
      """)
}

private struct ProgressCharts {
  private let story: RunStory
  private let across: ChartAxis
  private static let height = 210
  /// Stretches of a thinned curve; wider than a chart is on most screens.
  private static let stretches = 320
  private static let bands = 160
  private static let means = 48

  init(_ story: RunStory) {
    self.story = story
    across = .counts("step", 1...Double(max(story.totalSteps, story.steps.count, 2)))
  }

  private func canvas(_ upwards: ChartAxis) -> ChartCanvas {
    var canvas = ChartCanvas(across: across)
    if story.warmUpSteps > 0 {
      let end = min(Double(story.warmUpSteps), across.range.upperBound)
      canvas.addStretch(1...max(1, end), kind: "stretch", label: story.warmUpWord)
    }
    canvas.add(upwards, on: .left)
    for turn in story.turns where turn.step > 0 && turn.step < story.totalSteps {
      canvas.addRule(Double(turn.step + 1), kind: "rule", label: turn.label, top: false)
    }
    return canvas
  }

  private func points(_ value: (RunStory.Step) -> Double?) -> [ChartPoint] {
    story.steps.compactMap { step in
      value(step).flatMap { $0.isFinite ? ChartPoint(Double(step.number + 1), $0) : nil }
    }
  }

  private func figure(
    _ canvas: ChartCanvas, _ name: String, title: String, unit: String, keys: [ReportFigure.Key] = [],
    description: String
  ) -> String {
    ReportFigure(
      title: title, unit: unit, keys: keys,
      chart: canvas.figure(name, title: "\(title) over the steps", description: description, height: Self.height),
      across: "step"
    ).html
  }

  /// Means over a part of the run, equally long for every curve.
  private func averaged(_ curve: [ChartPoint]) -> [ChartPoint] {
    curve.averaged(stretches: max(1, Self.means * curve.count / max(1, story.totalSteps)))
  }

  // MARK: Charts

  var entropy: String {
    let curve = points(\.entropy)
    let axis = ChartAxis.numbers("entropy", 0...max(1e-6, (curve.map(\.y).max() ?? 1) * 1.15))
    var canvas = canvas(axis)
    canvas.addLine(curve.thinned(stretches: Self.stretches), axis, kind: "curve first")
    return figure(
      canvas, "entropy", title: "Entropy of the distribution", unit: "nats", description: ends(curve, "nats"))
  }

  var draws: String {
    let curve = points { Double($0.draws.count) }
    let axis = ChartAxis.counts("draws", 0...max(2, (curve.map(\.y).max() ?? 1) * 1.15), about: 5)
    var canvas = canvas(axis)
    // A number of draws holds until it changes.
    var stairs: [ChartPoint] = []
    for point in curve.thinned(stretches: Self.stretches) {
      if let last = stairs.last, last.y != point.y { stairs.append(ChartPoint(point.x, last.y)) }
      stairs.append(point)
    }
    canvas.addLine(stairs, axis, kind: "curve first")
    return figure(
      canvas, "draws-of-a-step", title: "Draws of a step, K", unit: "networks", description: ends(curve, ""))
  }

  var temperature: String {
    let curve = points(\.temperature)
    let axis = ChartAxis.numbers("temperature", 0...max(1e-6, (curve.map(\.y).max() ?? 1) * 1.15))
    var canvas = canvas(axis)
    canvas.addLine(curve.thinned(stretches: Self.stretches), axis, kind: "curve first")
    return figure(
      canvas, "temperature", title: "Temperature of the options' weights", unit: "one-hot at 0",
      description: ends(curve, ""))
  }

  var losses: String {
    let training = points { mean($0.draws.compactMap(\.trainingLoss)) }
    let validation = points { mean($0.draws.compactMap(\.validationLoss)) }
    let axis = ChartAxis.numbers("loss", ChartAxis.range(around: (training + validation).map(\.y)))
    var canvas = canvas(axis)
    for (curve, kind) in [(training, "first"), (validation, "second dashed")] where !curve.isEmpty {
      canvas.addLine(curve.thinned(stretches: Self.stretches), axis, kind: "raw \(kind)")
      canvas.addLine(averaged(curve), axis, kind: "curve \(kind)")
    }
    return figure(
      canvas, "losses", title: story.isMixture ? "Loss of all networks at once" : "Mean loss of the draws",
      unit: "nats an image",
      keys: [
        ReportFigure.Key(kind: "line first", text: story.isMixture ? "batches of the weights" : "training batch"),
        ReportFigure.Key(
          kind: "line second dashed", text: story.isMixture ? "batches of the logits" : "validation batch"),
      ],
      description: "Training: \(ends(training, "nats")) Validation: \(ends(validation, "nats"))")
  }

  var costs: String {
    let low = points { $0.draws.map(\.cost).min().map(Double.init) }
    let high = points { $0.draws.map(\.cost).max().map(Double.init) }
    let middle = points { mean($0.draws.map { Double($0.cost) }) }
    let all = (low + high).map(\.y) + (story.target.map { [Double($0)] } ?? [])
    let range = ChartAxis.range(around: all)
    let axis = ChartAxis.amounts("cost", max(0, range.lowerBound)...range.upperBound, about: 5)
    var canvas = canvas(axis)
    if !story.isMixture {
      canvas.addArea(
        high.edge(stretches: Self.bands, >), low.edge(stretches: Self.bands, <), axis, kind: "area first")
    }
    canvas.addLine(averaged(middle), axis, kind: "curve first")
    if let target = story.target {
      canvas.addLevel(Double(target), axis, kind: "target", label: "target \(target.short)")
    }
    return figure(
      canvas, "costs", title: story.isMixture ? "Cost by the distribution" : "Cost of the draws",
      unit: story.costUnit,
      keys: [ReportFigure.Key(kind: "line first", text: "mean")]
        + (story.isMixture ? [] : [ReportFigure.Key(kind: "patch first", text: "cheapest to dearest")]),
      description: "Mean: \(ends(middle, story.costUnit))")
  }

  /// From where to where a curve leads, in words.
  private func ends(_ curve: [ChartPoint], _ unit: String) -> String {
    guard let first = curve.first, let last = curve.last else { return "There is nothing to show." }
    let values = curve.map(\.y)
    let (low, high) = (values.min() ?? 0, values.max() ?? 0)
    let places = high >= 1000 ? 0 : 3
    return "From \(first.y.fixed(places)) at step \(Int(first.x).grouped) to \(last.y.fixed(places)) at step "
      + "\(Int(last.x).grouped); least \(low.fixed(places)), greatest \(high.fixed(places))"
      + (unit.isEmpty ? "." : " \(unit).")
  }

  var remark: String {
    let odd = story.steps.reduce(0) { sum, step in
      sum + step.draws.count { $0.trainingLoss?.isFinite == false || $0.validationLoss?.isFinite == false }
    }
    let losses =
      story.isMixture ? "Losses are those of the mixture of all networks" : "Losses are means over the draws of a step"
    return
      "\(losses): faint at each step, strong over \(Self.means) parts of the run, "
      + "as is the mean cost. "
      + "Thinned curves keep the least and the greatest value of every stretch."
      + (odd == 0 ? "" : " \(NumberText.counted(odd, "draw")) had a loss that is no finite number; they are left out.")
  }

  // MARK: The same in numbers

  var table: String {
    let entropy = story.learnsDistribution
    let isScored = if case .sameBatches = story.validation { true } else { false }
    let kinds: [NumberTable.Column] =
      story.scoresCandidates
      ? [.number("generation"), .number("scored so far"), .number("best score")]
      : story.isMixture ? [.number("temperature")] : [.number("K"), .number("drawn so far")]
    var table = NumberTable(
      caption: "Means over parts of the run",
      [.text("steps"), .text("phase")] + (entropy ? [.number("entropy, nats")] : []) + kinds + [
        .number("mean \(story.costUnit)"), .number("training loss"),
        .number(isScored ? "score" : "validation loss"),
      ])
    var samples = 0
    var scored = 0
    var best: Double?
    for part in parts {
      let draws = part.flatMap(\.draws)
      samples += draws.count
      guard let first = part.first, let last = part.last, !draws.isEmpty else { continue }
      let steps = Double(part.count)
      let costs = draws.reduce(0.0) { $0 + Double($1.cost) } / Double(draws.count)
      let candidates = part.compactMap(\.candidate)
      scored += candidates.count
      best = (candidates.map(\.score) + (best.map { [$0] } ?? [])).filter(\.isFinite).max()
      let kinds =
        story.scoresCandidates
        ? [candidates.last.map { String($0.generation) } ?? "–", scored.grouped, best.map { $0.fixed(4) } ?? "–"]
        : story.isMixture
          ? [finiteMean(part.compactMap(\.temperature))] : [(Double(draws.count) / steps).fixed(1), samples.grouped]
      table.add(
        ["\((first.number + 1).grouped) to \((last.number + 1).grouped)", first.isWarmUp ? story.warmUpWord : "search"]
          + (entropy ? [(part.reduce(0) { $0 + $1.entropy } / steps).fixed(2)] : []) + kinds
          + [
            Int(costs).short, finiteMean(draws.compactMap(\.trainingLoss)),
            finiteMean(draws.compactMap(\.validationLoss)),
          ])
    }
    return table.html
  }

  /// About twelve parts; none mixes the warm-up with what follows.
  private var parts: [ArraySlice<RunStory.Step>] {
    let steps = story.steps
    var parts: [ArraySlice<RunStory.Step>] = []
    var start = 0
    for index in steps.indices {
      let isLast = index == steps.count - 1
      let isFull = (index + 1) * 12 / steps.count > index * 12 / steps.count
      if isLast || isFull || steps[index + 1].isWarmUp != steps[index].isWarmUp {
        parts.append(steps[start...index])
        start = index + 1
      }
    }
    return parts
  }

  private func finiteMean(_ values: [Double]) -> String { mean(values.filter(\.isFinite)).map { $0.fixed(3) } ?? "–" }
}

/// Nil for no values.
private func mean(_ values: [Double]) -> Double? {
  values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
}
