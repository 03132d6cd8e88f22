/// The chosen network: a drawing of its operations, and its options.
func networkSection(of story: RunStory) -> ReportSection? {
  guard let answer = story.answer else { return nil }
  return networkSection(story.graph, answer.choices, of: story.space, named: "The chosen network")
}

/// - Parameter name: With a capital: `The chosen network`.
func networkSection(
  _ graph: NetworkGraph?, _ choices: [RunStory.SettingGroup.Row], of space: String, named name: String
) -> ReportSection {
  var body: [String] = []
  if let graph, !graph.nodes.isEmpty {
    let layers = graph.nodes.map(\.layer).filter { !$0.isEmpty }
    var seen: Set<String> = []
    let names = layers.filter { seen.insert($0).inserted }
    let title = "\(name) of \(space)"
    let description =
      "\(NumberText.counted(graph.nodes.count, "operation")) in \(NumberText.counted(names.count, "layer")): "
      + names.joined(separator: ", ")
    body.append(
      """
      <figure class="network">
      <div class="scroll to-the-right" tabindex="0" role="region" aria-label="\(escapedMarkup(title))">
      \(GraphPicture(graph, .right(rank: 7)).figure(title: title, description: description))
      </div>
      <div class="scroll down" tabindex="0" role="region" aria-label="\(escapedMarkup(title))">
      \(GraphPicture(graph, .down).figure(title: title, description: description))
      </div>
      <figcaption><ul class="legend">
      <li><span class="key patch weighted"></span>has weights</li>
      <li><span class="key patch attention"></span>attention</li>
      <li><span class="key patch join"></span>joins</li>
      <li><span class="key patch plain"></span>no weights</li>
      <li>bn: batch norm; sizes are channels × height × width</li>
      </ul></figcaption>
      </figure>
      """)
  }
  let caption = "Options of \(name.prefix(1).lowercased())\(name.dropFirst())"
  var table = NumberTable(caption: caption, [.text("layer"), .text("options")])
  for row in choices { table.add([row.name, row.value]) }
  body.append(table.html)
  return ReportSection(name: "network", title: name, body: body.joined(separator: "\n"))
}
