/// An SVG chart under construction: a frame with axes, in which marks are placed by data.
///
/// Colours follow the reader's: dark text on white, or light text on dark where the reader's system asks for it.
struct ChartCanvas {
  /// The data that lies at the ends of an axis, and numbers to write along it.
  struct Axis {
    let label: String
    let range: ClosedRange<Double>
    let ticks: [(at: Double, text: String)]
  }
  enum Side {
    case left
    case right
  }
  static let size = (width: 720.0, height: 440.0)
  private static let frame = (left: 76.0, right: 652.0, top: 56.0, bottom: 372.0)
  private let across: Axis
  private var body: [String] = []

  /// - Parameter title: One line over the chart; `subtitle` a smaller one under it.
  init(title: String, subtitle: String, across: Axis) {
    self.across = across
    body.append(Self.text(title, at: (Self.frame.left, 24), kind: "title"))
    body.append(Self.text(subtitle, at: (Self.frame.left, 43), kind: "small"))
    for tick in across.ticks {
      let x = Self.x(tick.at, across)
      body.append(line(from: (x, Self.frame.bottom), to: (x, Self.frame.bottom + 5), kind: "axis"))
      body.append(Self.text(tick.text, at: (x, Self.frame.bottom + 20), kind: "tick", anchor: "middle"))
    }
    let middle = (Self.frame.left + Self.frame.right) / 2
    body.append(Self.text(across.label, at: (middle, Self.frame.bottom + 46), kind: "label", anchor: "middle"))
    body.append(
      line(from: (Self.frame.left, Self.frame.bottom), to: (Self.frame.right, Self.frame.bottom), kind: "axis"))
  }

  /// An axis upwards; the left one has lines across the chart.
  mutating func add(_ axis: Axis, on side: Side) {
    let x = side == .left ? Self.frame.left : Self.frame.right
    for tick in axis.ticks {
      let y = Self.y(tick.at, axis)
      if side == .left { body.append(line(from: (x, y), to: (Self.frame.right, y), kind: "grid")) }
      let place = (side == .left ? x - 8 : x + 8, y + 4)
      body.append(Self.text(tick.text, at: place, kind: "tick", anchor: side == .left ? "end" : "start"))
    }
    let place = (side == .left ? 18 : Self.size.width - 14, (Self.frame.top + Self.frame.bottom) / 2)
    body.append(Self.text(axis.label, at: place, kind: "label", anchor: "middle", turned: side == .left ? -90 : 90))
  }

  /// A rectangle from the axis up to a value, in an axis that begins at its lower end.
  mutating func addBar(_ range: ClosedRange<Double>, to value: Double, _ axis: Axis, kind: String, tip: String) {
    let (left, right) = (Self.x(range.lowerBound, across), Self.x(range.upperBound, across))
    let top = Self.y(value, axis)
    let gap = min(1, (right - left) / 8)
    body.append(
      "<rect class=\"\(kind)\" x=\"\((left + gap).fixed(2))\" y=\"\(top.fixed(2))\" "
        + "width=\"\(max(0.5, right - left - 2 * gap).fixed(2))\" height=\"\((Self.frame.bottom - top).fixed(2))\">"
        + "<title>\(Self.escaped(tip))</title></rect>")
  }

  /// A line through points, straight from each to the next.
  mutating func addLine(_ points: [(x: Double, y: Double)], _ axis: Axis, kind: String) {
    let path = points.map { "\(Self.x($0.x, across).fixed(2)),\(Self.y($0.y, axis).fixed(2))" }
    body.append("<polyline class=\"\(kind)\" points=\"\(path.joined(separator: " "))\"/>")
  }

  mutating func addDot(_ x: Double, _ y: Double, _ axis: Axis, tip: String) {
    body.append(
      "<circle class=\"dot\" cx=\"\(Self.x(x, across).fixed(2))\" cy=\"\(Self.y(y, axis).fixed(2))\" r=\"2.6\">"
        + "<title>\(Self.escaped(tip))</title></circle>")
  }

