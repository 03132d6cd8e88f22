import Reports
import Search
import Supernet

/// Something that a paper says of two ways to search, or that this project wants to be true, with what was measured.
struct ResultsClaim {
  let claim: String
  let paper: String
  let here: String
  let verdict: String

  var row: String { "| \(claim) | \(paper) | \(here) | \(verdict) |" }
}

/// The claims for which both ways have runs with the same seeds.
func claims(_ runs: [ResultsRun]) -> [ResultsClaim] {
  let pairs = ResultsPairs(runs)
  return [
    pairs.fewer("FP-NAS draws less than PARSEC", "fp-nas", "parsec", paper: "64 % fewer draws"),
    pairs.faster("and searches faster", "fp-nas", "parsec", paper: "2.1 times"),
    pairs.notWorse("at equal or better loss", "fp-nas", "parsec", paper: "68.6 against 68.3 % top-1"),
    pairs.fewer("adaptive K draws less than fixed K", "joint", "parsec", paper: "60 % fewer draws"),
    pairs.faster("and searches faster", "joint", "parsec", paper: "1.8 times"),
    pairs.notWorse("at equal or better loss", "joint", "parsec", paper: "68.6 against 68.3 % top-1"),
    pairs.fewer("mixed draws less than joint", "fp-nas", "joint", paper: "9 % fewer draws"),
    pairs.notWorse("at equal loss", "fp-nas", "joint", paper: "68.6 against 68.6 % top-1"),
    pairs.better("mixed beats factorised", "fp-nas", "factorised", paper: "68.6 against 67.6 % top-1"),
    pairs.faster("FP-NAS searches faster than FBNetV2", "fp-nas", "fbnetv2", paper: "1.9 to 3.5 times"),
    pairs.notWorse("at equal or better loss", "fp-nas", "fbnetv2", paper: "68.6 against 68.3 % top-1"),
    pairs.better("draws in a band beat the papers' draws", "band", "fp-nas", paper: "ours"),
    pairs.better("1/K taken from every share helps", "baseline", "fp-nas", paper: "ours"),
    pairs.better("FP-NAS in the band beats random search", "band", "random", paper: "ours"),
    pairs.better("FP-NAS in the band beats regularised evolution", "band", "evolution", paper: "ours"),
    pairs.better(
      "searched splits beat 1 split, equal MACs", "band", "splits-1", paper: "70.0 against 68.6 %, 66 and 58 M"),
    pairs.better(
      "searched splits beat 2 splits, equal MACs", "band", "splits-2", paper: "70.0 against 69.3 %, 66 and 65 M"),
    pairs.better(
      "searched splits beat 4 splits, equal MACs", "band", "splits-4", paper: "70.0 against 69.5 %, 66 and 79 M"),
    randomClaim(runs),
  ].compactMap { $0 }
}

/// The chosen networks against the random ones of the same cost, which were drawn beside each.
private func randomClaim(_ runs: [ResultsRun]) -> ResultsClaim? {
  let compared = runs.filter { $0.result.networks.count > 1 }
  let random = compared.flatMap { $0.result.networks.dropFirst().map { $0.result.accuracy * 100 } }
  let found = compared.compactMap { $0.network.map { $0.result.accuracy * 100 } }
  guard random.count > 1, let error = MeanAndError(random).error, error > 0 else { return nil }
  let gain = MeanAndError(found).mean - MeanAndError(random).mean
  let both = (error * error + (MeanAndError(found).error.map { $0 * $0 } ?? 0)).squareRoot()
  return ResultsClaim(
    claim: "the chosen networks beat the mean of \(random.count) random ones of equal MACs by two standard errors",
    paper: "ours",
    here: "\(signed(gain, 2)) ± \(both.fixed(2)) points, \((gain / error).fixed(1)) standard errors of the random mean",
    verdict: gain > 2 * both ? "shows" : gain > 0 ? "within two standard errors" : "does not show")
}

private func error(_ value: MeanAndError, _ digits: Int) -> String {
  value.error.map { " ± \($0.fixed(digits))" } ?? ""
}

private func signed(_ value: Double, _ digits: Int) -> String { (value < 0 ? "" : "+") + value.fixed(digits) }

/// Runs of two ways, paired by seed.
private struct ResultsPairs {
  private let runs: [ResultsRun]

  init(_ runs: [ResultsRun]) { self.runs = runs }

  private func pairs(_ first: String, _ second: String) -> [(ResultsRun, ResultsRun)] {
    runs.filter { $0.arm == first }.compactMap { run in
      runs.first { $0.arm == second && $0.seed == run.seed }.map { (run, $0) }
    }
  }

  func fewer(_ claim: String, _ first: String, _ second: String, paper: String) -> ResultsClaim? {
    let pairs = pairs(first, second)
    guard !pairs.isEmpty else { return nil }
    func saved(_ count: (ResultsRun) -> Int) -> [Double] {
      pairs.map { (1 - Double(count($0.0)) / Double(count($0.1))) * 100 }
    }
    let (all, later) = (MeanAndError(saved(\.result.samples)), saved(\.samplesAfterWarmUp))
    return ResultsClaim(
      claim: claim, paper: paper,
      here: "fewer by \(all.text(1)) %, after the warm-up by \(MeanAndError(later).text(1)) %",
      verdict: verdict(MeanAndError(later)))
  }

  func faster(_ claim: String, _ first: String, _ second: String, paper: String) -> ResultsClaim? {
    let ratios = pairs(first, second).filter { $0.0.seconds > 0 }.map { $0.1.seconds / $0.0.seconds }
    guard !ratios.isEmpty else { return nil }
    let found = MeanAndError(ratios)
    return ResultsClaim(
      claim: claim, paper: paper, here: "\(found.text(2)) times", verdict: verdict(MeanAndError(ratios.map { $0 - 1 })))
  }

  func better(_ claim: String, _ first: String, _ second: String, paper: String) -> ResultsClaim? {
    difference(claim, first, second, paper).map { found, gain in
      ResultsClaim(claim: claim, paper: paper, here: found, verdict: verdict(gain))
    }
  }

  func notWorse(_ claim: String, _ first: String, _ second: String, paper: String) -> ResultsClaim? {
    difference(claim, first, second, paper).map { found, gain in
      let error = gain.error ?? 0
      let isKept = gain.mean >= -error
      return ResultsClaim(
        claim: claim, paper: paper, here: found,
        verdict: gain.error == nil
          ? "one seed" : isKept ? "not worse within a standard error" : "does not show")
    }
  }

  private func difference(
    _ claim: String, _ first: String, _ second: String, _ paper: String
  ) -> (String, MeanAndError)? {
    let networks = pairs(first, second).compactMap { pair in
      pair.0.network.flatMap { own in pair.1.network.map { (own.result, $0.result) } }
    }
    guard !networks.isEmpty else { return nil }
    let loss = MeanAndError(networks.map { $0.1.testLoss - $0.0.testLoss })
    // Of what stands first in the claim, less the other.
    let accuracy = MeanAndError(networks.map { ($0.0.accuracy - $0.1.accuracy) * 100 })
    let text =
      "loss \(signed(-loss.mean, 4))\(error(loss, 4)), accuracy \(signed(accuracy.mean, 2))\(error(accuracy, 2)) points"
    return (text, loss)
  }

  private func verdict(_ gain: MeanAndError) -> String {
    guard let error = gain.error else { return "one seed" }
    if gain.mean > 2 * error { return "shows" }
    return gain.mean > 0
      ? "within two standard errors" : gain.mean < -2 * error ? "the opposite shows" : "does not show"
  }
}
