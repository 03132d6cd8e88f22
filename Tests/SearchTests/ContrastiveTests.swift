import Distributions
import Engine
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import SpacePlanner
import Supernet
import TestSupport
import Testing

@testable import Datasets
@testable import Search

/// Pi-NAS on digits (pi-nas.md, section 10).
struct ContrastiveTests {
  private static let compiled = Result {
    let input = ImageShape(channels: 1, height: 8, width: 8)
    return try #require(Repository.compilation(of: "mini-pi-nas", input: input).result).space
  }

  private static func recipe() -> SearchRecipe {
    var recipe = SearchMethod.piNAS.recipe(epochs: 1, target: nil, initialEntropy: 1)
    recipe.batch = 16
    recipe.oneShot?.contrast.queue = 32
    recipe.oneShot?.contrast.dimension = 8
    recipe.oneShot?.contrast.hidden = 8
    recipe.oneShot?.contrast.probeEpochs = 0.5
    recipe.oneShot?.population = 12
    recipe.oneShot?.generations = 0
    recipe.oneShot?.mutations = 0
    recipe.oneShot?.crossovers = 0
    recipe.oneShot?.recalibrationImages = 32
    recipe.oneShot?.validationImages = 32
    return recipe
  }

  private static func search(_ recipe: SearchRecipe = recipe(), threads: Int = 1) throws -> OneShotSearch {
    try OneShotSearch(
      compiled.get(), splits: TestSearch.splits(), recipe: recipe, seed: 4, library: TestSearch.library(),
      threads: threads)
  }

  private static func training(_ recipe: SearchRecipe = recipe()) throws -> ContrastiveTraining {
    let images = BatchSource(try TestSearch.splits().train, batch: recipe.batch, seed: 1)
    return try ContrastiveTraining(
      compiled.get(), recipe: recipe, oneShot: #require(recipe.oneShot), images: images, contrastSteps: 4, seed: 4,
      library: TestSearch.library(), options: EngineOptions())
  }

  private static func values(_ supernet: Supernet) throws -> [[Float]] {
    try supernet.plan.tensors.indices.map { try supernet.context.read(.value, of: $0, as: Float.self) }
  }

  @Test func `a path that only the comparison would have trained has no loss and no weight in the record`() throws {
    var search = try Self.search()
    let (contrast, probe) = (try search.advance(), try Self.last(&search))
    #expect(contrast.draws.count == 2 && contrast.draws.allSatisfy { $0.trainingLoss != nil && $0.weight == 0.5 })
    #expect(probe.draws.map(\.weight) == [1, 0])
    #expect(probe.draws[0].trainingLoss != nil && probe.draws[1].trainingLoss == nil)
  }

  /// The record of the last training step.
  private static func last(_ search: inout OneShotSearch) throws -> StepRecord {
    var record = try search.advance()
    while search.isWarmingUp { record = try search.advance() }
    return record
  }

  /// Pitfalls 3 and 4: what no path used stays to the bit, in the teacher and in the student; what a path used is the moving
  /// average from before the student's update, stem and neck twice.
  @Test func `teacher and student move in what the paths use and in nothing else`() throws {
    var training = try Self.training()
    let space = try Self.compiled.get()
    let draws = try CrossedPaths(space, seed: 9)
    let paths = [draws.path(step: 0, number: 0), draws.path(step: 0, number: 1)]
    // Away from the student, so that following it shows.
    for (index, tensor) in training.teacher.plan.tensors.enumerated() where tensor.isTrained {
      let values = try training.teacher.context.read(.value, of: index, as: Float.self)
      try training.teacher.context.write(values.map { $0 + 1 }, of: index)
    }
    let before = (student: try Self.values(training.student), teacher: try Self.values(training.teacher))
    _ = try training.train(paths, step: 0, place: (0, 8))
    let after = (student: try Self.values(training.student), teacher: try Self.values(training.teacher))
    let used = try paths.map { Set(try training.tensors(of: $0)) }
    var (kept, twice) = (0, 0)
    for (index, tensor) in training.teacher.plan.tensors.enumerated() {
      let count = used.count { $0.contains(index) }
      guard count > 0 else {
        #expect(after.teacher[index] == before.teacher[index] && after.student[index] == before.student[index])
        kept += tensor.isTrained ? 1 : 0
        continue
      }
      twice += count - 1
      let share = count == 1 ? Float(0.99) : Float(0.99 * 0.99)
      for (old, (own, new)) in zip(before.teacher[index], zip(before.student[index], after.teacher[index])) {
        #expect(abs(share * old + (1 - share) * own - new) < 1e-5)
      }
    }
    #expect(kept > 20 && twice > 4)
    #expect(used[0].symmetricDifference(used[1]).count > 20)
  }

  @Test func `two paths differ everywhere, and all ordered pairs are as likely`() throws {
    let draws = try CrossedPaths(Self.compiled.get(), seed: 2)
    var counts = [[Int]](repeating: [Int](repeating: 0, count: 16), count: 6)
    let total = 3000
    for step in 0..<total {
      let (a, b) = (draws.path(step: step, number: 0), draws.path(step: step, number: 1))
      for decision in 0..<6 {
        let (first, second) = (a.choices[decision] ?? -1, b.choices[decision] ?? -1)
        #expect(first != second)
        counts[decision][first * 4 + second] += 1
      }
    }
    for row in counts {
      let expected = Double(total) / 12
      let square = row.filter { $0 > 0 }.reduce(0.0) {
        $0 + (Double($1) - expected) * (Double($1) - expected) / expected
      }
      // 11 degrees of freedom: 31.3 has a chance of 0.001.
      #expect(row.count { $0 > 0 } == 12 && square < 31.3, "\(square)")
    }
  }

