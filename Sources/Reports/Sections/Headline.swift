/// The title, the answer in one sentence, and the main figures.
func headline(of story: RunStory) -> String {
  let facts = headlineFacts(of: story).map { fact in
    "<div class=\"fact\"><dt>\(escapedMarkup(fact.name))</dt><dd>\(escapedMarkup(fact.value))"
      + "<span class=\"beside\">\(escapedMarkup(fact.beside))</span></dd></div>"
  }
  return """
    <header>
    <p class="kicker">Espalier search report · \(escapedMarkup(story.state))</p>
    <h1>\(escapedMarkup(story.space))</h1>
    <p class="run">\(escapedMarkup("\(story.method) on \(story.data), seed \(story.seed)"))</p>
    \(answerSentences(of: story).map { paragraph($0, kind: "answer") }.joined(separator: "\n"))
    <dl class="facts">
    \(facts.joined(separator: "\n"))
    </dl>
    </header>
    """
}

private struct HeadlineFact {
  let name: String
  let value: String
  let beside: String
}

private func headlineFacts(of story: RunStory) -> [HeadlineFact] {
  var facts: [HeadlineFact] = []
  if let found = story.networks.first(where: \.isAnswer) {
    let random = story.networks.filter { !$0.isAnswer }.map { $0.accuracy * 100 }
    facts.append(
      HeadlineFact(
        name: "Test accuracy", value: "\((found.accuracy * 100).fixed(2)) %",
        beside: random.isEmpty ? "nothing to compare with" : "random networks \(MeanAndError(random).text(2)) %"))
  }
  if let answer = story.answer {
    facts.append(
      HeadlineFact(
        name: "Cost, \(story.costUnit)", value: answer.cost.short,
        beside: besideTarget(answer.cost, story) ?? "no target was set"))
    facts.append(
      HeadlineFact(
        name: "Parameters", value: answer.parameters.short, beside: "\(answer.parameters.grouped) trained numbers"))
  }
  let steps = story.steps.count.grouped
  let total = NumberText.counted(story.totalSteps, "step")
  if story.isMixture {
    facts.append(HeadlineFact(name: "Steps", value: steps, beside: "of \(total), each with all networks at once"))
  } else if story.scoresCandidates {
    let candidates = story.steps.compactMap(\.candidate)
    facts.append(
      HeadlineFact(
        name: "Candidates scored", value: candidates.count.grouped,
        beside: "in \(steps) of \(total), the others trained"))
    if let last = candidates.last, let best = candidates.filter({ $0.stage == last.stage }).map(\.score).max() {
      facts.append(
        HeadlineFact(name: "Best score", value: best.fixed(4), beside: "in generation \(last.generation.grouped)"))
    }
  } else {
    let samples = story.steps.reduce(0) { $0 + $1.draws.count }
    facts.append(HeadlineFact(name: "Networks drawn", value: samples.grouped, beside: "in \(steps) of \(total)"))
  }
  if story.learnsDistribution, let first = story.steps.first, let last = story.steps.last {
    facts.append(
      HeadlineFact(
        name: "Entropy, nats", value: last.entropy.fixed(2), beside: "\(first.entropy.fixed(2)) at the start"))
  }
  if let seconds = story.searchSeconds {
    let training =
      story.trainingSeconds.map { "training \(NumberText.duration(seconds: $0))" }
      ?? (story.training == nil && story.networks.isEmpty ? "nothing trained" : "")
    facts.append(HeadlineFact(name: "Search time", value: NumberText.duration(seconds: seconds), beside: training))
  }
  return facts
}

/// `35 % below the target of 2.20M`; nil without a target.
private func besideTarget(_ cost: Int, _ story: RunStory) -> String? {
  guard let target = story.target, target > 0 else { return nil }
  let share = Double(cost) / Double(target) - 1
  let side = share > 0 ? "above" : "below"
  return "\((abs(share) * 100).fixed(0)) % \(side) the target of \(target.short)"
}

private func answerSentences(of story: RunStory) -> [String] {
  guard let answer = story.answer else {
    return [
      "This run has no answer yet: it did \(story.steps.count.grouped) of "
        + "\(NumberText.counted(story.totalSteps, "step")). What it has so far is below."
    ]
  }
  let beside = besideTarget(answer.cost, story).map { ", \($0)" } ?? ""
  let place =
    switch answer.rank {
    case nil: story.learnsDistribution ? "the network that the search chose" : "the network with the best score"
    case 0: "the most probable network of the last distribution"
    case let rank?:
      "the most probable network within the target; \(NumberText.counted(rank, "more probable one")) cost more"
    }
  var sentences = [
    "The answer is \(place). It takes \(answer.cost.grouped) \(story.costUnit) for one image\(beside), "
      + "and has \(answer.parameters.grouped) parameters."
  ]
  if let training = story.training {
    sentences.append(
      "Its training from scratch, and that of the random networks beside it, is not over: \(training). "
        + (story.networks.isEmpty ? "So there is no test accuracy yet." : "Those that are done are below."))
  }
  if let comparison = comparisonSentence(of: story) { sentences.append(comparison) }
  return sentences
}

/// How the answer stands to the networks that were trained beside it.
private func comparisonSentence(of story: RunStory) -> String? {
  guard let found = story.networks.first(where: \.isAnswer) else { return nil }
  let accuracy = (found.accuracy * 100).fixed(2)
  let random = story.networks.filter { !$0.isAnswer }.map { $0.accuracy * 100 }
  guard !random.isEmpty else { return "Trained from scratch it has a test accuracy of \(accuracy) %." }
  let spread = MeanAndError(random)
  let gain = found.accuracy * 100 - spread.mean
  let side = gain < 0 ? "below" : "above"
  let words =
    "Trained from scratch it has a test accuracy of \(accuracy) %, \(abs(gain).fixed(2)) points \(side) the mean of "
    + "\(NumberText.counted(random.count, "random network")) of the same cost"
  guard let error = spread.error, error > 0 else { return words + "; one network says nothing about the spread." }
  let errors = abs(gain) / error
  let verdict = errors < 2 ? "less than two, so that no difference is shown" : "two or more"
  return "\(words) (\(spread.text(2)) %): \(errors.fixed(1)) standard errors of that mean, \(verdict)."
}
