/// Everything that defines the run, and its files.
func settingsSection(of story: RunStory) -> ReportSection? { settingsSection(story.settings, story.files) }

func settingsSection(_ settings: [RunStory.SettingGroup], _ files: [RunStory.Attachment]) -> ReportSection? {
  guard !settings.isEmpty || !files.isEmpty else { return nil }
  let tables = settings.map { group in
    var table = NumberTable(caption: group.title, [.text("setting"), .text("value")])
    for row in group.rows { table.add([row.name, row.value]) }
    return table.html
  }
  let shown = files.map { file in
    """
    <details><summary>\(escapedMarkup(file.name))</summary>
    <pre tabindex="0">\(escapedMarkup(file.text))</pre>
    </details>
    """
  }
  return ReportSection(
    name: "recipe", title: "Recipe, hashes and versions",
    body: """
      <div class="settings">
      \(tables.joined(separator: "\n"))
      </div>
      \(shown.joined(separator: "\n"))
      """)
}
