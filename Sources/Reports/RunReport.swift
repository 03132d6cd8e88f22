/// The report of a run: one HTML page that needs nothing else, no network and no script.
///
/// Equal stories give equal bytes. The page is well-formed XML too, so that any parser reads it. Its size is bounded by
/// the space and not by the number of steps: curves, clouds and maps are thinned to what a screen can show.
package struct RunReport {
  private let story: RunStory

  package init(of story: RunStory) { self.story = story }

  /// The whole file.
  package var html: String {
    let sections: [ReportSection?] = [
      progressSection(of: story), distributionSection(of: story), drawsSection(of: story),
      candidatesSection(of: story), networkSection(of: story),
      comparisonSection(of: story), settingsSection(of: story),
    ]
    return reportPage(
      title: "\(story.space): \(story.method) on \(story.data), seed \(story.seed)", head: headline(of: story),
      sections.compactMap(\.self))
  }
}

/// A whole page.
///
/// - Parameter head: Markup of what stands before the sections.
func reportPage(title: String, head: String, _ sections: [ReportSection]) -> String {
  let links = sections.map { "<a href=\"#\($0.name)\">\(escapedMarkup($0.title))</a>" }
  return """
    <!DOCTYPE html>
    <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
    <head>
    <meta charset="utf-8"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <meta name="color-scheme" content="light dark"/>
    <meta http-equiv="Content-Security-Policy" \
    content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"/>
    <meta name="generator" content="espalier report"/>
    <link rel="icon" href="data:,"/>
    <title>\(escapedMarkup(title))</title>
    <style>
    \(reportStyle)
    </style>
    </head>
    <body>
    <main>
    \(head)
    <nav aria-label="Sections">\(links.joined())</nav>
    \(sections.map(\.html).joined(separator: "\n"))
    </main>
    </body>
    </html>

    """
}

/// A part of the page with a heading of its own.
struct ReportSection {
  /// For links; letters and hyphens.
  let name: String
  let title: String
  /// Markup.
  let body: String

  var html: String {
    """
    <section id="\(name)" aria-labelledby="\(name)-heading">
    <h2 id="\(name)-heading">\(escapedMarkup(title))</h2>
    \(body)
    </section>
    """
  }
}

/// A chart with its heading, legend and the word along its lower axis.
struct ReportFigure {
  struct Key {
    /// The class of the mark.
    let kind: String
    let text: String
  }

  let title: String
  /// Of the axis upwards: `nats`.
  let unit: String
  var keys: [Key] = []
  /// Markup.
  let chart: String
  let across: String

  var html: String {
    let legend = keys.map { "<li><span class=\"key \($0.kind)\"></span>\(escapedMarkup($0.text))</li>" }.joined()
    return """
      <figure class="chart">
      <figcaption><h3>\(escapedMarkup(title))</h3> <span class="unit">\(escapedMarkup(unit))</span>\
      \(keys.isEmpty ? "" : "<ul class=\"legend\">\(legend)</ul>")</figcaption>
      <div class="frame">\(chart)</div>
      <p class="across">\(escapedMarkup(across))</p>
      </figure>
      """
  }
}

/// A paragraph of plain text.
func paragraph(_ text: String, kind: String = "") -> String {
  "<p\(kind.isEmpty ? "" : " class=\"\(kind)\"")>\(escapedMarkup(text))</p>"
}
