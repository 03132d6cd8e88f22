import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Devices

/// Devices as their files have them.
struct DeviceReaderTests {
  private static func read(_ text: String, path: String = "device.yaml") -> DeviceReading {
    readDevice(Array(text.utf8), path: path)
  }

  @Test(arguments: Device.builtIn.map(\.device))
  func `a device of this package is what its file says`(device: Device) {
    #expect(Self.read(device.fileText).device == device)
  }

  @Test func `a command is seen from its file, and every key is read`() throws {
    let text = """
      espalier: 1
      device: phone
      command: [./phone.sh, "--cable", usb0]
      passes: 9
      core: 3
      silence: 1.5 s
      retries: 0
      """
    let device = try #require(Self.read(text, path: "devices/mine/phone.yaml").device)
    #expect(device.source == .command(["devices/mine/./phone.sh", "--cable", "usb0"]))
    #expect(device.passes == 9 && device.core == 3 && device.silence == 1.5 && device.retries == 0)
    #expect(Self.read(device.fileText).device == device)
    let plain = try #require(Self.read("espalier: 1\ndevice: a\ncommand: measure-it\n", path: "d/a.yaml").device)
    #expect(plain.source == .command(["measure-it"]))
    #expect(plain.passes == 5 && plain.core == nil && plain.silence == 120 && plain.retries == 2)
  }

  @Test(arguments: [
    ("espalier: 1\ndevice: a\ncommand: x\nprecison: int8\n", ["ES6101", "ES6104"]), ("[]\n", ["ES6103"]),
    ("espalier: 1\ndevice: a\ncommand: x\nvolume: 11\n", ["ES6101"]), ("espalier: 1\ndevice: a\n", ["ES6102"]),
    ("device: a\ncommand: x\n", ["ES6102"]), ("espalier: 1\ncommand: x\n", ["ES6102"]),
    ("espalier: 2\ndevice: a\ncommand: x\n", ["ES6103"]), ("espalier: 1\ndevice: 7up\ncommand: x\n", ["ES6103"]),
    ("espalier: 1\ndevice: a b\ncommand: x\n", ["ES6103"]), ("espalier: 1\ndevice: a\ncommand: []\n", ["ES6103"]),
    ("espalier: 1\ndevice: a\ncommand: {x: y}\n", ["ES6103"]), ("espalier: 1\ndevice: a\ncommand:\n", ["ES6103"]),
    ("espalier: 1\ndevice: a\ncommand: [x, [y]]\n", ["ES6103"]),
    ("espalier: 1\ndevice: a\nruntime: tflite\n", ["ES6103"]),
    ("espalier: 1\ndevice: a\nruntime: ncnn\nprecision: int8\n", ["ES6103"]),
    ("espalier: 1\ndevice: a\nruntime: litert\nprecision: int8\n", ["ES6103"]),
    ("espalier: 1\ndevice: a\nruntime: openvino\nprecision: bf16\nthreads: 0\n", ["ES6103", "ES6103"]),
    ("espalier: 1\ndevice: a\nruntime: openvino\ncommand: x\n", ["ES6104"]),
    ("espalier: 1\ndevice: a\ncommand: x\nsilence: 5\n", ["ES6103"]),
    ("espalier: 1\ndevice: a\ncommand: x\nsilence: 0 s\n", ["ES6103"]),
    ("espalier: 1\ndevice: a\ncommand: x\npasses: 0\ncore: -1\nretries: 1.5\n", ["ES6103", "ES6103", "ES6103"]),
    ("espalier: 1\ndevice: a\ncommand: x\ndevice: b\n", ["ES0019"]),
    ("espalier: 1\nspace: a\nnetwork: []\n", ["ES6105"]), ("espalier: 1\nlatency_table: a\nrows: []\n", ["ES6105"]),
  ])
  func `every mistake has its code`(text: String, codes: [String]) {
    let reading = Self.read(text)
    #expect(reading.diagnostics.map(\.code).sorted() == codes.sorted() && reading.device == nil)
  }

  @Test func `what is meant is named`() throws {
    let reading = Self.read("espalier: 1\ndevice: a\nruntime: onnxrutime\n")
    #expect(reading.diagnostics[0].fixIts.map(\.message) == ["did you mean 'onnxruntime'?"])
    #expect(
      reading.diagnostics[0].message.contains(
        "one of 'onnxruntime', 'openvino', 'ncnn', 'litert', not 'onnxrutime'"))
  }

  @Test(arguments: ["ES6101", "ES6102", "ES6103", "ES6104", "ES6105"])
  func `the examples of a page fail and pass`(code: String) throws {
    let page = try String(contentsOfFile: "\(Repository.root)/docs/diagnostics/\(code).md", encoding: .utf8)
    #expect(page.hasPrefix("# \(code): ") && page.contains("\n## Remedy\n\n"))
    #expect(Self.read(try example("Fails", of: page)).diagnostics.map(\.code) == [code])
    #expect(Self.read(try example("Passes", of: page)).diagnostics.isEmpty)
  }

  private func example(_ heading: String, of page: String) throws -> String {
    let section = try #require(page.components(separatedBy: "\n## \(heading)\n").dropFirst().first)
    let block = try #require(section.components(separatedBy: "```yaml\n").dropFirst().first)
    return block.components(separatedBy: "```")[0]
  }
}
