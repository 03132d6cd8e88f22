import Foundation
import TestSupport
import Testing

@testable import Devices

/// Measurements by docs/examples/devices/phone.py, which invents its times and goes wrong as it is told.
struct MeasuringRunTests {
  @Test func `a device that comes back is waited for anew the next time that it is away`() throws {
    try withScratch { folder in
      let command = try Self.command("away-often", retries: 1, folder)
      var pauses: [Double] = []
      var settled: [String: Devices.Measurement] = [:]
      var run = MeasuringRun(command, pause: { pauses.append($0) }, observe: { _ in })
      try run.measure(Self.models(2, folder)) { model, measurement in settled[model.id] = measurement }
      #expect(pauses == [1, 1])
      #expect(settled.count == 2 && settled.values.allSatisfy { if case .measured = $0 { true } else { false } })
    }
  }

  @Test(arguments: [0, 2])
  func `a device that is away is asked what it is as often as it may be, and no more`(retries: Int) throws {
    try withScratch { folder in
      var (pauses, words): ([Double], [String]) = ([], [])
      let away = try Self.command("away", retries: retries, folder)
      #expect(throws: DeviceError.unavailable(last: "no phone on the cable")) {
        try away.describe(isStopping: { false }, pause: { pauses.append($0) }, observe: { words.append($0) })
      }
      #expect(pauses == (0..<retries).map { Double($0 + 1) } && words.count == retries)
      let late = try Self.command("away-at-first", retries: retries, folder)
      let found = try? late.describe(isStopping: { false }, pause: { _ in }, observe: { _ in })
      #expect(found?.runtime == (retries > 0 ? "invented" : nil))
      #expect(throws: DeviceError.stopped) {
        try away.describe(isStopping: { true }, pause: { _ in }, observe: { _ in })
      }
    }
  }

  @Test func `a command that talks without end is told from one that is silent`() throws {
    try withScratch { folder in
      func end(_ script: String, silence: Double, limit: Double) throws -> DeviceProcess.End {
        var size = 0
        return try DeviceProcess(["sh", "-c", script], output: "\(folder)/out", errors: "\(folder)/err")
          .wait(silence: silence, limit: limit) {
            size += script == "sleep 60" ? 0 : 1
            return size
          } look: {
            true
          }
      }
      let talking = try end("exec sleep 60 ", silence: 60, limit: 0.1)
      let silent = try end("sleep 60", silence: 0.1, limit: 60)
      #expect(talking == .late(0.1) && silent == .hung)
    }
    #expect(
      DeviceError.late(asked: .describe, seconds: 1200, last: nil).description
        == "the device's command was not done with 'describe' after 1200 s")
  }

  // MARK: The device

  private func withScratch(_ body: (_ folder: String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "run-\(UUID().uuidString)").path()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private static func command(_ wrong: String, retries: Int, _ folder: String) throws -> MeasuringCommand {
    let words = ["python3", "\(Repository.root)/docs/examples/devices/phone.py", wrong, "1.0", "\(folder)/memory"]
    let device = Device(name: "phone", source: .command(words), retries: retries)
    return try MeasuringCommand(device, scratch: folder, devices: DeviceFolder(environment: [:]))
  }

  private static func models(_ count: Int, _ folder: String) throws -> [ModelFile] {
    try (0..<count).map { number in
      let path = "\(folder)/model-\(number).onnx"
      try Data([UInt8](repeating: 7, count: 100)).write(to: URL(filePath: path))
      return ModelFile(id: "m\(number)", path: path, sha256: "0\(number)", inputs: [])
    }
  }
}
