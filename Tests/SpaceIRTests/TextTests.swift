import Testing

@testable import SpaceIR

/// A small space with every kind of declaration.
let handMade = """
  space "mini \\"f\\""
  input 3 x 28 x 28
  classes 10
  hint distribution factorised
  hint share channels slice
  decision $s2.or : word {layer, bypass} owner "s2"
  decision $s2.kernel : int {0, 3, 5} owner "s2" when $s2.or = layer
  decision $s2.splits : int {0, 1, 2} owner "s2" when $s2.kernel = {3, 5}
  decision $"wide?" : rational {0.75, 1, 1//3} parameter width
  layer image
  layer stem
  layer s2 ($s2.or, $s2.kernel, $s2.splits)
  layer head
  body {
    %0 = input : tensor<[n, 3, 28, 28]> @image/1
    %1 = convolution %0 channels round_to(16 * $"wide?", 8) kernel 3 stride 2 bias false : tensor<[n, round_to(16 * $"wide?", 8), 14, 14]> @stem/1
    %2 = batch_norm %1 : tensor<[n, round_to(16 * $"wide?", 8), 14, 14]> @stem/2
    %3 = activation %2 function relu : tensor<[n, round_to(16 * $"wide?", 8), 14, 14]> @stem/3
    %4 = choice $s2.or : tensor<[n, round_to(16 * $"wide?", 8), 14, 14]> @s2/0 {
      case layer {
        %5 = choice $s2.kernel : tensor<[n, round_to(16 * $"wide?", 8), 14, 14]> @s2/1 {
          case 0 {
            yield %3
          }
          case 3, 5 {
            %6 = depthwise %3 kernel $s2.kernel stride 1 copies max($s2.splits, 1) : tensor<[n, max($s2.splits, 1) x round_to(16 * $"wide?", 8), 14, 14]> @s2/1.else.1
            %7 = split_attention %6 inner 8 function swish : tensor<[n, round_to(16 * $"wide?", 8), 14, 14]> @s2/1.else.2
            %8 = add %3 %7 : tensor<[n, round_to(16 * $"wide?", 8), 14, 14]> @s2/1.else.3
            yield %8
          }
        }
        yield %5
      }
      case bypass {
        yield %3
      }
    }
    %9 = squeeze_excite %4 inner 4 function relu gate hard_sigmoid : tensor<[n, round_to(16 * $"wide?", 8), 14, 14]> @head/1
    %10 = pool %9 kind max kernel 3 stride 2 : tensor<[n, round_to(16 * $"wide?", 8), 7, 7]> @head/2
    %11 = global_pool %10 : tensor<[n, round_to(16 * $"wide?", 8), 1, 1]> @head/3
    %12 = linear %11 features 10 bias true : tensor<[n, 10, 1, 1]> @head/4
    yield %12
  }

  """

@Test func `a space prints as it was written`() throws {
  let space = try parseSpace(text: handMade)
  #expect(space.text == handMade)
  #expect(space.verify() == [])
  #expect(space.decisions[2].existence == Existence(parent: DecisionID(index: 1), options: [1, 2]))
  #expect(space.decisions[2].parameter == "splits")
  #expect(space.decisions[3].parameter == "width")
  #expect(space.decisions[3].owner == "")
}

@Test func `requirements print as they were written`() throws {
  let text = handMade.replacing(
    "body {",
    with: """
      require "same \\"kernel\\"" condition implies($s2.or == layer, $s2.kernel <= 3)
      require "small" budget macs to 60000000
      require "b" budget parameters from 5 to 6
      require "c" budget activation_bytes from 7
      require "d" budget latency "my phone" to 8
      body {
      """)
  let space = try parseSpace(text: text)
  #expect(space.text == text)
  try #require(space.requirements.count == 5)
  #expect(
    space.requirements[4].claim == .budget(Budget(.latency(device: "my phone"), greatest: 8)))
  #expect(space.verify() == [])
  #expect(try space.bound(to: Architecture(choices: [1, nil, nil, 0])).requirements == [])
}

