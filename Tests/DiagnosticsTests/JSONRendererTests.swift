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
      #""version": "2.1.0""#, #""rules": [{"id": "ES9001"}]"#, #""ruleId": "ES9001","ruleIndex": 0,"level": "error""#,
      #""artifactLocation": {"uri": "my%20spaces/a.yaml"},"region": {"# + region,
      #""deletedRegion": {"# + region, #""insertedContent": {"text": "\"yes\""}"#, #""message": {"text": "why"}"#,
    ] {
      #expect(compact.contains(expected))
    }
  }
}
