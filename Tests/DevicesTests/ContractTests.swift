import Testing

@testable import Devices

/// What a measuring command says, and what is made of it.
struct ContractTests {
  private static let whole =
    #"{"protocol": 1, "device": "d", "runtime": "r", "version": "1", "precision": "fp32", "threads": 2, "#
    + #""cpu": "c", "flags": ["avx2", "fma"], "formats": ["onnx"]}"#

  @Test func `a description is read`() throws {
    let it = try DeviceDescription(answer: Array(Self.whole.utf8))
    #expect(it.runtime == "r" && it.threads == 2 && it.flags == ["avx2", "fma"] && it.formats == ["onnx"])
  }

  @Test(arguments: [
    ("", "with nothing"), ("   \n", "with nothing"), ("hello\nworld", "with 'hello world'"), ("[1]", "with '[1]'"),
    ("{}", "an object without 'protocol'"), (#"{"protocol": 2}"#, "keeps protocol 2; this version knows protocol 1"),
    (#"{"protocol": "1"}"#, "keeps protocol 1"), (whole.replacing("\"r\"", with: "7"), "no text for 'runtime'"),
    (whole.replacing("2", with: "0"), "no number for 'threads'"),
    (whole.replacing("[\"onnx\"]", with: "1"), "no list of texts for 'formats'"),
    (whole.replacing("\"c\"", with: "\"\""), "no text for 'cpu'"),
  ])
  func `an answer that is none says what is wrong`(answer: String, words: String) {
    let error = #expect(throws: DeviceError.self) { try DeviceDescription(answer: Array(answer.utf8)) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test func `a device that has changed is another one`() throws {
    let it = try DeviceDescription(answer: Array(Self.whole.utf8))
    var measured: [String: String] = [:]
    for (key, value) in it.entries { measured["device.\(key)"] = value }
    #expect(it.differences(from: measured).isEmpty)
    measured["device.version"] = "0.9"
    measured["device.threads"] = nil
    #expect(it.differences(from: measured) == ["version 0.9, now 1", "threads not said, now 2"])
  }

  private static let model = ModelFile(
    id: "a", path: "/a \"b\".onnx", sha256: "77", inputs: [.init(name: "x", shape: [1, 2])])

  private static func line(_ text: String) throws -> Measurement {
    try MeasurementLine(Array(text.utf8), models: ["a": model]).measurement
  }

  @Test func `a list names models as JSON does`() {
    #expect(
      Self.model.line == #"{"id": "a", "path": "/a \"b\".onnx", "sha256": "77", "inputs": {"x": [1, 2]}}"#)
  }

  @Test func `a line is a latency or a reason`() throws {
    let fine = #"{"id":"a","sha256":"77","status":"ok","latency_ms":2,"passes_ms":[2.5,2,3],"confirmed":true}"#
    #expect(
      try Self.line(fine) == .measured(.init(milliseconds: 2, passes: [2.5, 2, 3], isConfirmed: true)))
    let unsure = #"{"id":"a","sha256":"77","status":"unconfirmed","latency_ms":2}"#
    #expect(try Self.line(unsure) == .measured(.init(milliseconds: 2, passes: [2], isConfirmed: false)))
    let lacking = #"{"id":"a","sha256":"77","status":"unsupported","message":"no\nswish"}"#
    #expect(try Self.line(lacking) == .failed(.init(.unsupported, "no swish")))
    #expect(Measurement.Latency(milliseconds: 2, passes: [2.5, 2, 3], isConfirmed: true).spread == 0.25)
  }

  @Test(arguments: [
    ("{", "no JSON object"), (#"{"id":"b"}"#, "without the id"), (#"{"id":"a"}"#, "sha256"),
    (#"{"id":"a","sha256":"77"}"#, "without a status"), (#"{"id":"a","sha256":"77","status":"great"}"#, "'great'"),
    (#"{"id":"a","sha256":"77","status":"crashed"}"#, "unknown status"),
    (#"{"id":"a","sha256":"77","status":"ok"}"#, "'latency_ms'"),
    (#"{"id":"a","sha256":"77","status":"ok","latency_ms":"3"}"#, "'latency_ms'"),
    (#"{"id":"a","sha256":"77","status":"ok","latency_ms":-3}"#, "'latency_ms'"),
    (#"{"id":"a","sha256":"77","status":"ok","latency_ms":1e99}"#, "'latency_ms'"),
  ])
  func `a line that is none says what is wrong`(line: String, words: String) {
    let garbage = #expect(throws: MeasurementLine.Garbage.self) { try Self.line(line) }
    #expect(garbage?.found.contains(words) == true, "\(garbage?.found ?? "")")
  }

  @Test func `passes of two calls confirm each other`() {
    let (first, second) = (
      Measurement.Latency(milliseconds: 2, passes: [2, 3], isConfirmed: false),
      Measurement.Latency(milliseconds: 2.05, passes: [2.05, 4], isConfirmed: false)
    )
    #expect(first.joined(second) == .init(milliseconds: 2, passes: [2, 3, 2.05, 4], isConfirmed: true))
    let far = Measurement.Latency(milliseconds: 2.5, passes: [2.5, 2.51], isConfirmed: true)
    #expect(!first.joined(far).isConfirmed)
  }

  @Test func `calls are of nearly one size`() {
    #expect(MeasuringRun.calls(of: [Int]()).isEmpty)
    #expect(MeasuringRun.calls(of: Array(0..<128)).map(\.count) == [128])
    #expect(MeasuringRun.calls(of: Array(0..<258)).map(\.count) == [86, 86, 86])
    #expect(MeasuringRun.calls(of: Array(0..<258)).flatMap(\.self) == Array(0..<258))
  }
}