@Test(arguments: 0..<100 as Range<UInt64>)
func `printing and parsing give the same space`(seed: UInt64) throws {
  let space = RandomSpace.make(seed: seed)
  #expect(try parseSpace(text: space.text) == space)
  #expect(space.text == RandomSpace.make(seed: seed).text)
}

@Test(arguments: 0..<400 as Range<UInt64>)
func `every expression survives printing`(seed: UInt64) throws {
  var generator = RandomExpression(random: SplitMix64(seed: seed))
  var space = RandomSpace.make(seed: 1)
  space.decisions = RandomExpression.decisions
  space.layers = [Layer(name: "odd layer", decisions: [])]
  let type = TensorType(
    copies: generator.number(depth: 3), channels: generator.number(depth: 6), height: generator.truth(depth: 6),
    width: .unary(.negate, .constant(Value(Rational(-1, 3)))))
  let node = Node(id: NodeID(index: 0), operation: .input(0), type: type, layer: LayerID(index: 0), place: "a b")
  space.body = Region(nodes: [node], result: node.id)
  #expect(try parseSpace(text: space.text) == space)
}

@Test func `parentheses are printed only where precedence asks for them`() throws {
  let texts = [
    "1 + 2 * 3", "(1 + 2) * 3", "1 - (2 - 3)", "1 - 2 - 3", "1 / (2 / 3)", "-(3)", "--(-3)", "-(1 + 2)", "-2 * 3",
    "not true and false", "not (true and false)", "not 1 == 2", "(1 == 2) == true", "(true or false) and true",
    "select(1 < 2, -0.75, 1//3)", "2 - -3", "\"or\"", "\"max\"", "\"two words\"", "x",
  ]
  for text in texts {
    let document = handMade.replacing("relu gate", with: "\(text) gate")
    #expect(try parseSpace(text: document).text == document, "\(text)")
  }
}

@Test func `words that look like something else are quoted`() throws {
  var space = try parseSpace(text: handMade)
  for word in ["true", "not", "min", "", "3", "a-b", "é\n\t\"\\\u{7}", "yield", "x", "#", "s2[1].k", "s2["] {
    let first = space.decisions[0]
    space.decisions[0] = Decision(
      name: "d " + word, parameter: word, owner: word, options: [.word("layer"), .word(word)],
      existence: first.existence)
    space.name = word
    space.layers[1] = Layer(name: "l" + word, decisions: [])
    space.body.nodes[1].place = word
    #expect(try parseSpace(text: space.text) == space)
  }
}

@Test func `names that are not unique and indices out of range print as numbers`() throws {
  var space = try parseSpace(text: handMade)
  let far = DecisionID(index: 99)
  space.decisions[3] = Decision(
    name: "s2.or", parameter: "p", owner: "", options: [.integer(1), .integer(1)],
    existence: Existence(parent: far, options: [7]))
  space.decisions.append(
    Decision(
      name: "e", parameter: "e", owner: "", options: [.integer(1), .word("a")],
      existence: Existence(parent: DecisionID(index: 3), options: [])))
  space.layers[1] = Layer(name: "image", decisions: [far])
  space.body.nodes[0].layer = LayerID(index: 42)
  #expect(try parseSpace(text: space.text) == space)
}

