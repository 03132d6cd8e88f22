import Reports
import TestSupport
import Testing

struct RunReportTests {
  /// What a run can have so far.
  static let stories: [(name: String, story: RunStory)] = {
    let full = SampleStory.full()
    var empty = RunStory(space: "s", method: "m", data: "d", seed: 0, state: "starting", totalSteps: 9)
    let nothing = empty
    empty.steps = Array(full.steps.prefix(1))
    var warmingUp = full
    warmingUp.steps = Array(full.steps.prefix(40))
    (warmingUp.answer, warmingUp.graph, warmingUp.networks) = (nil, nil, [])
    var untrained = full
    untrained.networks = []
    var lonely = full
    lonely.networks = Array(full.networks.prefix(1))
    var pair = full
    pair.networks = Array(full.networks.prefix(2))
    var unbounded = full
    (unbounded.target, unbounded.searchSeconds, unbounded.turns) = (nil, nil, [])
    var alike = full
    alike.networks = alike.networks.map {
      RunStory.TrainedNetwork(
        label: $0.label, isAnswer: $0.isAnswer, cost: $0.cost, parameters: $0.parameters, accuracy: 0.5, loss: 0.7)
    }
    var broken = full
    for step in broken.steps.indices { broken.steps[step].draws[0].trainingLoss = step % 2 == 0 ? .nan : .infinity }
    for step in broken.steps.indices.suffix(20) { broken.steps[step].draws[1].validationLoss = .nan }
    return [
      ("full", full), ("nothing", nothing), ("one step", empty), ("warming up", warmingUp), ("untrained", untrained),
      ("alone", lonely), ("one random", pair), ("no target", unbounded), ("all alike", alike), ("broken", broken),
    ]
  }()

  @Test(arguments: stories.map(\.name))
  func `a page is well formed, needs nothing else, and is the same every time`(name: String) throws {
    let story = try #require(Self.stories.first { $0.name == name }).story
    let html = RunReport(of: story).html
    let page = try MarkupDocument(html)
    #expect(page.complaints == [])
    #expect(page.all("h1").map(\.text) == [story.space])
    // The namespace is a name and no address to load.
    #expect(html.components(of: "http").count - 1 == html.components(of: "http-equiv").count - 1 + 1)
    #expect(RunReport(of: story).html == html)
    for word in ["nan", "inf", "NaN"] { #expect(!page.all("svg").contains { $0.text.contains(word) }) }
    for element in page.elements {
      for (key, value) in element.attributes
      where ["d", "points", "x", "y", "cx", "cy", "width", "height"].contains(key) {
        #expect(!value.contains("nan") && !value.contains("inf"), "\(element.name) \(key)")
      }
    }
  }

  @Test func `a full story has every section, and the figures of its tables`() throws {
    let page = try MarkupDocument(RunReport(of: SampleStory.full()).html)
    #expect(
      page.all("section").compactMap { $0.attributes["id"] } == [
        "progress", "distribution", "draws", "network", "comparison", "recipe",
      ])
    let facts = page.all("dd").map(\.text)
    #expect(facts.contains("81.85 %random networks 82.55 ± 0.48 %"))
    #expect(facts.contains("1.42M5 % below the target of 1.50M"))
    #expect(facts.contains("360in 120 of 120 steps"))
    let sentences = page.all(class: "answer").map(\.text)
    #expect(sentences.contains { $0.contains("2 more probable ones cost more") })
    #expect(sentences.contains { $0.contains("0.70 points below the mean of 3 random networks") })
    #expect(sentences.contains { $0.contains("1.5 standard errors of that mean, less than two") })
    let rows = page.all("tr").map(\.text)
    #expect(rows.contains("searched1,400,00040,00081.850.3630"))
    #expect(rows.contains("mean of random ± error82.55 ± 0.480.3490 ± 0.0096"))
    // A part of the table never mixes the warm-up with what follows.
    #expect(rows.contains { $0.hasPrefix("51 to 60warm-up25.00") })
    #expect(rows.contains { $0.hasPrefix("61 to 70search") })
  }

