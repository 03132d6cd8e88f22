import SpaceChecker
import SpaceIR
import Testing

@testable import Devices

/// The files that measurements are kept in.
struct MeasuredTableTests {
  private static let description = DeviceDescription(
    device: "d", runtime: "r: x", version: "1", precision: "fp32", threads: 1, processor: "a \"b\"", flags: ["avx2"],
    formats: ["onnx"])

  private static func kernel(_ channels: Int) -> KernelShape {
    KernelShape(
      .activation, [.integer(channels), .integer(8), .integer(8), .word("relu"), .integer(1)], followers: [])
  }

  private static func table() throws -> MeasuredTable {
    var table = try MeasuredTable(description, passes: 5, addingTo: nil, name: "d")
    table.setCall(nanoseconds: 4117)
    table.note(space: "s", hash: "0a")
    table.record.rows = [
      .init(kernel: kernel(1), nanoseconds: 31_400, spread: 0.0214),
      .init(kernel: kernel(2), nanoseconds: 7, spread: 0, isConfirmed: false),
      .init(kernel: kernel(3), nanoseconds: nil, failure: "unsupported: no relu"),
    ]
    return table
  }

  private static func read(_ text: String) throws -> LatencyRecord {
    try #require(readLatencyRecord(Array(text.utf8), path: "t.yaml").record)
  }

  @Test func `a table is read back, and says the same when it is written again`() throws {
    let text = try Self.table().text
    let record = try Self.read(text)
    #expect(record.rows.map(\.kernel) == [Self.kernel(1), Self.kernel(2)])
    #expect(record.rows.map(\.nanoseconds) == [31_400, 7])
    #expect(record.rows.map(\.spread) == [0.021, 0] && record.rows.map(\.isConfirmed) == [true, false])
    #expect(record.correction == LatencyCorrection(constant: 4117, millionths: 1_000_000))
    #expect(text.contains("latency: unmeasured}  # unsupported: no relu\n"))
    let again = try MeasuredTable(Self.description, passes: 5, addingTo: record, name: "d")
    let open = "  - {op: activation, in: 3x8x8, function: relu, latency: unmeasured}  # unsupported: no relu\n"
    #expect(again.text == text.replacing(open, with: ""))
    #expect(again.call == 4117)
  }

  /// Every kind of character that YAML takes for more than text, or not at all.
  static let oddTexts = [
    "", " a: b # c ", "- x", "a\"b\\c", "one\ntwo\r\nthree", "\t", "\u{0}\u{7}\u{1B}[0m\u{7F}",
    "\u{85}\u{2028}\u{2029}", "\u{FEFF}\u{FFFE}\u{FFFF}", "5, space: x}", "{{template}}", "'", "true", "~",
    "12 kernels", "née 日本 \u{1F4F1}",
  ]

  @Test(arguments: oddTexts)
  func `whatever a device says of itself is read back, and it is the same device again`(text: String) throws {
    let odd = DeviceDescription(
      device: "d", runtime: "r\(text)", version: "1\(text)", precision: text, threads: 1, processor: text,
      flags: [text, "fma"], formats: ["onnx"])
    var table = try MeasuredTable(odd, passes: 5, addingTo: nil, name: "d\(text)")
    table.setCall(nanoseconds: 7)
    table.note(space: "s\(text)", hash: "0a")
    table.record.correctionTexts["networks"] = text
    table.record.correctionTexts["space"] = text
    table.record.rows = [
      .init(kernel: Self.kernel(3), nanoseconds: nil, failure: "unsupported: \(text)"),
      .init(kernel: Self.kernel(1), nanoseconds: 31_400),
    ]
    let record = try Self.read(table.text)
    #expect(record.name == "d\(text)" && record.rows.map(\.kernel) == [Self.kernel(1)])
    #expect(record.correctionTexts["networks"] == text && record.correctionTexts["space"] == text)
    #expect(record.measured["spaces.s\(text)"] == "0a")
    let again = try MeasuredTable(odd, passes: 5, addingTo: record, name: "d\(text)")
    #expect(again.text.split(separator: "\n").last == table.text.split(separator: "\n").last)
  }

  @Test func `another device, or the same one after a change, is refused`() throws {
    let record = try Self.read(try Self.table().text)
    let newer = DeviceDescription(
      device: "d", runtime: "r: x", version: "2", precision: "fp32", threads: 1, processor: "a \"b\"",
      flags: ["avx2"], formats: ["onnx"])
    #expect(throws: MeasuredTable.Mismatch.stale(["version 1, now 2", "passes 5, now 7"])) {
      try MeasuredTable(newer, passes: 7, addingTo: record, name: "d")
    }
    var foreign = record
    foreign.measured = [:]
    #expect(throws: MeasuredTable.Mismatch.otherWriter) {
      try MeasuredTable(Self.description, passes: 5, addingTo: foreign, name: "d")
    }
  }

  @Test func `a correction holds for every sum`() throws {
    var table = try Self.table()
    let line = try #require(LinearFit([(0, 250), (1000, 1750)]))
    table.record.correct(by: line, networks: 6, space: "s")
    let record = try Self.read(table.text)
    #expect(record.correction == LatencyCorrection(constant: 250, millionths: 1_500_000))
    #expect(table.text.contains("correction: {constant: 0.25 us, factor: 1.5, "))
    let corrected = record.table(of: "x", path: "")
    #expect(corrected[Self.kernel(1)] == 47_100 && corrected[Self.kernel(2)] == 11 && corrected.constant == 250)
    let plain = record.table(of: "x", path: "", isCorrected: false)
    #expect(plain[Self.kernel(1)] == 31_400 && plain.constant == 0)
  }

  @Test func `times are exact in their text`() {
    #expect(
      [0, 7, 1000, 31_400, -250, 1_000_001].map(microsecondsText) == [
        "0 us", "0.007 us", "1 us", "31.4 us", "-0.25 us", "1000.001 us",
      ])
    #expect(LatencyCorrection(constant: 0, millionths: 1_500_000).scaled(3) == 5)
    #expect(LatencyCorrection(constant: 0, millionths: 1_000_000_000).scaled(.max) == .max)
    #expect(LatencyCorrection(constant: 0, millionths: 1).scaled(499_999) == 0)
  }
}
