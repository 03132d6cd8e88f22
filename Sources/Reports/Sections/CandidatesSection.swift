/// How the scores of candidates rose from generation to generation, and what they cost.
///
/// - Returns: Nil for a run that scored no candidate.
func candidatesSection(of story: RunStory) -> ReportSection? {
  guard case .candidates(let measure) = story.validation else { return nil }
  let scored = ScoredCandidates(story)
  guard !scored.all.isEmpty else { return nil }
  return ReportSection(
    name: "candidates", title: "The candidates",
    body: """
      <div class="charts wide">
      \(scored.overTime(story, measure))
      \(scored.againstCost(story, measure))
      </div>
      \(paragraph(scored.remark(measure), kind: "remark"))
      \(scored.table(measure))
      """)
}

private struct ScoredCandidates {
  struct Scored {
    let step: Int
    let cost: Int
    let candidate: RunStory.Candidate
  }

  /// Those with a score that is a number, in order.
  let all: [Scored]
  private let odd: Int

  init(_ story: RunStory) {
    let scored = story.steps.compactMap { step in
      step.candidate.map { Scored(step: step.number, cost: step.draws.first?.cost ?? 0, candidate: $0) }
    }
    all = scored.filter(\.candidate.score.isFinite)
    odd = scored.count - all.count
  }

  private var present: [RunStory.Candidate.Origin] {
    RunStory.Candidate.Origin.allCases.filter { origin in all.contains { $0.candidate.origin == origin } }
  }

  private func keys(_ line: String) -> [ReportFigure.Key] {
    present.map { ReportFigure.Key(kind: "spot \($0.shade)", text: $0.plural) }
      + [ReportFigure.Key(kind: "line second", text: line)]
  }

  /// The last candidates of at most so many places of a grid: a cloud of thousands is drawn by those that can be told apart.
  private func cloud(_ origin: RunStory.Candidate.Origin, x: (Int, Scored) -> Double) -> [ChartPoint] {
    let own = all.enumerated().filter { $0.element.candidate.origin == origin }
    let pause = max(1, own.count / 4000)
    return own.enumerated().filter { $0.offset % pause == 0 }.map {
      ChartPoint(x($0.element.offset, $0.element.element), $0.element.element.candidate.score)
    }
  }

  func overTime(_ story: RunStory, _ measure: RunStory.Measure) -> String {
    let across = ChartAxis.counts("candidate", 1...Double(max(2, all.count)))
    let upwards = ChartAxis.numbers("score", ChartAxis.range(around: all.map(\.candidate.score)), about: 8)
    var canvas = ChartCanvas(across: across)
    canvas.add(upwards, on: .left)
    for place in all.indices.dropFirst() where all[place].candidate.stage != all[place - 1].candidate.stage {
      canvas.addRule(Double(place + 1), kind: "rule", label: "stage \(all[place].candidate.stage + 1)", top: false)
    }
    for origin in present {
      canvas.addCloud(cloud(origin) { place, _ in Double(place + 1) }, upwards, kind: "cloud \(origin.shade)")
    }
    var stairs: [ChartPoint] = []
    var stage = all.first?.candidate.stage
    for (place, scored) in all.enumerated() {
      let isNew = scored.candidate.stage != stage
      stage = scored.candidate.stage
      let best = isNew ? scored.candidate.score : max(stairs.last?.y ?? -.infinity, scored.candidate.score)
      if let last = stairs.last, last.y != best { stairs.append(ChartPoint(Double(place + 1), last.y)) }
      if stairs.last?.y != best || place == all.count - 1 { stairs.append(ChartPoint(Double(place + 1), best)) }
    }
    canvas.addLine(stairs.thinned(stretches: 320), upwards, kind: "curve second")
    return ReportFigure(
      title: "Score over the candidates", unit: measure.unit, keys: keys("the best so far"),
      chart: canvas.figure(
        "scores", title: "\(measure.name) of \(NumberText.counted(all.count, "candidate"))",
        description: "From \(stairs.first?.y.fixed(4) ?? "nothing") to \(stairs.last?.y.fixed(4) ?? "nothing").",
        height: 320), across: "candidate"
    ).html
  }