  /// The whole file.
  var document: String {
    let (width, height) = (Self.size.width.fixed(0), Self.size.height.fixed(0))
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" \
      role="img" font-family="Helvetica, Arial, sans-serif">
      <style>
      .page { fill: #ffffff } text { fill: #24292f }
      .title { font-size: 16px; font-weight: bold } .label { font-size: 13px } .small, .tick { font-size: 12px }
      .small { fill: #57606a } .axis { stroke: #57606a } .grid { stroke: #d8dee4 }
      .bar { fill: #4c78a8 } .maybe { fill: #a9c1dc }
      .curve { fill: none; stroke: #c2410c; stroke-width: 2 } .dot { fill: #c2410c }
      @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117 } text { fill: #e6edf3 } .small { fill: #9da7b3 }
      .axis { stroke: #9da7b3 } .grid { stroke: #30363d }
      .bar { fill: #6ea8dc } .maybe { fill: #34557a } .curve { stroke: #fb923c } .dot { fill: #fb923c }
      }
      </style>
      <rect class="page" width="\(width)" height="\(height)"/>
      \(body.joined(separator: "\n"))
      </svg>

      """
  }

  // MARK: Places

  private static func x(_ value: Double, _ axis: Axis) -> Double {
    frame.left + share(value, axis) * (frame.right - frame.left)
  }

  private static func y(_ value: Double, _ axis: Axis) -> Double {
    frame.bottom - share(value, axis) * (frame.bottom - frame.top)
  }

  private static func share(_ value: Double, _ axis: Axis) -> Double {
    let width = axis.range.upperBound - axis.range.lowerBound
    return width > 0 ? (value - axis.range.lowerBound) / width : 0.5
  }

  private func line(from a: (x: Double, y: Double), to b: (x: Double, y: Double), kind: String) -> String {
    "<line class=\"\(kind)\" x1=\"\(a.x.fixed(2))\" y1=\"\(a.y.fixed(2))\" x2=\"\(b.x.fixed(2))\" y2=\"\(b.y.fixed(2))\"/>"
  }

  private static func text(
    _ text: String, at place: (x: Double, y: Double), kind: String, anchor: String = "start", turned: Int = 0
  ) -> String {
    let (x, y) = (place.x.fixed(2), place.y.fixed(2))
    let turn = turned == 0 ? "" : " transform=\"rotate(\(turned) \(x) \(y))\""
    return "<text class=\"\(kind)\" x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(anchor)\"\(turn)>\(escaped(text))</text>"
  }

  private static func escaped(_ text: String) -> String {
    text.map { character in
      switch character {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      default: String(character)
      }
    }.joined()
  }
}

extension ChartCanvas.Axis {
  /// About so many round numbers: 1, 2 or 5 times a power of ten apart.
  static func roundNumbers(_ range: ClosedRange<Double>, about count: Int) -> [Double] {
    let span = max(range.upperBound - range.lowerBound, 1e-12)
    var step = 1.0
    while step * Double(count) < span { step *= 10 }
    while step * Double(count) > span * 10 { step /= 10 }
    for factor in [5.0, 2.0] where span / (step / factor) <= Double(count) {
      step /= factor
      break
    }
    let first = (range.lowerBound / step).rounded(.up)
    return (0...count + 2).map { (first + Double($0)) * step }.filter { $0 <= range.upperBound + step * 1e-9 }
  }

  /// An axis of whole numbers with units: `300M`.
  static func amounts(_ label: String, _ range: ClosedRange<Double>) -> Self {
    Self(label: label, range: range, ticks: roundNumbers(range, about: 8).map { ($0, Int($0.rounded()).short) })
  }

  /// An axis from 0 to a share, in percent.
  static func percents(_ label: String, to greatest: Double) -> Self {
    let range = 0...max(greatest, 1e-9)
    return Self(
      label: label, range: range,
      ticks: roundNumbers(range, about: 6).map { ($0, Self.percent($0, of: range.upperBound)) })
  }

  private static func percent(_ share: Double, of greatest: Double) -> String {
    (share * 100).fixed(greatest < 0.004 ? 3 : greatest < 0.04 ? 1 : 0) + " %"
  }
}