  @Test func `what a validation loss is follows the method`() {
    var story = SampleStory.full()
    #expect(RunReport(of: story).html.contains("Each loss is that of one validation batch"))
    story.validation = .sameBatches(8)
    #expect(
      RunReport(of: story).html.contains("Each loss is a score: the mean over the same 8 validation batches, with"))
  }

  @Test func `steps are counted from one in charts and tables alike`() throws {
    let page = try MarkupDocument(RunReport(of: SampleStory.full()).html)
    let charts = page.all("desc").map(\.text)
    #expect(charts.contains { $0.hasPrefix("From 25.000 at step 1 to") && $0.contains(" at step 120;") }, "\(charts)")
    let rows = page.all("tr").map(\.text)
    #expect(rows.contains { $0.hasPrefix("1 to 10warm-up") } && rows.contains { $0.hasPrefix("111 to 120search") })
    #expect(page.all("th").map(\.text).contains { $0.hasPrefix("after step ") && $0.hasSuffix(" to 120") })
  }

  @Test func `a method without a distribution has no entropy, and scores instead of likelihoods`() throws {
    var story = SampleStory.full()
    (story.learnsDistribution, story.validation) = (false, .sameBatches(8))
    story.distribution = DistributionHistory(steps: [], decisions: [])
    let html = RunReport(of: story).html
    #expect(!html.contains("Entropy") && !html.contains("entropy") && !html.contains("likelihood"))
    #expect(html.contains("Cost against score"))
  }

  @Test func `all networks at once have a temperature and a loss, and neither draws nor scores`() throws {
    var story = SampleStory.full()
    story.validation = .mixture
    let page = try MarkupDocument(RunReport(of: story).html)
    let heads = page.all("th").map(\.text)
    #expect(heads.contains("temperature") && heads.contains("validation loss"))
    #expect(!heads.contains("score") && !heads.contains("K") && !heads.contains("drawn so far"))
  }

  @Test func `maps of a joint distribution are said to be marginals`() {
    var story = SampleStory.full()
    #expect(!RunReport(of: story).html.contains("marginal"))
    story.distribution.isJoint = true
    #expect(RunReport(of: story).html.contains("a map shows the marginal of each"))
  }

  @Test func `a training that is on its way is told`() {
    var story = SampleStory.full()
    story.training = "13 of 32 epochs, 1 of 4 networks done"
    story.networks = Array(story.networks.prefix(1))
    #expect(RunReport(of: story).html.contains("is not over: 13 of 32 epochs, 1 of 4 networks done."))
  }

  /// What a user writes stands on the page as it was written, and means nothing there.
  @Test func `every text of a user is escaped`() throws {
    let word = "</script></style><b onclick=\"x('1')\">&amp;\u{0}\u{1B}[31m 名"
    let shown = "</script></style><b onclick=\"x('1')\">&amp;\u{FFFD}\u{FFFD}[31m 名"
    let plain = try MarkupDocument(RunReport(of: SampleStory.full()).html)
    let page = try MarkupDocument(RunReport(of: SampleStory.full(word: word)).html)
    #expect(page.complaints == [])
    #expect(page.elements.map(\.name) == plain.elements.map(\.name))
    for name in ["h1", "title", "caption", "summary", "pre", "td", "th", "desc"] {
      #expect(page.all(name).contains { $0.text.contains(shown) }, "\(name)")
    }
    #expect(page.all(class: "run").first?.text == "fp-nas on data \(shown), seed 18446744073709551615")
  }

  /// The bound is 5 MB for 10,000 steps. The page grows with the space, not with the steps.
  @Test func `ten thousand steps make a page of less than a megabyte, and more steps no larger one`() {
    func size(_ steps: Int) -> Int {
      RunReport(of: SampleStory.full(steps: steps, draws: 6, decisions: 60, records: 97, operations: 60)).html.utf8
        .count
    }
    let (some, many) = (size(5000), size(10_000))
    #expect(many < 1_000_000)
    #expect(Double(many) < 1.15 * Double(some), "\(some) and \(many) bytes")
  }

  @Test func `a space with thousands of decisions and options makes a page below the bound`() throws {
    var story = SampleStory.full(decisions: 3000, records: 97, operations: 1500)
    story.distribution.decisions[0] = DistributionHistory.Decision(
      owner: "wide", parameter: "op", options: (0..<500).map { "option \($0)" }, chosen: 321,
      shares: story.distribution.steps.map { _ in [Double](repeating: 0.002, count: 500) })
    let html = RunReport(of: story).html
    #expect(html.utf8.count < 5_000_000, "\(html.utf8.count)")
    #expect(html.contains("option 321") && html.contains("489 others") && html.contains("2,600 further decisions"))
  }
}

extension String {
  func components(of word: String) -> [String] {
    split(separator: word, omittingEmptySubsequences: false).map(String.init)
  }
}
