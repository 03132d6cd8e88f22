/// The report of several runs that differ in their seeds alone: their mean with its standard error, and a link to the page
/// of each.
package struct SeedsReport {
  package struct Run {
    package let seed: UInt64
    /// `finished`, `not begun`.
    package let state: String
    /// Where its own page is, as seen from this one; nil: it has none.
    package let page: String?
    /// Nil: it has nothing to tell yet.
    package let story: RunStory?

    package init(seed: UInt64, state: String, page: String?, story: RunStory?) {
      self.seed = seed
      self.state = state
      self.page = page
      self.story = story
    }
  }

  private let runs: [Run]
  /// What the runs have in common is told of this one.
  private let first: RunStory

  /// Nil: no run has anything to tell.
  package init?(of runs: [Run]) {
    guard let first = runs.lazy.compactMap(\.story).first else { return nil }
    self.runs = runs
    self.first = first
  }

  /// The whole file.
  package var html: String {
    var together = first
    together.networks = networks
    // The seed differs from run to run.
    together.settings = first.settings.map { group in
      RunStory.SettingGroup(title: group.title, rows: group.rows.filter { $0.name != "seed" })
    }
    together.files = first.files.filter { $0.name != "architecture.yaml" }
    let sections = [
      ReportSection(name: "seeds", title: "The seeds", body: table), comparisonSection(of: together),
      settingsSection(of: together),
    ]
    let what = "\(first.method) on \(first.data), \(NumberText.counted(runs.count, "seed"))"
    let head = """
      <header>
      <p class="kicker">Espalier search report · \(finished.count.grouped) of \(runs.count.grouped) runs finished</p>
      <h1>\(escapedMarkup(first.space))</h1>
      <p class="run">\(escapedMarkup(what))</p>
      \(sentences.map { paragraph($0, kind: "answer") }.joined(separator: "\n"))
      </header>
      """
    return reportPage(title: "\(first.space): \(what)", head: head, sections.compactMap(\.self))
  }

  private var finished: [Run] { runs.filter { $0.story?.answer != nil && $0.story?.state == "finished" } }

  /// Of all runs, each named for its seed.
  private var networks: [RunStory.TrainedNetwork] {
    runs.flatMap { run in
      (run.story?.networks ?? []).map { network in
        RunStory.TrainedNetwork(
          label: "seed \(run.seed): \(network.label)", isAnswer: network.isAnswer, cost: network.cost,
          parameters: network.parameters, accuracy: network.accuracy, loss: network.loss)
      }
    }
  }

  private var sentences: [String] {
    let found = networks.filter(\.isAnswer).map { $0.accuracy * 100 }
    guard !found.isEmpty else { return ["No network was trained from scratch yet."] }
    let words =
      "Over \(NumberText.counted(found.count, "seed")) the networks that were found have a test accuracy of "
      + "\(MeanAndError(found).text(2)) %"
    let gains = gains
    guard !gains.isEmpty else { return [words + "."] }
    let gain = MeanAndError(gains)
    let side = gain.mean < 0 ? "below" : "above"
    let compared = "\(words), \(abs(gain.mean).fixed(2)) points \(side) the mean of the random networks of their seed"
    guard let error = gain.error, error > 0 else { return [compared + "; one seed says nothing about the spread."] }
    let verdict = abs(gain.mean) < 2 * error ? "less than two, so that no difference is shown" : "two or more"
    return [
      "\(compared) (\(gain.text(2))): \((abs(gain.mean) / error).fixed(1)) standard errors over the seeds, \(verdict)."
    ]
  }

  /// For each seed how far the found network is above the mean of the random ones, points of accuracy.
  private var gains: [Double] {
    runs.compactMap { run in
      guard let story = run.story, let found = story.networks.first(where: \.isAnswer) else { return nil }
      let random = story.networks.filter { !$0.isAnswer }.map(\.accuracy)
      return random.isEmpty ? nil : (found.accuracy - MeanAndError(random).mean) * 100
    }
  }

  private var table: String {
    var table = NumberTable(
      caption: "A run for each seed",
      [
        .text("seed"), .text("state"), .number("steps"), .number("drawn"), .number(first.costUnit),
        .number("parameters"), .number("test accuracy, %"), .number("random, %"),
      ])
    for run in runs { table.add(row(run), link: run.page) }
    return table.html
  }

  private func row(_ run: Run) -> [String] {
    guard let story = run.story else { return ["seed \(run.seed)", run.state] + [String](repeating: "–", count: 6) }
    let found = story.networks.first(where: \.isAnswer)
    let random = story.networks.filter { !$0.isAnswer }.map { $0.accuracy * 100 }
    return [
      "seed \(run.seed)", run.state, "\(story.steps.count.grouped) of \(story.totalSteps.grouped)",
      story.steps.reduce(0) { $0 + $1.draws.count }.grouped, story.answer?.cost.grouped ?? "–",
      story.answer?.parameters.grouped ?? "–", found.map { ($0.accuracy * 100).fixed(2) } ?? "–",
      random.isEmpty ? "–" : MeanAndError(random).text(2),
    ]
  }
}
