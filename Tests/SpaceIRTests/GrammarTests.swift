import Foundation
import Testing

@testable import SpaceIR

/// A fragment of the text form in the smallest document that takes it.
enum Fragment: Sendable {
  case header(String)
  case declaration(String)
  case operation(String, type: String = "tensor<[n, 1, 1, 1]>", place: String = "@a/1")
  case expression(String)
  case body(String)
  case document(String)

  var text: String {
    switch self {
    case .document(let text): text
    case .header(let text): document(header: text)
    case .declaration(let text): document(declarations: text)
    case .operation(let text, let type, let place): document(body: "{ %0 = \(text) : \(type) \(place) yield %0 }")
    case .expression(let text): Fragment.operation("activation %0 function \(text)").text
    case .body(let text): document(body: text)
    }
  }

  private func document(header: String = "", declarations: String = "", body: String = "{ yield %0 }") -> String {
    """
    space "s" input 1 x 1 x 1 classes 1 \(header)
    decision $d {1, 2, true} decision $e {a, b} \(declarations) layer a body \(body)
    """
  }
}

/// A document with requirements, which stand after the layers.
private func requiring(_ text: String) -> String {
  Fragment.body("{ yield %0 }").text.replacing("body {", with: "\(text) body {")
}

/// Accepted and refused fragments of each production of `grammar/ir.ebnf`.
private let productions: [(name: String, accepted: [Fragment], refused: [Fragment])] = [
  ("space", [.document("space \"s\" input 1 x 2 x 3 classes 4 body { yield %0 } ; end")], [.document("space \"s\"")]),
  (
    "shape", [.document("space \"s\" input \"a\" 1 x 2 x 3 input \"b\" 4 x 5 x 6 output 7 x 8 x 9 body { yield %0 }")],
    [.document("space \"s\" input 1 x 2 classes 4 body { yield %0 }")]
  ),
  (
    "hint", [.header("hint distribution joint hint group a, \"s1[2]\" hint share \"k\" separate")],
    [.header("hint share k half"), .header("hint group")]
  ),
  (
    "decision", [.declaration("decision $f.g : int {1, 2} parameter h owner \"o\" when $d = 2")],
    [.declaration("decision $f {1}"), .declaration("decision $f {1, 2} when $g = 1")]
  ),
  (
    "value type",
    ["int", "rational", "word", "bool"].map { type in
      let options = ["int": "1, 2", "rational": "0.5, 2", "word": "a, b", "bool": "true, false"]
      return .declaration("decision $f : \(type) {\(options[type]!)}")
    }, [.declaration("decision $f : int {0.5, 2}")]
  ),
  ("existence", [.declaration("decision $f {1, 2} when $d = {1, true}")], [.declaration("decision $f {1, 2} when $d")]),
  (
    "condition", [.declaration("decision $f {1, 2} when $d = 2 and $e = {a}")],
    [.declaration("decision $f {1, 2} when $d = 2 and"), .declaration("decision $f {1, 2} when $d = {1")]
  ),
  ("option", [.declaration("decision $f {1, 2} when $d = {#0, 2}")], [.declaration("decision $f {1, 2} when $d = 7")]),
  ("layer", [.declaration("layer l layer m ($d, $e)")], [.declaration("layer l ()")]),
  (
    "requirement",
    [.document(requiring("require \"a b\" condition $e == a require \"c\" budget macs to 3"))],
    [.document(requiring("require a condition true")), .document(requiring("require \"a\" true"))]
  ),
  (
    "budget",
    ["macs from 1", "macs to 2", "parameters from 1 to 2"].map { .document(requiring("require \"a\" budget \($0)")) },
    ["macs 1", "macs to 2 from 1", "macs from"].map { .document(requiring("require \"a\" budget \($0)")) }
  ),
  (
    "quantity",
    ["macs", "parameters", "activation_bytes", "latency \"my phone\""]
      .map { .document(requiring("require \"a\" budget \($0) to 2")) },
    ["latency to 2", "weights to 2"].map { .document(requiring("require \"a\" budget \($0)")) }
  ),
  ("region", [.body("{ yield %3 }")], [.body("{ }")]),
  ("node", [.operation("input")], [.body("{ %0 = input yield %0 }")]),
  (
    "tensor type", [.operation("input", type: "tensor<[n, 2 x 3, 4, $d]>")],
    [.operation("input", type: "tensor<[n, 3, 4]>")]
  ),
  (
    "alternatives", [.body("{ %0 = choice $d : tensor<[n, 1, 1, 1]> @a/1 { } yield %0 }")],
    [.body("{ %0 = input : tensor<[n, 1, 1, 1]> @a/1 { } yield %0 }"), .operation("choice $d")]
  ),
  (
    "alternative",
    [
      .body("{ %0 = choice $d : tensor<[n, 1, 1, 1]> @a/1 { case 1, true { yield %0 } case 2 { yield %0 } } yield %0 }")
    ],
    [.body("{ %0 = choice $d : tensor<[n, 1, 1, 1]> @a/1 { case { yield %0 } } yield %0 }")]
  ),
  ("operation", [.operation("input")], [.operation("concat %0 %1")]),
  ("input", [.operation("input"), .operation("input 1")], [.operation("input %0")]),
  (
    "convolution",
    [
      .operation("convolution %0 channels 8 kernel 3 stride $d bias false"),
      .operation("convolution %0 channels 8 kernel 3 kernel_width 1 stride 1 dilation 2 groups $d bias true"),
    ],
    [.operation("convolution %0 kernel 3 channels 8 stride 1 bias false")]
  ),
  (
    "depthwise", ["", "dilation 2 "].map { .operation("depthwise %0 kernel 3 stride 1 \($0)copies 2") },
    [.operation("depthwise %0 kernel 3")]
  ),
  ("batch norm", [.operation("batch_norm %0")], [.operation("batch_norm")]),
  ("activation", [.operation("activation %0 function $e")], [.operation("activation %0 relu")]),
  (
    "squeeze excite", [.operation("squeeze_excite %0 inner 4 function relu gate sigmoid")],
    [.operation("squeeze_excite")]
  ),
  ("split attention", [.operation("split_attention %0 inner 4 function relu")], [.operation("split_attention %0")]),
  (
    "pool", [.operation("pool %0 kind max kernel 3 stride 2"), .operation("pool %0 kind average kernel 3 stride 2")],
    [.operation("pool %0 kind least kernel 3 stride 2")]
  ),
  ("global pool", [.operation("global_pool %0")], [.operation("global_pool 0")]),
  ("linear", [.operation("linear %0 features 10 bias true")], [.operation("linear %0 features 10 bias 1")]),
  ("layer norm", [.operation("layer_norm %0")], [.operation("layer_norm")]),
  ("attention", [.operation("attention %0 %1 heads 2 width 8")], [.operation("attention %0 heads 2 width 8")]),
  ("position", [.operation("position_embedding %0")], [.operation("position_embedding")]),
  ("slice", [.operation("slice %0 first 0 channels $d")], [.operation("slice %0 channels 4")]),
  ("shuffle", [.operation("shuffle %0 groups 2")], [.operation("shuffle %0")]),
  ("softmax", [.operation("softmax %0 parts 2 groups 1")], [.operation("softmax %0 parts 2")]),
  (
    "resize", ["nearest", "bilinear"].map { .operation("resize %0 height 4 width $d method \($0)") },
    [.operation("resize %0 height 4 width 4 method cubic")]
  ),
  ("quantize", [.operation("quantize %0 bits 8 mode symmetric")], [.operation("quantize %0 bits 8")]),
  ("zero", [.operation("zero")], [.operation("zero %0")]),
  ("add", [.operation("add %0 %1")], [.operation("add %0")]),
  (
    "join", ["add %0 %1", "multiply %0", "concat %0 when $d == 1 %1", "add"].map { .operation("join \($0)") },
    [.operation("join %0 %1"), .operation("join least %0")]
  ),
  ("operand", [.operation("join add %0 when true")], [.operation("join add %0 when")]),
  (
    "choice", [.body("{ %0 = choice $d == 1 : tensor<[n, 1, 1, 1]> @a/1 { } yield %0 }")],
    [.body("{ %0 = choice : tensor<[n, 1, 1, 1]> @a/1 { } yield %0 }")]
  ),
  ("expression", [.expression("true or false or $d == 1")], [.expression("true or")]),
  ("conjunction", [.expression("true and false and true")], [.expression("and true")]),
  ("negated", [.expression("not not true and not $d == 1")], [.expression("1 + not true")]),
  (
    "comparison", ["==", "!=", "<", "<=", ">", ">="].map { .expression("$d \($0) 1") },
    [.expression("1 < 2 < 3"), .expression("1 = 2")]
  ),
  ("sum", [.expression("1 + 2-3")], [.expression("1 +")]),
  ("product", [.expression("1 * 2 / 3 % 4")], [.expression("* 2")]),
  ("signed", [.expression("- -$d * -3")], [.expression("-")]),
  ("primary", [.expression("(1)")], [.expression("(1")]),
  ("call", [.expression("min(1, $d, 3)")], [.expression("min 1"), .expression("select(true, 1)")]),
  (
    "function",
    [
      "round_to(1, 8)", "make_divisible(1, 8, 0.95)", "min(1)", "max(1)", "floor(1)", "ceil(1)", "select(true, 1, 2)",
      "implies(true, false)", "divides(2, 4)", "pow(2, 3)", "abs(-1)",
    ]
    .map { .expression($0) }, [.expression("round(1)")]
  ),
  ("values", [.declaration("decision $f {1, a, true}")], [.declaration("decision $f {1, 2,}")]),
  ("value", [.expression("1"), .expression("false"), .expression("relu")], [.expression("=")]),
  ("boolean", [.expression("true"), .expression("false")], [.operation("linear %0 features 1 bias yes")]),
  ("word", [.expression("relu"), .expression("\"not\"")], [.expression("not"), .expression("max")]),
  ("name", [.declaration("layer l.m[3]"), .declaration("layer \"l m\"")], [.declaration("layer 3")]),
  (
    "integer", [.document("space \"s\" input -1 x 2 x 3 classes 4 body { yield %0 }")],
    [.document("space \"s\" input 1.5 x 2 x 3 classes 4 body { yield %0 }")]
  ),
  (
    "number", [.expression("-12"), .expression("0.75"), .expression("-1//3")],
    [.expression("1.."), .expression("1//0"), .expression("0.00000000000000000001")]
  ),
  (
    "decision name", [.declaration("decision $f[1].g {1, 2} decision $\"f g\" {1, 2}")],
    [.declaration("decision $#3 {1, 2}")]
  ),
  (
    "decision ref", [.expression("$d"), .expression("$\"d\""), .expression("$#0")],
    [.expression("$"), .expression("$x")]
  ),
  (
    "node ref", [.body("{ yield %9223372036854775807 }")],
    [.body("{ yield %9223372036854775808 }"), .body("{ yield %a }")]
  ),
  (
    "place", [.operation("input", place: "@#0/1"), .operation("input", place: "@\"a\"/\"b c\"")],
    [.operation("input", place: "@a"), .operation("input", place: "@a/")]
  ),
  ("place name", [.operation("input", place: "@a/2.else.1[0]")], [.operation("input", place: "@a/-")]),
  ("index", [.expression("$#3")], [.expression("$#")]),
  ("path", [.expression("a_1.b[c].d[2]")], [.expression("a.")]),
  ("part", [.expression("a.1"), .expression("a[1]")], [.expression("a[]")]),
  ("string", [.expression("\"é \\\"x\\\"\"")], [.expression("\"x"), .expression("\"\n\"")]),
  ("escape", [.expression(#""\"\\\n\r\t\u{1f600}""#)], [.expression(#""\x""#), .expression(#""\u{d800}""#)]),
  ("digits", [.expression("007")], [.expression("99999999999999999999")]),
  ("digit", (0...9).map { .expression("\($0)") }, [.expression("٣")]),
  ("letter", [.expression("aZ_")], [.expression("é")]),
]

@Test(arguments: productions.map(\.name))
func `the parser takes what the grammar says`(name: String) {
  let production = productions.first { $0.name == name }!
  for fragment in production.accepted {
    #expect(throws: Never.self, "\(fragment)") {
      let space = try parseSpace(text: fragment.text)
      #expect(try parseSpace(text: space.text) == space)
    }
  }
  for fragment in production.refused {
    #expect(throws: IRTextError.self, "\(fragment)") { try parseSpace(text: fragment.text) }
  }
}

@Test func `every production of the grammar is in the table`() throws {
  let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  let grammar = try String(contentsOf: root.appending(path: "grammar/ir.ebnf"), encoding: .utf8)
  let names = grammar.split(separator: "\n").compactMap { line in
    line.wholeMatch(of: /([a-z][a-z ]*[a-z]) +=.*/).map { String($0.1) }
  }
  #expect(names == productions.map(\.name))
}
