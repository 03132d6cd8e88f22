package import SpaceIR

/// A stage of a network in a few numbers: its blocks, the means of the later ones, what the first has.
extension SearchedParts {
  private func features(of stage: Stage) -> [Feature] {
    let names = stage.parameters.filter { $0 == "expansion" } + stage.parameters.filter { $0 != "expansion" }
    let numbers = names.filter { name in
      stage.blocks.compactMap { $0[name] }.allSatisfy { space[$0].options.allSatisfy { $0.number != nil } }
    }
    let later = stage.blocks.count > 1 ? numbers.map { Feature.mean(stage: stage.name, .init($0)) } : []
    return [.depth(stage: stage.name)] + later + numbers.map { .first(stage: stage.name, .init($0)) }
  }

  package func summary(of stage: Stage, in network: Architecture) -> [Double] {
    features(of: stage).compactMap { feature in
      try? FeatureReader(feature, of: self).value(in: network)
    }
  }

  /// What the numbers are: `tot`, `avg(kernel)`, `first(kernel)`.
  package func summaryNames(of stage: Stage) -> [String] {
    features(of: stage).map { feature in
      feature.quantity == nil ? "tot" : feature.description.replacing("\(stage.name).", with: "")
    }
  }
}

extension PredictedSpace {
  /// Parts that add up.
  package var partCount: Int { components.count }
}
