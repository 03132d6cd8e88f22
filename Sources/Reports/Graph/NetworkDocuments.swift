extension NetworkGraph {
  /// A picture of its own: an SVG file with its colours, which follow the reader's system.
  package func picture(title: String, description: String) -> String {
    let figure = GraphPicture(self, .right(rank: 7)).figure(title: title, description: description)
    let style = """
      <style>
      svg { color-scheme: light dark; background: #ffffff; font-family: Helvetica, Arial, sans-serif }
      text { fill: #1f2328 } .layer { fill: #f6f8fa; stroke: #d1d9e0 }
      .layer-name { font-size: 12px; font-weight: 600 } .operation-name { font-size: 12px; font-weight: 600 }
      .operation-detail { font-size: 11px; fill: #57606a }
      .wire { fill: none; stroke: #57606a; stroke-width: 1.4; stroke-linejoin: round } .arrow { fill: #57606a }
      .operation rect { stroke: #57606a; fill: #f0f2f4 } .operation.weighted rect { fill: #dcebfa }
      .operation.attention rect { fill: #fde9d4 } .operation.join rect { fill: #e2f3e7 }
      .operation.end rect { fill: #ffffff }
      @media (prefers-color-scheme: dark) {
      svg { background: #0d1117 } text { fill: #e6edf3 } .layer { fill: #161b22; stroke: #3d444d }
      .operation-detail { fill: #9da7b3 } .wire { stroke: #9da7b3 } .arrow { fill: #9da7b3 }
      .operation rect { stroke: #9da7b3; fill: #21262d } .operation.weighted rect { fill: #16324f }
      .operation.attention rect { fill: #4a2f14 } .operation.join rect { fill: #173a26 }
      .operation.end rect { fill: #0d1117 }
      }
      </style>
      """
    return figure.replacing("<svg ", with: "<svg xmlns=\"http://www.w3.org/2000/svg\" ", maxReplacements: 1)
      .replacing("</title>", with: "</title>\n" + style, maxReplacements: 1) + "\n"
  }

  /// The graph in the language of Graphviz: a cluster for each layer.
  package func dot(name: String, description: String) -> String {
    var lines = [
      "// \(description.replacing("\n", with: " "))", "digraph \(Self.quoted(name)) {",
      "  node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fontsize=11]",
    ]
    var start = 0
    var cluster = 0
    while start < nodes.count {
      var end = start + 1
      while end < nodes.count, nodes[end].layer == nodes[start].layer { end += 1 }
      let boxes = (start..<end).map { "n\($0) [label=\(label(nodes[$0])), fillcolor=\"\(nodes[$0].kind.colour)\"]" }
      if nodes[start].layer.isEmpty {
        lines += boxes.map { "  " + $0 }
      } else {
        lines.append("  subgraph cluster_\(cluster) {")
        lines.append("    label=\(Self.quoted(nodes[start].layer)); color=\"#d1d9e0\"; fontname=\"Helvetica\"")
        lines += boxes.map { "    " + $0 } + ["  }"]
        cluster += 1
      }
      start = end
    }
    for (index, node) in nodes.enumerated() { lines += node.operands.map { "  n\($0) -> n\(index)" } }
    return (lines + ["}"]).joined(separator: "\n") + "\n"
  }

  private func label(_ node: Node) -> String { Self.quoted(node.lines.joined(separator: "\n")) }

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
  }
}

extension NetworkGraph.Kind {
  fileprivate var colour: String {
    switch self {
    case .end: "#ffffff"
    case .weighted: "#dcebfa"
    case .attention: "#fde9d4"
    case .join: "#e2f3e7"
    case .plain: "#f0f2f4"
    }
  }
}
