import Reports

/// Made-up runs of any size.
enum SampleStory {
  /// A run with everything that a report can show.
  ///
  /// - Parameters:
  ///   - word: Stands in every text that comes from a user.
  ///   - decisions: With four options each, five of them a layer.
  static func full(
    steps: Int = 120, draws: Int = 3, decisions: Int = 10, records: Int = 24, operations: Int = 14, word: String = "w"
  ) -> RunStory {
    var story = RunStory(
      space: "space \(word)", method: "fp-nas", data: "data \(word)", seed: .max, state: "finished", totalSteps: steps)
    story.warmUpSteps = steps / 2
    story.turns = [RunStory.Turn(step: steps * 3 / 4, label: "joint from here")]
    story.target = 1_500_000
    story.searchSeconds = 81
    story.trainingSeconds = 28
    story.steps = (0..<steps).map { step(number: $0, of: steps, draws: draws) }
    story.distribution = history(steps: steps, records: records, decisions: decisions, word: word)
    story.answer = RunStory.Answer(
      choices: [RunStory.SettingGroup.Row("s1 \(word)", "kernel 3, \(word)")], cost: 1_424_280, parameters: 46_330,
      rank: 2)
    story.networks = [
      network("searched", 0.8185), network("random \(word)", 0.822), network("random 2", 0.8195),
      network("random 3", 0.835),
    ]
    story.graph = NetworkGraph(
      nodes: (0..<operations).map { number in
        NetworkGraph.Node(
          lines: ["conv \(number) \(word)", "bn, relu", "8 × 4 × 4"], layer: "s\(number / 3) \(word)",
          // Every third operation also adds what was before the two in front of it.
          operands: number == 0 ? [] : number.isMultiple(of: 3) ? [number - 1, number - 3] : [number - 1],
          kind: number.isMultiple(of: 3) ? .join : .weighted)
      })
    story.settings = [
      RunStory.SettingGroup(title: "Run \(word)", rows: [RunStory.SettingGroup.Row("data \(word)", "value \(word)")])
    ]
    story.files = [RunStory.Attachment(name: "file \(word)", text: "text: \(word)\n")]
    return story
  }

  private static func network(_ label: String, _ accuracy: Double) -> RunStory.TrainedNetwork {
    RunStory.TrainedNetwork(
      label: label, isAnswer: label == "searched", cost: 1_400_000, parameters: 40_000, accuracy: accuracy,
      loss: 2 * (1 - accuracy))
  }

  private static func step(number: Int, of total: Int, draws: Int) -> RunStory.Step {
    let isWarmUp = number < total / 2
    return RunStory.Step(
      number: number, entropy: isWarmUp ? 25 : 25 - 20 * Double(number) / Double(total), isWarmUp: isWarmUp,
      draws: (0..<draws).map { draw in
        let noise = Double((number * 7919 + draw * 104_729) % 1000) / 1000
        return RunStory.Draw(
          cost: 1_000_000 + Int(noise * 900_000), trainingLoss: 2.3 - Double(number) / Double(total) + noise / 5,
          validationLoss: isWarmUp ? nil : 2.2 - Double(number) / Double(total) + (1 - noise) / 4)
      })
  }

  private static func history(steps: Int, records: Int, decisions: Int, word: String) -> DistributionHistory {
    let times = (0..<records).map { records > 1 ? $0 * steps / (records - 1) : 0 }
    return DistributionHistory(
      steps: times,
      decisions: (0..<decisions).map { decision in
        DistributionHistory.Decision(
          owner: "s\(decision / 5) \(word)", parameter: "kernel \(decision)", options: ["0", "3", "5", "7 \(word)"],
          chosen: decision % 4,
          shares: times.indices.map { record in
            let rise = Double(record) / Double(max(1, records - 1)) * 0.7
            return (0..<4).map { $0 == decision % 4 ? 0.25 + rise : 0.25 - rise / 3 }
          })
      })
  }
}
