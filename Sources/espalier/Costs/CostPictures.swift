import Reports
import SpaceAnalysis
import SpaceCompiler
import SpaceIR

/// The histogram of a space's costs with the share up to each cost, as an SVG.
struct SpectrumPicture {
  let answer: CostAnswer

  init(of answer: CostAnswer) { self.answer = answer }

  var svg: String {
    let (bars, all) = (answer.bars, answer.spectrum.count)
    let shares = bars.map { $0.count.share(of: all) }
    let (first, last) = (bars[0].range.lowerBound, bars[bars.count - 1].range.upperBound)
    let unit = answer.question.measure.unit
    let across = ChartAxis.amounts(unit, Double(first)...Double(last))
    var canvas = ChartCanvas(across: across)
    let upwards = ChartAxis.percents(
      "share of the networks", to: (shares.map(\.upperBound).max() ?? 1) * 1.05)
    canvas.add(upwards, on: .left)
    for (bar, share) in zip(bars, shares) {
      let range = Double(bar.range.lowerBound)...Double(bar.range.upperBound)
      let tip = "\(bar.range.lowerBound.grouped) to \((bar.range.upperBound - 1).grouped) \(unit): \(bar.count.text)"
      if share.lowerBound < share.upperBound {
        canvas.addBar(range, to: share.upperBound, upwards, kind: "maybe", tip: tip)
      }
      canvas.addBar(range, to: share.lowerBound, upwards, kind: "bar", tip: tip)
    }
    let upTo = ChartAxis.percents("share up to a cost", to: 1)
    canvas.add(upTo, on: .right)
    for bound in answer.spectrum.isExact ? [false] : [false, true] {
      canvas.addLine(curve(first...last, upper: bound), upTo, kind: "curve")
    }
    return canvas.document(title: title, subtitle: subtitle)
  }

  private func curve(_ range: ClosedRange<Int>, upper: Bool) -> [ChartPoint] {
    let step = max(1, (range.upperBound - range.lowerBound) / 288)
    return stride(from: range.lowerBound, through: range.upperBound, by: step).map { cost in
      let share = answer.spectrum.count(in: 0...cost).share(of: answer.spectrum.count)
      return ChartPoint(Double(cost), upper ? share.upperBound : share.lowerBound)
    }
  }

  private var title: String {
    "\(answer.compiled.space.name): \(answer.question.measure.unit) of \(answer.spectrum.count.shortText) networks"
  }

  private var subtitle: String {
    let (least, greatest) = (answer.spectrum.least, answer.spectrum.greatest)
    let mean = answer.moments.map { ", mean \(Int($0.mean.rounded()).short)" } ?? ""
    let half = answer.spectrum.quantile((numerator: 1, denominator: 2))
    let kind = answer.spectrum.isExact ? "exact" : "lighter: what bounds leave open"
    return "\(least.least.short) to \(greatest.greatest.short), median \(half.greatest.short)\(mean); \(kind)"
  }
}

/// The networks that no other beats in two criteria, as an SVG.
struct FrontPicture {
  let compiled: CompiledSpace
  let front: ParetoFront

  init(of compiled: CompiledSpace, _ front: ParetoFront) {
    self.compiled = compiled
    self.front = front
  }

  var svg: String {
    let points = front.points.map { ChartPoint(Double($0.costs[0]), Double($0.costs[1])) }
    let measures = front.criteria.map(\.measure)
    let (across, upwards) = (axis(points.map(\.x), measures[0]), axis(points.map(\.y), measures[1]))
    let rest = front.excess == 0 ? "exact" : "within \(front.excess.grouped) \(measures[0].unit)"
    let asked = front.criteria.map { ($0.direction == .least ? "least " : "most ") + $0.measure.unit }
    var canvas = ChartCanvas(across: across)
    canvas.add(upwards, on: .left)
    var stairs: [ChartPoint] = []
    for point in points {
      if let last = stairs.last { stairs.append(ChartPoint(point.x, last.y)) }
      stairs.append(point)
    }
    canvas.addLine(stairs, upwards, kind: "curve")
    for (point, costs) in zip(points, front.points.map(\.costs)) where points.count <= 400 {
      let tip = zip(costs, measures).map { "\($0.grouped) \($1.unit)" }.joined(separator: ", ")
      canvas.addDot(point.x, point.y, upwards, tip: tip)
    }
    return canvas.document(
      title: "\(compiled.space.name): \(asked.joined(separator: ", "))",
      subtitle: "\(counted(front.points.count, "network")) that no other beats in both, \(rest)")
  }

  private func axis(_ values: [Double], _ measure: CostMeasure) -> ChartAxis {
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let room = max((high - low) * 0.04, high * 0.01, 1)
    return .amounts(measure.unit, max(0, low - room)...high + room)
  }
}