  @Test func `the queue is written in order, each place once in a round`() {
    var random = SplitRandom(seed: 1, stream: 0)
    var queue = NegativeQueue(count: 6, dimension: 2, isUnit: false, normal: { random.normal() })
    let start = queue.values
    for vector in stride(from: 0, to: 12, by: 2) {
      #expect(abs(start[vector] * start[vector] + start[vector + 1] * start[vector + 1] - 1) < 1e-6)
    }
    queue.put([1, 0, 0, 1], [0, 1, 0, 1], step: 0)
    #expect(Array(queue.values[..<4]) == [0.5, 0.5, 0, 1] && Array(queue.values[4...]) == Array(start[4...]))
    queue.put([2, 2, 2, 2], [2, 2, 2, 2], step: 1)
    queue.put([3, 3, 3, 3], [3, 3, 3, 3], step: 2)
    #expect(queue.values == [0.5, 0.5, 0, 1, 2, 2, 2, 2, 3, 3, 3, 3])
    queue.put([4, 4, 4, 4], [4, 4, 4, 4], step: 3)
    #expect(Array(queue.values[..<5]) == [4, 4, 4, 4, 2])
    var unit = NegativeQueue(count: 2, dimension: 2, isUnit: true, normal: { random.normal() })
    unit.put([1, 0, 3, 4], [0, 1, 3, 4], step: 0)
    #expect(abs(unit.values[0] - 0.70710677) < 1e-6 && unit.values[2] == 0.6)
  }

  /// Of the first step: similarities near 0 would give 2 ln(K + 1); features of one random network are alike.
  @Test func `a search goes on from any checkpoint as if it had not been stopped, on any threads`() throws {
    var whole = try Self.search()
    var records: [StepRecord] = []
    var states: [TensorFile] = []
    while !whole.isFinished {
      states.append(try whole.state())
      records.append(try whole.advance())
    }
    #expect(records.count == 4 + 2 + 12)
    #expect(records[0].draws.count == 2 && records[0].draws.allSatisfy { ($0.trainingLoss ?? 0) > 0.1 })
    // In the comparing, in the classifier, and among the candidates.
    for step in [2, 5, 11] {
      var again = try Self.search(threads: 2)
      try again.restore(states[step])
      var rest: [StepRecord] = []
      while !again.isFinished { rest.append(try again.advance()) }
      #expect(rest == Array(records[step...]))
      #expect(try again.state() == whole.state())
    }
    let scored = records.compactMap(\.candidate)
    #expect(scored.count == 12 && Set(scored.map(\.origin)).isSubset(of: [.random, .region]))
  }

  @Test func `what cannot be is told`() throws {
    func complaint(_ change: (inout SearchRecipe) -> Void) throws -> String {
      var recipe = Self.recipe()
      change(&recipe)
      do {
        _ = try Self.search(recipe)
        return ""
      } catch let error as SearchError {
        return error.description
      }
    }
    #expect(try complaint { $0.oneShot?.contrast.queue = 40 }.contains("does not divide a queue of 40"))
    #expect(try complaint { $0.oneShot?.paths = 3 }.contains("two paths"))
    #expect(try complaint { $0.oneShot?.draws = .uniform }.contains("take 'crossed'"))
    #expect(try complaint { $0.oneShot?.contrast.teacherGroups = 3 }.contains("3 groups"))
    #expect(try complaint { $0.oneShot?.contrast.teacherGroups = 2 }.isEmpty)
    #expect(try complaint { $0.oneShot?.contrast.queue = 0 }.isEmpty)
  }

  @Test func `a probe set of one class is refused`() throws {
    let splits = try TestSearch.splits()
    let all = splits.validation
    let alike = LabelledPixels(pixels: all.pixels, labels: [UInt8](repeating: 3, count: all.count))
    let others = [splits.train, splits.test].map { LabelledPixels(pixels: $0.pixels, labels: $0.labels) }
    let probed = DatasetSplits(
      identity: all.identity, shape: all.shape, train: others[0], validation: alike, test: others[1])
    do {
      _ = try OneShotSearch(
        Self.compiled.get(), splits: probed, recipe: Self.recipe(), seed: 4, library: TestSearch.library(), threads: 1)
      Issue.record("every classifier is right on one class")
    } catch let error as SearchError {
      #expect(error.description.contains("all validation images are of one class"))
    }
  }

  @Test func `region search draws from where the best were`() throws {
    let space = try Self.compiled.get()
    let legal = LegalCandidates(space, try MemberSet(space), genes: OneShotSearch.genes(of: space))
    var recipe = OneShotRecipe.crossed
    (recipe.population, recipe.generations) = (200, 0)
    // Good networks have option 3 first and option 0 last.
    func score(_ network: Architecture) -> Double {
      (network.choices[0] == 3 ? 1 : 0) + (network.choices[5] == 0 ? 1 : 0) + Double(network.choices[2] ?? 0) / 100
    }
    var history = ScoredHistory()
    var moves = RegionMoves(legal, recipe: recipe, seed: 3, stage: 0)
    while history.count < moves.count {
      let proposals = moves.proposals(after: history)
      #expect(!proposals.isEmpty)
      for proposal in proposals {
        history.add(
          ScoredCandidate(
            proposal.architecture, CandidateValue(score: score(proposal.architecture)), origin: proposal.origin))
      }
    }
    let late = history.candidates.suffix(80)
    // Of all networks a sixteenth has both.
    #expect(late.count { score($0.architecture) >= 2 } > 14)
    #expect(history.count == 200)
  }
}
