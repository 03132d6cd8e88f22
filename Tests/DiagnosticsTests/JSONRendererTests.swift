import Diagnostics
import Testing

struct JSONRendererTests {
  @Test func `nothing wrong is an empty list`() {
    #expect(renderJSON([], sources: SourceMap()) == "{\n  \"version\": 1,\n  \"diagnostics\": []\n}\n")
  }

  @Test func `the fields are those of the text, in a fixed order`() {
    let text = Rendering("é: \"a\"\n", path: "a\"b.yaml")
    let fixIt = FixIt("mend", replacing: text.range(4, 7), with: "\u{1}\\")
    #expect(
      renderJSON(text.diagnostics(4, 7, fixIts: [fixIt]), sources: text.sources) == #"""
        {
          "version": 1,
          "diagnostics": [
            {
              "severity": "error",
              "code": "ES9001",
              "message": "something is wrong",
              "location": {
                "path": "a\"b.yaml",
                "start": {
                  "line": 1,
                  "column": 4,
                  "offset": 4
                },
                "end": {
                  "line": 1,
                  "column": 7,
                  "offset": 7
                }
              },
              "notes": [],
              "fixIts": [
                {
                  "confidence": "certain",
                  "message": "mend",
                  "edits": [
                    {
                      "location": {
                        "path": "a\"b.yaml",
                        "start": {
                          "line": 1,
                          "column": 4,
                          "offset": 4
                        },
                        "end": {
                          "line": 1,
                          "column": 7,
                          "offset": 7
                        }
                      },
                      "replacement": "\u0001\\"
                    }
                  ]
                }
              ]
            }
          ]
        }

        """#)
  }

  @Test func `SARIF names the rule, the region and the change`() {
    let text = Rendering("é: yes\n", path: "my spaces/a.yaml")
    let fixIt = FixIt("quote the word", replacing: text.range(4, 7), with: "\"yes\"")
    let sarif = renderSARIF(text.diagnostics(4, 7, notes: [("why", 0, 2)], fixIts: [fixIt]), sources: text.sources)
    let compact = sarif.filter { $0 != "\n" }.replacing("  ", with: "")
    let region = #""startLine": 1,"startColumn": 4,"endLine": 1,"endColumn": 7,"byteOffset": 4,"byteLength": 3"#
    for expected in [
      #""version": "2.1.0""#, #""rules": [{"id": "ES9001","help": {"text": "`espalier explain ES9001`"#,
      #""ruleId": "ES9001","ruleIndex": 0,"level": "error""#,
      #""artifactLocation": {"uri": "my%20spaces/a.yaml"},"region": {"# + region,
      #""deletedRegion": {"# + region, #""insertedContent": {"text": "\"yes\""}"#, #""message": {"text": "why"}"#,
    ] {
      #expect(compact.contains(expected))
    }
  }

  @Test func `SARIF says what a rule is, which tool ran, and what was left out`() throws {
    let text = Rendering("a: 1\n", path: "/tmp/a b.yaml")
    let page = "# ES9001: something wrong\n\nA rule in a sentence.\n\n## Fails\n"
    let tool = SARIFTool(version: "1.2.3") { $0 == "ES9001" ? SARIFTool.Rule(page: page) : nil }
    let sarif = renderSARIF(text.diagnostics(0, 1), omitted: 4, sources: text.sources, tool: tool)
    let compact = sarif.filter { $0 != "\n" }.replacing("  ", with: "")
    for expected in [
      #""semanticVersion": "1.2.3""#, #""shortDescription": {"text": "something wrong"}"#,
      #""fullDescription": {"text": "A rule in a sentence."}"#, #""uri": "file:///tmp/a%20b.yaml""#,
      #""toolExecutionNotifications": [{"level": "note","message": {"text": "4 more results are left out"}}]"#,
    ] {
      #expect(compact.contains(expected), "\(expected)")
    }
    #expect(SARIFTool.Rule(page: "no heading\n") == nil)
  }

  @Test func `what is left out is a number in JSON`() {
    let rendered = renderJSON([], omitted: 5, sources: SourceMap())
    #expect(rendered == "{\n  \"version\": 1,\n  \"diagnostics\": [],\n  \"omitted\": 5\n}\n")
  }
}
