/// The images that a training went on without; nil where there are none.
///
/// A folder of a million can have thousands, of which the first hundred are named.
func brokenImagesSection(_ paths: [String]) -> ReportSection? {
  guard !paths.isEmpty else { return nil }
  let most = 100
  let shown = paths.prefix(most).joined(separator: "\n")
  let rest = paths.count > most ? "\nand \((paths.count - most).grouped) more" : ""
  let words =
    "\(NumberText.counted(paths.count, "image")) could not be read. In training batches others took their place; tests left "
    + "them out."
  return ReportSection(
    name: "broken", title: "Broken images",
    body: """
      \(paragraph(words, kind: "remark"))
      <details><summary>The files</summary>
      <pre tabindex="0">\(escapedMarkup(shown + rest))</pre>
      </details>
      """)
}
