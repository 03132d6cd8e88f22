/// The answer beside the networks that were trained with it.
func comparisonSection(of story: RunStory) -> ReportSection? {
  guard !story.networks.isEmpty else { return nil }
  let charts = [
    comparisonChart(
      of: story, "accuracy", title: "Test accuracy", unit: "% of the test images; higher is better", places: 2
    ) { $0.accuracy * 100 },
    comparisonChart(of: story, "test-loss", title: "Test loss", unit: "nats an image; lower is better", places: 4) {
      $0.loss
    },
  ]
  return ReportSection(
    name: "comparison", title: "Against random networks",
    body: """
      <div class="charts">
      \(charts.joined(separator: "\n"))
      </div>
      \(comparisonTable(of: story))
      """)
}

private func comparisonChart(
  of story: RunStory, _ name: String, title: String, unit: String, places: Int,
  _ figure: (RunStory.TrainedNetwork) -> Double
) -> String {
  let found = story.networks.filter(\.isAnswer).map(figure).filter(\.isFinite)
  let random = story.networks.filter { !$0.isAnswer }.map(figure).filter(\.isFinite)
  let across = ChartAxis.numbers(title, ChartAxis.range(around: found + random), about: 5)
  let rows = ChartAxis(
    label: "", range: 0...2,
    ticks: [ChartAxis.Tick(at: 1.5, text: "found"), ChartAxis.Tick(at: 0.5, text: "random")])
  var canvas = ChartCanvas(across: across)
  canvas.add(rows, on: .left)
  var words = found.map { "Found: \($0.fixed(places))." }
  for (values, middle) in [(found, 1.5), (random, 0.5)] where values.count > 1 || middle < 1 && !values.isEmpty {
    let spread = MeanAndError(values)
    if let error = spread.error {
      let ends = [ChartPoint(spread.mean - error, middle), ChartPoint(spread.mean + error, middle)]
      canvas.addLine(ends, rows, kind: "whisker")
    }
    canvas.addLine(
      [ChartPoint(spread.mean, middle - 0.25), ChartPoint(spread.mean, middle + 0.25)], rows, kind: "mean")
    let noun = middle < 1 ? "random network" : "found network"
    words.append("\(NumberText.counted(values.count, noun)): mean \(spread.text(places)).")
  }
  for network in story.networks where figure(network).isFinite {
    canvas.addDot(
      figure(network), network.isAnswer ? 1.5 : 0.5, rows, kind: network.isAnswer ? "found" : "random",
      tip: "\(network.label): \(figure(network).fixed(places))")
  }
  var keys = [ReportFigure.Key(kind: "spot late", text: "one network")]
  if random.count > 1 { keys.append(ReportFigure.Key(kind: "line whisker", text: "mean ± standard error")) }
  return ReportFigure(
    title: title, unit: unit, keys: keys,
    chart: canvas.figure(name, title: title, description: words.joined(separator: " "), height: 110), across: ""
  ).html
}

private func comparisonTable(of story: RunStory) -> String {
  var table = NumberTable(
    caption: "Networks trained from scratch",
    [
      .text("network"), .number(story.costUnit), .number("parameters"), .number("test accuracy, %"),
      .number("test loss, nats"),
    ])
  for network in story.networks {
    table.add(
      [
        network.label, network.cost.grouped, network.parameters.grouped, (network.accuracy * 100).fixed(2),
        network.loss.fixed(4),
      ], kind: network.isAnswer ? "found-row" : "")
  }
  let random = story.networks.filter { !$0.isAnswer }
  let found = story.networks.filter(\.isAnswer)
  if found.count > 1 {
    table.add(
      [
        "mean of found ± error", "", "", MeanAndError(found.map { $0.accuracy * 100 }).text(2),
        MeanAndError(found.map(\.loss)).text(4),
      ], kind: "mean-row")
  }
  if random.count > 1 {
    table.add(
      [
        "mean of random ± error", "", "", MeanAndError(random.map { $0.accuracy * 100 }).text(2),
        MeanAndError(random.map(\.loss)).text(4),
      ], kind: "mean-row")
  }
  return table.html
}
