/// The report of a training: one HTML page that needs nothing else, as that of a search.
package struct TrainingReport {
  private let story: TrainingStory

  package init(of story: TrainingStory) { self.story = story }

  /// The whole file.
  package var html: String {
    let sections: [ReportSection?] = [
      epochsSection(of: story), brokenImagesSection(story.broken),
      networkSection(story.graph, story.choices, of: story.space, named: "The network"),
      settingsSection(story.settings, story.files),
    ]
    return reportPage(
      title: "\(story.space): training on \(story.data), seed \(story.seed)", head: head, sections.compactMap(\.self))
  }

  private var head: String {
    let facts = facts.map { name, value, beside in
      "<div class=\"fact\"><dt>\(escapedMarkup(name))</dt><dd>\(escapedMarkup(value))"
        + "<span class=\"beside\">\(escapedMarkup(beside))</span></dd></div>"
    }
    return """
      <header>
      <p class="kicker">Espalier training report · \(escapedMarkup(story.state))</p>
      <h1>\(escapedMarkup(story.space))</h1>
      <p class="run">\(escapedMarkup("trained on \(story.data), seed \(story.seed)"))</p>
      \(paragraph(sentence, kind: "answer"))
      <dl class="facts">
      \(facts.joined(separator: "\n"))
      </dl>
      </header>
      """
  }

  private var tested: TrainingStory.Epoch? { story.epochs.last { $0.test != nil } }

  private var sentence: String {
    guard let tested, let test = tested.test else { return "No epoch was tested yet." }
    let average = tested.average.map { "; the averaged weights \(percent($0.accuracy))" } ?? ""
    let teacher = story.teacher.map { " It learnt from \($0)." } ?? ""
    return "After epoch \(tested.number.grouped) the network was right about \(percent(test.accuracy)) of "
      + "\(NumberText.counted(test.images, "test image"))\(average).\(teacher)"
  }

  private var facts: [(String, String, String)] {
    var facts: [(String, String, String)] = []
    if let test = tested?.test {
      facts.append(
        (
          "Test accuracy", percent(test.accuracy),
          test.accuracyInFive.map { "among the first five \(percent($0))" } ?? "loss \(test.loss.fixed(4)) nats"
        ))
    }
    facts.append(("Cost, MACs", story.cost.short, "\(story.cost.grouped) multiply-adds"))
    facts.append(("Parameters", story.parameters.short, "\(story.parameters.grouped) trained numbers"))
    facts.append(("Epochs", story.epochs.count.grouped, "of \(story.totalEpochs.grouped)"))
    if let seconds = story.seconds {
      let share = story.waitedShare.map { "\(($0 * 100).fixed(1)) % of the steps' time waiting for images" } ?? ""
      facts.append(("Time", NumberText.duration(seconds: seconds), share))
    }
    if !story.broken.isEmpty { facts.append(("Broken images", story.broken.count.grouped, "that it went on without")) }
    return facts
  }
}

private func percent(_ share: Double) -> String { "\((share * 100).fixed(2)) %" }

/// Losses, accuracies and the rate over the epochs, with the same in numbers.
private func epochsSection(of story: TrainingStory) -> ReportSection? {
  guard !story.epochs.isEmpty else { return nil }
  let across = ChartAxis.counts("epoch", 1...Double(max(story.totalEpochs, story.epochs.count, 2)))
  let hasAverage = story.epochs.contains { $0.average != nil }
  typealias Curve = (key: String, kind: String, value: (TrainingStory.Epoch) -> Double?)
  func figure(_ name: String, _ title: String, _ unit: String, _ curves: [Curve]) -> String {
    let points = curves.map { curve in
      story.epochs.compactMap { epoch in
        curve.value(epoch).flatMap { $0.isFinite ? ChartPoint(Double(epoch.number), $0) : nil }
      }
    }
    let axis = ChartAxis.numbers(name, ChartAxis.range(around: points.flatMap { $0.map(\.y) }))
    var canvas = ChartCanvas(across: across)
    canvas.add(axis, on: .left)
    for (curve, points) in zip(curves, points) {
      canvas.addLine(points.thinned(stretches: 320), axis, kind: "curve \(curve.kind)")
    }
    let words = zip(curves, points).compactMap { curve, points in
      points.last.map { "\(curve.key): \($0.y.fixed(4)) at epoch \(Int($0.x).grouped)." }
    }
    return ReportFigure(
      title: title, unit: unit, keys: curves.map { ReportFigure.Key(kind: "line \($0.kind)", text: $0.key) },
      chart: canvas.figure(
        name, title: "\(title) over the epochs", description: words.joined(separator: " "), height: 210),
      across: "epoch"
    ).html
  }
  let averageLoss: [Curve] = hasAverage ? [("averaged weights", "third", { $0.average?.loss })] : []
  let averageAccuracy: [Curve] =
    hasAverage ? [("averaged weights", "third", { $0.average.map { $0.accuracy * 100 } })] : []
  let charts = [
    figure(
      "losses", "Loss", "nats an image",
      [("training", "first", { $0.loss }), ("test", "second dashed", { $0.test?.loss })] + averageLoss),
    figure(
      "accuracies", "Accuracy", "%",
      [
        ("training", "first", { $0.accuracy * 100 }), ("test", "second dashed", { $0.test.map { $0.accuracy * 100 } }),
      ] + averageAccuracy),
    figure("rates", "Rate", "of the last step", [("rate", "first", { $0.rate })]),
  ]
  return ReportSection(
    name: "progress", title: "The training over time",
    body: """
      <div class="charts">
      \(charts.joined(separator: "\n"))
      </div>
      \(epochTable(of: story, hasAverage: hasAverage))
      """)
}

/// About twelve epochs, those that were tested before the others.
private func epochTable(of story: TrainingStory, hasAverage: Bool) -> String {
  var table = NumberTable(
    caption: "Epochs",
    [
      .text("epoch"), .number("rate"), .number("training loss"), .number("training accuracy"), .number("test accuracy"),
      .number("test loss"),
    ] + (hasAverage ? [.number("averaged accuracy"), .number("averaged loss")] : []))
  let tested = story.epochs.filter { $0.test != nil }
  let shown = tested.isEmpty ? story.epochs : tested
  for (place, epoch) in shown.enumerated()
  where shown.count <= 12 || (place + 1) * 12 / shown.count > place * 12 / shown.count {
    table.add(
      [
        epoch.number.grouped, epoch.rate.fixed(5), epoch.loss.fixed(4), percent(epoch.accuracy),
        epoch.test.map { percent($0.accuracy) } ?? "–", epoch.test?.loss.fixed(4) ?? "–",
      ] + (hasAverage ? [epoch.average.map { percent($0.accuracy) } ?? "–", epoch.average?.loss.fixed(4) ?? "–"] : []))
  }
  return table.html
}
