/// Cost against loss of every draw that moved the distribution, with those that no other beats in both.
func drawsSection(of story: RunStory) -> ReportSection? {
  guard !story.isMixture, !story.scoresCandidates else { return nil }
  let cloud = DrawCloud(story)
  guard !cloud.front.isEmpty else { return nil }
  let lossRange = ChartAxis.range(around: cloud.points.map(\.point.y))
  let costRange = ChartAxis.range(around: cloud.points.map(\.point.x) + (story.target.map { [Double($0)] } ?? []))
  let across = ChartAxis.amounts(
    story.costUnit, max(0, costRange.lowerBound)...costRange.upperBound, about: 8)
  let upwards = ChartAxis.numbers("loss", max(0, lossRange.lowerBound)...lossRange.upperBound, about: 8)
  var canvas = ChartCanvas(across: across)
  canvas.add(upwards, on: .left)
  for (part, kind) in DrawCloud.parts.enumerated() {
    canvas.addCloud(cloud.thinned(part: part, across, upwards), upwards, kind: "cloud \(kind)")
  }
  var stairs: [ChartPoint] = []
  for point in cloud.front {
    if let last = stairs.last { stairs.append(ChartPoint(point.x, last.y)) }
    stairs.append(point)
  }
  canvas.addLine(stairs, upwards, kind: "curve second")
  for point in cloud.front {
    canvas.addDot(
      point.x, point.y, upwards, kind: "front",
      tip: "\(Int(point.x).grouped) \(story.costUnit), loss \(point.y.fixed(4))")
  }
  if let target = story.target {
    canvas.addRule(Double(target), kind: "target", label: "target \(target.short)")
  }
  if let answer = story.answer {
    canvas.addRule(Double(answer.cost), kind: "rule", label: "chosen \(answer.cost.short)", top: false)
  }
  let count = NumberText.counted(cloud.points.count, "draw")
  let figure = ReportFigure(
    title: story.validation.chartTitle, unit: story.validation.unit,
    keys: [
      ReportFigure.Key(kind: "spot early", text: "first third of the search"),
      ReportFigure.Key(kind: "spot middle", text: "second"), ReportFigure.Key(kind: "spot late", text: "last"),
      ReportFigure.Key(kind: "line second", text: "no other draw is better in both"),
    ],
    chart: canvas.figure(
      "draws-chart", title: "Cost against validation loss of \(count)",
      description: "\(NumberText.counted(cloud.front.count, "draw")) that no other beats in both: "
        + cloud.front.prefix(12).map { "\(Int($0.x).short) with \($0.y.fixed(3))" }.joined(separator: ", "),
      height: 360), across: "\(story.costUnit) of one image")
  return ReportSection(
    name: "draws", title: "The draws",
    body: """
      <div class="charts wide">
      \(figure.html)
      </div>
      \(paragraph("\(count) of the search, without the warm-up. \(meaning(of: story.validation))", kind: "remark"))
      <details><summary>The front in numbers</summary>
      \(frontTable(cloud, story))
      </details>
      """)
}

extension RunStory.Validation {
  fileprivate var chartTitle: String {
    switch self {
    case .oneBatch: "Cost against likelihood"
    case .sameBatches: "Cost against score"
    case .mixture, .candidates: "Cost against loss"
    }
  }

  fileprivate var unit: String {
    switch self {
    case .oneBatch: "validation loss, nats an image (minus log likelihood); lower is better"
    case .sameBatches: "mean validation loss, nats an image; lower is better"
    case .mixture: "loss of all networks at once, nats an image; lower is better"
    case .candidates: "validation loss, nats an image; lower is better"
    }
  }
}

private func meaning(of validation: RunStory.Validation) -> String {
  switch validation {
  case .oneBatch:
    "Each loss is that of one validation batch with the weights of that step, so that later draws have better weights, "
      + "and the lowest points are lucky batches as well."
  case .sameBatches(let count):
    "Each loss is a score: the mean over the same \(count.grouped) validation batches, "
      + "with shared weights that stay as the warm-up left them."
  case .mixture: "Each loss is that of all networks at once."
  case .candidates: "Each loss is that of the same validation images."
  }
}

private func frontTable(_ cloud: DrawCloud, _ story: RunStory) -> String {
  var table = NumberTable(
    caption: "Draws that no other beats in cost and loss",
    [.number(story.costUnit), .number("validation loss, nats"), .number("step")])
  for (point, step) in zip(cloud.front, cloud.frontSteps).prefix(60) {
    table.add([Int(point.x).grouped, point.y.fixed(4), (step + 1).grouped])
  }
  return table.html
}

/// Draws with a finite validation loss.
private struct DrawCloud {
  /// A third of the search each; classes of the page.
  static let parts = ["early", "middle", "late"]
  private(set) var points: [(point: ChartPoint, part: Int, step: Int)] = []
  /// By rising cost and falling loss.
  private(set) var front: [ChartPoint] = []
  private(set) var frontSteps: [Int] = []

  init(_ story: RunStory) {
    let first = min(story.warmUpSteps, story.totalSteps)
    let length = max(1, max(story.totalSteps, story.steps.count) - first)
    for step in story.steps {
      let part = min(Self.parts.count - 1, max(0, step.number - first) * Self.parts.count / length)
      for draw in step.draws {
        guard let loss = draw.validationLoss, loss.isFinite else { continue }
        points.append((ChartPoint(Double(draw.cost), loss), part, step.number))
      }
    }
    let ordered = points.indices.sorted { a, b in
      (points[a].point.x, points[a].point.y, a) < (points[b].point.x, points[b].point.y, b)
    }
    for index in ordered where points[index].point.y < front.last?.y ?? .infinity {
      front.append(points[index].point)
      frontSteps.append(points[index].step)
    }
  }

  /// The points of one part, of each cell of a fine grid the lowest.
  func thinned(part: Int, _ across: ChartAxis, _ upwards: ChartAxis) -> [ChartPoint] {
    let grid = (across: 140, upwards: 90)
    var kept: [Int: ChartPoint] = [:]
    var order: [Int] = []
    for (point, own, _) in points where own == part {
      let column = min(grid.across - 1, Int(across.share(point.x) * Double(grid.across)))
      let row = min(grid.upwards - 1, Int(upwards.share(point.y) * Double(grid.upwards)))
      let cell = row * grid.across + column
      if let known = kept[cell] {
        if point.y < known.y { kept[cell] = point }
      } else {
        kept[cell] = point
        order.append(cell)
      }
    }
    return order.compactMap { kept[$0] }
  }
}
