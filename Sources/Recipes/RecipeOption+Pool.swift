import Search

/// Keys of a device's pool of operators and of groups of layers.
extension RecipeOption {
  static let pool = [
    RecipeOption(
      "pool.device", .text { $0.pool.device = $1 }, "The device whose latency table the pool and the limit are of",
      standard: "the one that there is a table of", source: "HURRICANE, abstract"),
    RecipeOption(
      "pool.latency", .time { $0.pool.limit = $1 }, "How long a network may take there, with its unit: `5 ms`",
      standard: "has to be said (hurricane)", source: "HURRICANE, abstract"),
    RecipeOption(
      "pool.operators", .count(least: 1) { $0.pool.operators = $1 },
      "How many operators are kept: those with the most capacity for their latency", standard: "4", source: "ours"),
    RecipeOption(
      "pool.bands", .count(least: 1) { $0.pool.bands = $1 },
      "Bands of latency, of each of which the best operator is kept first", standard: "3", source: "ours"),
    RecipeOption(
      "pool.flops", .number({ $0 >= 0 && $0 < 1e9 }, "at least 0") { $0.pool.macsWeight = $1 },
      "How multiply-adds count as capacity", standard: "1", source: "ours, after HURRICANE's idea"),
    RecipeOption(
      "pool.parameters", .number({ $0 >= 0 && $0 < 1e9 }, "at least 0") { $0.pool.parametersWeight = $1 },
      "How parameters count as capacity", standard: "0", source: "ours, after HURRICANE's idea"),
    RecipeOption(
      "pool.groups", .places { $0.pool.splits = $1 },
      "Layers behind which a group of layers ends; groups are searched from the last to the first; `[]`: one group of all",
      standard:
        "one, at the border of a stage nearest to two fifths of the layers", source: "HURRICANE's figure: two groups"),
  ]
}
