/// An SVG chart under construction: axes, and marks that are placed by data.
///
/// Places are shares of the frame, in percent. So one chart can be a file of a fixed size, or stand in a page and be as
/// wide as the window, with letters and dots that keep their size. Lines lie in a drawing of 1000 x 1000 that is
/// stretched, their strokes are not.
package struct ChartCanvas {
  package enum Side {
    case left
    case right
  }

  /// A set of points drawn as one.
  package struct Cloud: Hashable, Sendable {
    package let kind: String
    package let points: [ChartPoint]
  }

  private let across: ChartAxis
  private var left: ChartAxis?
  private var right: ChartAxis?
  private var grid: [String] = []
  private var body: [String] = []

  package init(across: ChartAxis) {
    self.across = across
    for (number, tick) in across.ticks.enumerated() {
      let x = Self.percent(across.share(tick.at))
      let kind = number.isMultiple(of: 2) ? "tick" : "tick odd"
      grid.append("<line class=\"axis\" x1=\"\(x)\" y1=\"100%\" x2=\"\(x)\" y2=\"101.5%\"/>")
      grid.append(
        "<text class=\"\(kind)\" x=\"\(x)\" y=\"100%\" dy=\"20\" text-anchor=\"middle\">"
          + "\(escapedMarkup(tick.text))</text>"
      )
    }
    grid.append("<line class=\"axis\" x1=\"0\" y1=\"100%\" x2=\"100%\" y2=\"100%\"/>")
  }

  /// An axis upwards; the left one has lines across the chart.
  package mutating func add(_ axis: ChartAxis, on side: Side) {
    switch side {
    case .left: left = axis
    case .right: right = axis
    }
    for tick in axis.ticks {
      let y = Self.percent(1 - axis.share(tick.at))
      let place =
        switch side {
        case .left: "x=\"0\" dx=\"-8\" text-anchor=\"end\""
        case .right: "x=\"100%\" dx=\"8\" text-anchor=\"start\""
        }
      if side == .left { grid.append("<line class=\"grid\" x1=\"0\" y1=\"\(y)\" x2=\"100%\" y2=\"\(y)\"/>") }
      grid.append("<text class=\"tick\" y=\"\(y)\" dy=\"4\" \(place)>\(escapedMarkup(tick.text))</text>")
    }
  }

  /// A rectangle from the axis up to a value, in an axis that begins at its lower end.
  package mutating func addBar(
    _ range: ClosedRange<Double>, to value: Double, _ axis: ChartAxis, kind: String, tip: String
  ) {
    let (start, end) = (across.share(range.lowerBound), across.share(range.upperBound))
    let height = axis.share(value)
    let gap = min(0.0017, (end - start) / 8)
    body.append(
      "<rect class=\"\(kind)\" x=\"\(Self.percent(start + gap))\" y=\"\(Self.percent(1 - height))\" "
        + "width=\"\(Self.percent(max(0.0008, end - start - 2 * gap)))\" height=\"\(Self.percent(height))\">"
        + "<title>\(escapedMarkup(tip))</title></rect>")
  }

  /// Everything between two places of the lower axis, behind what is drawn later.
  package mutating func addStretch(_ range: ClosedRange<Double>, kind: String, label: String) {
    let (start, end) = (across.share(range.lowerBound), across.share(range.upperBound))
    body.append(
      "<rect class=\"\(kind)\" x=\"\(Self.percent(start))\" y=\"0\" width=\"\(Self.percent(end - start))\" "
        + "height=\"100%\"/>"
    )
    addLabel(label, at: start, top: true)
  }

  /// A line from top to bottom with a word beside it.
  package mutating func addRule(_ x: Double, kind: String, label: String, top: Bool = true) {
    let share = across.share(x)
    let place = Self.percent(share)
    body.append("<line class=\"\(kind)\" x1=\"\(place)\" y1=\"0\" x2=\"\(place)\" y2=\"100%\"/>")
    addLabel(label, at: share, top: top)
  }

  /// A line from left to right with a word over its end.
  package mutating func addLevel(_ value: Double, _ axis: ChartAxis, kind: String, label: String) {
    let place = Self.percent(1 - axis.share(value))
    body.append("<line class=\"\(kind)\" x1=\"0\" y1=\"\(place)\" x2=\"100%\" y2=\"\(place)\"/>")
    body.append(
      "<text class=\"note\" x=\"100%\" y=\"\(place)\" dx=\"-4\" dy=\"-5\" text-anchor=\"end\">"
        + "\(escapedMarkup(label))</text>"
    )
  }

  private mutating func addLabel(_ label: String, at share: Double, top: Bool) {
    let (anchor, step) = share < 0.6 ? ("start", 5) : ("end", -5)
    let (y, drop) = top ? ("0", 13) : ("100%", -7)
    body.append(
      "<text class=\"note\" x=\"\(Self.percent(share))\" y=\"\(y)\" dx=\"\(step)\" dy=\"\(drop)\" "
        + "text-anchor=\"\(anchor)\">\(escapedMarkup(label))</text>")
  }

  /// A line through points, straight from each to the next.
  package mutating func addLine(_ points: [ChartPoint], _ axis: ChartAxis, kind: String) {
    let path = points.map { "\(stretchedX($0.x)),\(Self.stretchedY($0.y, axis))" }
    addStretched("<polyline class=\"\(kind)\" points=\"\(path.joined(separator: " "))\"/>")
  }

  /// The area between two lines over the same places.
  package mutating func addArea(_ upper: [ChartPoint], _ lower: [ChartPoint], _ axis: ChartAxis, kind: String) {
    let path = (upper + lower.reversed()).map { "\(stretchedX($0.x)),\(Self.stretchedY($0.y, axis))" }
    addStretched("<polygon class=\"\(kind)\" points=\"\(path.joined(separator: " "))\"/>")
  }

  /// Round dots of one size. They are strokes of no length, so that the stretching leaves them round.
  package mutating func addCloud(_ points: [ChartPoint], _ axis: ChartAxis, kind: String) {
    let path = points.map { "M\(stretchedX($0.x)) \(Self.stretchedY($0.y, axis))h.1" }
    addStretched("<path class=\"\(kind)\" d=\"\(path.joined())\"/>")
  }

  private mutating func addStretched(_ shape: String) {
    body.append(
      "<svg width=\"100%\" height=\"100%\" viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" overflow=\"visible\">"
        + shape + "</svg>")
  }

  package mutating func addDot(_ x: Double, _ y: Double, _ axis: ChartAxis, kind: String = "dot", tip: String) {
    let place = "cx=\"\(Self.percent(across.share(x)))\" cy=\"\(Self.percent(1 - axis.share(y)))\""
    body.append("<circle class=\"\(kind)\" \(place) r=\"2.6\"><title>\(escapedMarkup(tip))</title></circle>")
  }

  // MARK: The whole chart

  /// In a page: as wide as its place, so many pixels high. The style is the page's.
  ///
  /// - Parameter name: Unique in the page; made of letters, digits and hyphens.
  package func figure(_ name: String, title: String, description: String, height: Int) -> String {
    """
    <svg class="plot" role="img" aria-labelledby="\(name)-title \(name)-desc" width="100%" height="\(height)">
    <title id="\(name)-title">\(escapedMarkup(title))</title>
    <desc id="\(name)-desc">\(escapedMarkup(description))</desc>
    \(drawing)
    </svg>
    """
  }

  /// A file of its own.
  ///
  /// - Parameter title: One line over the chart; `subtitle` a smaller one under it.
  package func document(title: String, subtitle: String) -> String {
    let size = (width: 720.0, height: 440.0)
    let frame = (left: 76.0, right: 652.0, top: 56.0, bottom: 372.0)
    let (center, middle) = ((frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2)
    var words = [
      Self.text(title, at: (frame.left, 24), kind: "title"), Self.text(subtitle, at: (frame.left, 43), kind: "small"),
      Self.text(across.label, at: (center, frame.bottom + 46), kind: "label", anchor: "middle"),
    ]
    for (axis, x, turn) in [(left, 18, -90), (right, size.width - 14, 90)] {
      guard let axis else { continue }
      words.append(Self.text(axis.label, at: (x, middle), kind: "label", anchor: "middle", turned: turn))
    }
    let (width, height) = (size.width.place, size.height.place)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" \
      role="img" font-family="Helvetica, Arial, sans-serif">
      <title>\(escapedMarkup(title))</title>
      <desc>\(escapedMarkup(subtitle))</desc>
      <style>
      .page { fill: #ffffff } text { fill: #24292f }
      .title { font-size: 16px; font-weight: bold } .label { font-size: 13px } .small, .tick { font-size: 12px }
      .small { fill: #57606a } .axis { stroke: #57606a } .grid { stroke: #d8dee4 }
      .bar { fill: #4c78a8 } .maybe { fill: #a9c1dc } .dot { fill: #c2410c }
      .curve { fill: none; stroke: #c2410c; stroke-width: 2; vector-effect: non-scaling-stroke }
      @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117 } text { fill: #e6edf3 } .small { fill: #9da7b3 }
      .axis { stroke: #9da7b3 } .grid { stroke: #30363d }
      .bar { fill: #6ea8dc } .maybe { fill: #34557a } .curve { stroke: #fb923c } .dot { fill: #fb923c }
      }
      </style>
      <rect class="page" width="\(width)" height="\(height)"/>
      \(words.joined(separator: "\n"))
      <svg x="\(frame.left.place)" y="\(frame.top.place)" width="\((frame.right - frame.left).place)" \
      height="\((frame.bottom - frame.top).place)" overflow="visible">
      \(drawing)
      </svg>
      </svg>

      """
  }

  private var drawing: String { (grid + body).joined(separator: "\n") }

  // MARK: Places

  private static func percent(_ share: Double) -> String { (share * 100).place + "%" }

  private func stretchedX(_ value: Double) -> String { Self.stretched(across.share(value)) }
  private static func stretchedY(_ value: Double, _ axis: ChartAxis) -> String { stretched(1 - axis.share(value)) }

  /// A tenth of a thousandth of the frame: a tenth of a pixel in a chart of 1000.
  private static func stretched(_ share: Double) -> String {
    let text = (share * 1000).fixed(1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private static func text(
    _ text: String, at place: (x: Double, y: Double), kind: String, anchor: String = "start", turned: Int = 0
  ) -> String {
    let (x, y) = (place.x.place, place.y.place)
    let turn = turned == 0 ? "" : " transform=\"rotate(\(turned) \(x) \(y))\""
    return
      "<text class=\"\(kind)\" x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(anchor)\"\(turn)>\(escapedMarkup(text))</text>"
  }
}

/// A place in a chart, in the units of its axes.
package struct ChartPoint: Hashable, Sendable {
  package var x: Double
  package var y: Double
  package init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }
}
