import SpaceAnalysis
import SpaceCompiler
import SpaceIR

extension CostAnswer {
  /// Counts are strings, because they need not fit 64 bits; what is known between bounds has both.
  var json: JSONValue {
    var answer: [(key: String, value: JSONValue)] = [
      ("version", .integer(1)),
      ("space", .string(compiled.space.name)),
      ("hash", .string(compiled.hash)),
      ("input", .string(compiled.space.input.text)),
      ("measure", .string(question.measure.name)),
      ("networks", spectrum.count.json),
      ("is_exact", .boolean(spectrum.isExact)),
      ("bin_width", .integer(spectrum.binWidth)),
      ("least", spectrum.least.json),
      ("greatest", spectrum.greatest.json),
      ("mean", moments.map { .number($0.mean) } ?? .null),
      ("deviation", moments.map { .number($0.deviation) } ?? .null),
      (
        "quantiles",
        .array(
          quantiles.map { .object([("percent", .number(Double($0.share) / 1_000_000)), ("cost", $0.cost.json)]) })
      ),
      (
        "histogram",
        .array(
          bars.map { bar in
            .object([
              ("from", .integer(bar.range.lowerBound)), ("below", .integer(bar.range.upperBound)),
              ("networks", bar.count.json),
            ])
          })
      ),
    ]
    for (name, point) in zip(["least_member", "greatest_member"], members) {
      answer.append((name, decisions(of: point)))
    }
    if let expected {
      answer.append(
        (
          "expected",
          .object([
            ("mean", .number(expected.mean)), ("deviation", .number(expected.deviation)),
            (
              "probability",
              .object([("least", .number(expected.mass)), ("greatest", .number(expected.possibleMass))])
            ),
          ])
        ))
    }
    if let front { answer.append(("front", json(front))) }
    return .object(answer)
  }

  private func json(_ front: ParetoFront) -> JSONValue {
    .object([
      (
        "criteria",
        .array(
          front.criteria.map { criterion in
            .object([
              ("measure", .string(criterion.measure.name)),
              ("direction", .string(criterion.direction == .least ? "least" : "most")),
            ])
          })
      ),
      ("excess", .integer(front.excess)),
      (
        "points",
        .array(
          front.points.map { point in
            .object(
              zip(front.criteria, point.costs).map { ($0.measure.name, .integer($1)) }
                + [("decisions", decisions(of: point))])
          })
      ),
    ])
  }

  private func decisions(of point: ParetoFront.Point) -> JSONValue {
    .object(compiled.space.choices(of: point.architecture).map { ($0.name, $0.value.json) })
  }
}

extension CountInterval {
  var json: JSONValue {
    .object([("least", .string(least.description)), ("greatest", .string(greatest.description))])
  }
}

extension CostInterval {
  var json: JSONValue { .object([("least", .integer(least)), ("greatest", .integer(greatest))]) }
}
