import Foundation
import Testing

/// `espalier evaluate --device`: latency of one whole network on devices.
struct TrainLatencyTests {
  private static let phone = "docs/examples/devices/phone.yaml"

  private func withNetwork(_ body: (_ folder: String, _ network: String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let network = "\(folder)/network.yaml"
      let outcome = try Executable.run("unrank", "spaces/digits.yaml", "400000000", "-o", network)
      try #require(outcome.status == 0, "\(outcome.errors)")
      try body(folder, network)
    }
  }

  /// The phone invents times from the size of a model's file: the least, one 1 % above it, and one 30 % above it.
  @Test func `latency is measured on every device that is named, in its passes`() throws {
    try withNetwork { _, network in
      let outcome = try Executable.run(
        "evaluate", network, "--device", Self.phone, "--device", "engine", "--json")
      #expect(outcome.status == 0, "\(outcome.errors)")
      let answer = try object(outcome.output)
      let found = try #require(answer["latency"] as? [[String: Any]])
      #expect(found.compactMap { $0["device"] as? String } == ["phone", "engine"])
      let phone = try #require(found.first)
      let lower = try #require(phone["lower_quartile_ms"] as? Double)
      let median = try #require(phone["median_ms"] as? Double)
      let upper = try #require(phone["upper_quartile_ms"] as? Double)
      #expect(phone["repetitions"] as? Int == 3)
      #expect(abs(median / lower - 1.01) < 1e-9 && abs(upper / lower - 1.3) < 1e-9, "\(phone)")
      // A byte of the model counts 10 ns, and most of it are weights of 4 bytes each.
      let parameters = try #require(answer["parameters"] as? Int)
      #expect(lower > Double(2 * parameters) * 1e-5 && lower < Double(20 * parameters) * 1e-5, "\(lower)")
      let text = try Executable.run("evaluate", network, "--device", Self.phone).output
      #expect(text.contains(" ms on 'phone', half of 3 passes from ") && !text.contains("'engine'"), "\(text)")
    }
  }

  @Test(arguments: [
    ("away", "error: the device is not available; it said: no phone on the cable"),
    ("refuses", "error: the device's command does not understand 'measure'; it said: no such option: --core"),
  ])
  func `a device that fails ends the command with what the device says`(wrong: String, message: String) throws {
    try withNetwork { folder, network in
      let device = try write(
        "espalier: 1\ndevice: phone\ncommand: [python3, docs/examples/devices/phone.py, \(wrong)]\nretries: 1\n",
        to: "phone.yaml", in: folder)
      let outcome = try Executable.run("evaluate", network, "--device", device)
      #expect(outcome.status == 2 && outcome.output.isEmpty, "\(outcome.output)")
      #expect(outcome.errors.contains(message), "\(outcome.errors)")
    }
  }

  @Test func `a runtime that is not installed is told with what installs it`() throws {
    try withNetwork { folder, network in
      let outcome = try Executable.run(
        ["evaluate", network, "--device", "ort-fp32"], environment: ["ESPALIER_CACHE": folder])
      #expect(outcome.status == 2)
      #expect(
        outcome.errors.contains(
          "error: the runtime of 'ort-fp32' is not installed\nhelp: 'espalier device setup ort-fp32' runs"),
        "\(outcome.errors)")
    }
  }
}