@Test func `a mistake has a line, a column and a reason`() {
  func expectMistake(_ old: String, _ new: String, _ line: Int, _ column: Int, _ message: String) {
    let error = #expect(throws: IRTextError.self) { try parseSpace(text: handMade.replacing(old, with: new)) }
    #expect(error?.description == "\(line):\(column): \(message)")
  }
  expectMistake("classes 10", "classes ten", 3, 9, "expected an integer")
  expectMistake("input 3 x", "input 99999999999999999999 x", 2, 7, "a number's parts fit 64 bits")
  expectMistake("kind max", "kind min", 39, 22, "expected 'max' or 'average', found 'min'")
  expectMistake("choice $s2.kernel", "choice $s3.kernel", 21, 19, "no decision before this is named 's3.kernel'")
  expectMistake("{0, 3, 5}", "{0}", 7, 10, "a decision has two options")
  expectMistake("= layer", "= lawyer", 7, 62, "the decision has no such option")
  expectMistake("{0, 1, 2}", "{0, 1, a}", 8, 34, "the option is not of the decision's type")
  expectMistake("@stem/2", "@stern/2", 17, 72, "no layer is named 'stern'")
  expectMistake("gate hard_sigmoid", "gate 1 < 2 < 3", 38, 59, "comparisons do not chain: parentheses are needed")
  expectMistake("gate hard_sigmoid", "gate 1//0", 38, 53, "a fraction has a denominator")
  expectMistake("1//3", "1//", 9, 43, "expected a digit")
  expectMistake("gate hard_sigmoid", "gate min()", 38, 57, "expected a value, found ')'")
  expectMistake("gate hard_sigmoid", "gate floor(1, 2)", 38, 53, "'floor' takes another number of arguments")
  expectMistake("layer image", "layer image é", 10, 13, "a character that starts nothing here")
  expectMistake("\"s2\"", "\"s2", 6, 46, "a string ends on its line")
}

@Test func `hostile nesting is refused, not a crash`() {
  func mistake(_ text: String) -> String? {
    #expect(throws: IRTextError.self) { try parseSpace(text: text) }?.message
  }
  let deep = 20_000
  for hostile in [
    String(repeating: "(", count: deep), String(repeating: "-", count: deep) + "x",
    String(repeating: "not ", count: deep), String(repeating: "1 + ", count: deep) + "1",
    String(repeating: "floor(", count: deep),
  ] {
    let message = mistake(handMade.replacing("gate hard_sigmoid", with: "gate \(hostile)"))
    #expect(message == "an expression is at most 400 levels deep")
  }
  let nest = "%0 = choice 1 : tensor<[n, 1, 1, 1]> @a/1 { case 1 { "
  let head = "space \"a\" input 1 x 1 x 1 classes 1 layer a body { "
  #expect(mistake(head + String(repeating: nest, count: deep)) == "regions are at most 100 deep")
}

@Test(arguments: 0..<64 as Range<UInt64>)
func `mutated text parses or is refused at a place inside it`(seed: UInt64) {
  var random = SplitMix64(seed: seed)
  let original = Array((seed % 2 == 0 ? handMade : RandomSpace.make(seed: seed).text).utf8)
  let fragments = [
    "9223372036854775808", "-9223372036854775808", "0.1", "1//7", "$", "@", "%", "#", "\"", "\\u{", "{", "}", "(", ")",
    "not", "case", "yield", "é", "\n", "\0", "<", "=", "x", "select(", "[", ";", "$#18446744073709551616", "-",
  ].map { Array($0.utf8) }
  for _ in 0..<40 {
    var bytes = original
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let from = Int.random(in: 0..<bytes.count, using: &random)
      let to = min(bytes.count, from + Int.random(in: 0...12, using: &random))
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes.removeSubrange(from..<to)
      case 1: bytes.insert(contentsOf: random.pick(fragments), at: from)
      case 2: bytes.replaceSubrange(from..<to, with: random.pick(fragments))
      default: bytes.insert(contentsOf: bytes[from..<to], at: Int.random(in: 0..<bytes.count, using: &random))
      }
    }
    expectTotal(String(decoding: bytes, as: UTF8.self))
  }
}

/// Parses, or refuses inside the text; what parses prints, verifies and parses again to the same.
private func expectTotal(_ text: String) {
  do throws(IRTextError) {
    let space = try parseSpace(text: text)
    _ = space.verify()
    #expect(try parseSpace(text: space.text) == space)
  } catch {
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    #expect((1...lines.count).contains(error.line) && (1...(lines[error.line - 1].count + 1)).contains(error.column))
  }
}