  func againstCost(_ story: RunStory, _ measure: RunStory.Measure) -> String {
    let costs = all.map { Double($0.cost) }
    let range = ChartAxis.range(around: costs + (story.target.map { [Double($0)] } ?? []))
    let across = ChartAxis.amounts(story.costUnit, max(0, range.lowerBound)...range.upperBound, about: 8)
    let upwards = ChartAxis.numbers("score", ChartAxis.range(around: all.map(\.candidate.score)), about: 8)
    var canvas = ChartCanvas(across: across)
    canvas.add(upwards, on: .left)
    for origin in present {
      canvas.addCloud(cloud(origin) { Double($1.cost) }, upwards, kind: "cloud \(origin.shade)")
    }
    var front: [ChartPoint] = []
    for scored in all.sorted(by: { ($0.cost, -$0.candidate.score) < ($1.cost, -$1.candidate.score) })
    where scored.candidate.score > front.last?.y ?? -.infinity {
      if let last = front.last { front.append(ChartPoint(Double(scored.cost), last.y)) }
      front.append(ChartPoint(Double(scored.cost), scored.candidate.score))
    }
    canvas.addLine(front, upwards, kind: "curve second")
    if let target = story.target {
      canvas.addRule(Double(target), kind: "target", label: "limit \(target.short)")
    }
    if let answer = story.answer {
      canvas.addRule(Double(answer.cost), kind: "rule", label: "chosen \(answer.cost.short)", top: false)
    }
    return ReportFigure(
      title: "Cost against score", unit: measure.unit, keys: keys("no other is better in both"),
      chart: canvas.figure(
        "candidates-chart", title: "Cost against \(measure.name) of \(NumberText.counted(all.count, "candidate"))",
        description: "The best has \(all.map(\.candidate.score).max()?.fixed(4) ?? "nothing").", height: 320),
      across: "\(story.costUnit) of one image"
    ).html
  }

  func remark(_ measure: RunStory.Measure) -> String {
    "\(measure.meaning) No candidate is scored twice."
      + (odd == 0 ? "" : " \(NumberText.counted(odd, "candidate")) had a score that is no number; they are left out.")
  }

  func table(_ measure: RunStory.Measure) -> String {
    let origins = present
    var columns: [NumberTable.Column] = [.text("generation"), .number("candidates")]
    columns += origins.map { NumberTable.Column.number($0.plural) }
    columns += [.number("mean score"), .number("best of it"), .number("best so far")]
    var table = NumberTable(caption: "Generation by generation", columns)
    var best = -Double.infinity
    var start = 0
    while start < all.count {
      let key = all[start].candidate
      var end = start
      while end < all.count, all[end].candidate.stage == key.stage, all[end].candidate.generation == key.generation {
        end += 1
      }
      let part = all[start..<end].map(\.candidate)
      if key.generation == 0, key.stage > 0, start > 0, all[start - 1].candidate.stage != key.stage {
        best = -.infinity
      }
      let own = part.map(\.score).max() ?? 0
      best = max(best, own)
      let isStaged = all.last?.candidate.stage ?? 0 > 0
      let counts = origins.map { origin in part.count { $0.origin == origin }.grouped }
      let mean = part.reduce(0) { $0 + $1.score } / Double(part.count)
      table.add(
        [(isStaged ? "stage \(key.stage + 1), " : "") + String(key.generation), part.count.grouped] + counts
          + [mean.fixed(4), own.fixed(4), best.fixed(4)])
      start = end
    }
    return table.html
  }
}

extension RunStory.Candidate.Origin {
  /// What a key and the head of a column call them.
  fileprivate var plural: String {
    switch self {
    case .random: "uniform draws"
    case .mutation: "mutations"
    case .crossover: "crossovers"
    case .neighbour: "neighbours"
    case .predicted: "predicted optima"
    case .region: "draws from good regions"
    }
  }

  /// The class of their points: what one method has besides uniform draws differs from these, and among itself.
  fileprivate var shade: String {
    switch self {
    case .random: "early"
    case .mutation, .neighbour: "middle"
    case .crossover, .predicted, .region: "late"
    }
  }
}

extension RunStory.Measure {
  fileprivate var name: String {
    switch self {
    case .accuracy: "validation accuracy"
    case .indicator: "batch-norm indicator"
    }
  }

  fileprivate var unit: String {
    switch self {
    case .accuracy: "share of validation images that are right"
    case .indicator: "sum over layers of the mean scale of the last batch norm"
    }
  }

  fileprivate var meaning: String {
    switch self {
    case .accuracy:
      "A score is the share of the same validation images that a candidate gets right with the shared weights, after its "
        + "batch norms were measured anew on the same training images."
    case .indicator: "A score is looked up: no image is run for it."
    }
  }
}
