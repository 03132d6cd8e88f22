import Foundation
import TestSupport
import Testing

/// `device measure` and `device check` with a command that invents its times, and everything that it can do wrong.
struct DeviceMeasureTests {
  private static let space = "docs/examples/devices/timed.yaml"

  /// Runs `device` with docs/examples/devices/phone.py as the device; in the words `TABLE` is its table, `PHONE` its file.
  private static func device(
    _ words: [String], wrong: String, version: String = "1.0", in folder: String
  ) throws -> Executable.Outcome {
    // Only one that hangs is waited for in vain: a busy machine takes its time to start the others.
    let silence = wrong.hasPrefix("hangs") ? 4 : 60
    let file = try write(
      """
      espalier: 1
      device: phone
      command: [python3, docs/examples/devices/phone.py, \(wrong), "\(version)", "\(folder)/memory"]
      silence: \(silence) s
      retries: 1
      """, to: "phone.yaml", in: folder)
    let places = ["TABLE": "\(folder)/table.yaml", "PHONE": file]
    return try Executable.run(["device"] + words.map { places[$0] ?? $0 })
  }

  private static func measure(_ wrong: String, _ more: [String] = [], in folder: String) throws -> Executable.Outcome {
    try device(["measure", "PHONE", space, "-o", "TABLE"] + more, wrong: wrong, in: folder)
  }

  private static func table(_ folder: String) -> String {
    (try? String(contentsOfFile: "\(folder)/table.yaml", encoding: .utf8)) ?? ""
  }

  private static func rows(_ folder: String) -> Int {
    table(folder).split(separator: "\n").count { $0.contains(" us") }
  }

  /// A device `phone` lies in `phone.yaml`, which its table must not be.
  @Test func `without a name the table lies beside the device`() throws {
    try withTemporaryFolder { folder in
      let root = Repository.root
      let text = "espalier: 1\ndevice: phone\ncommand: [python3, \(root)/docs/examples/devices/phone.py]\n"
      _ = try write(text, to: "phone.yaml", in: folder)
      func device(_ words: String) throws -> Executable.Outcome {
        try Executable.shell("cd '\(folder)' && \"$ESPALIER\" device \(words)")
      }
      let measured = try device("measure phone.yaml '\(root)/\(Self.space)'")
      #expect(measured.status == 0 && measured.output.contains("wrote phone-table.yaml"), "\(measured.errors)")
      #expect(try String(contentsOfFile: "\(folder)/phone.yaml", encoding: .utf8) == text)
      let checked = try device("check phone.yaml '\(root)/\(Self.space)' --networks 2")
      #expect(checked.status == 0, "\(checked.errors)")
      for words in [
        "measure phone.yaml '\(root)/\(Self.space)' -o", "check phone.yaml '\(root)/\(Self.space)' --table",
      ] {
        let refused = try device("\(words) phone.yaml")
        #expect(refused.status == 2 && refused.errors.contains("is the device itself"), "\(refused.errors)")
      }
    }
  }

  @Test func `a table is measured, added to, used and checked`() throws {
    try withTemporaryFolder { folder in
      let first = try Self.measure("fine", ["--where", "stem.kernel <= 3"], in: folder)
      #expect(first.status == 0 && first.output.contains("12 kernels of 'timed' on 'phone'"), "\(first.errors)")
      let second = try Self.measure("fine", in: folder)
      #expect(second.errors.contains("measuring 4 kernels") && second.errors.contains("has 12 rows"))
      // Not "about": a device may be much faster than the protocol.
      #expect(second.errors.contains("), up to about "), "\(second.errors)")
      #expect(second.output.contains("4 kernels of 'timed'") && Self.rows(folder) == 16 + 1)
      let third = try Self.measure("fine", in: folder)
      #expect(third.output.hasPrefix("every kernel of 'timed' is in "))
      let check = try Self.device(
        ["check", "PHONE", Self.space, "--table", "TABLE", "--networks", "8", "--correct"], wrong: "fine", in: folder)
      #expect(check.status == 0 && check.output.contains("8 networks of 'timed' on 'phone' (invented 1.0"))
      for row in ["sum of kernels", "line through the others", "line from multiply-adds", "the same networks again"] {
        #expect(check.output.contains(row), "\(check.output)")
      }
      #expect(Self.table(folder).contains("networks: 8, space: \"timed\"}"))
      let costs = try Executable.run(
        "costs", Self.space, "--device", "phone=\(folder)/table.yaml", "--pareto", "latency(phone),most:params")
      #expect(costs.status == 0, "\(costs.errors)")
    }
  }

  @Test func `what a measured table says of a network is the line over its rows`() throws {
    try withTemporaryFolder { folder in
      #expect(try Self.measure("fine", in: folder).status == 0)
      let network = ["unrank", Self.space, "3", "--json", "--device", "phone=\(folder)/table.yaml"]
      let query = ["--where", "latency(phone) <= 1 s"]
      func latency() throws -> Int {
        let answer = try object(try Executable.run(network + query).output)
        return try #require((answer["latency_ns"] as? [String: Int])?["phone"])
      }
      let plain = try latency()
      let text = Self.table(folder)
      #expect(text.contains("correction: {constant: 1 us, factor: 1}"))
      let doubled = text.replacing(
        "correction: {constant: 1 us, factor: 1}", with: "correction: {constant: 2 us, factor: 2}")
      _ = try write(doubled, to: "table.yaml", in: folder)
      #expect(try latency() == 2 * (plain - 1000) + 2000)
    }
  }

  /// What goes wrong, the exit code, what is said of it, and how many kernels are measured all the same.
  static let troubles: [(String, Int32, [String], Int)] = [
    (
      "hangs", 1,
      [
        "note: the command said nothing for 4 s while it ran 'global_pool(in=16x8x8)'; goes on without it",
        "2 kernels could not be measured:\n  hung: ",
      ],
      14
    ),
    ("hangs-at-once", 2, ["error: the device's command hung: no word for 4 s in 'describe'"], 0),
    (
      "garbage", 2,
      [
        "note: 16 models without an answer",
        "answers 'measure' with 'Segment 7 online', which is no JSON object; expected is",
      ],
      0
    ),
    ("garbage-at-once", 2, ["answers 'describe' with 'Segment 7 online, have a nice day'; expected is one JSON"], 0),
    ("thirds", 1, ["1 kernel could not be measured:\n  run-failed: cold start: conv("], 15),
    (
      "lacks-swish", 1,
      [
        "6 kernels could not be measured:\n  unsupported: no operator 'swish': conv(in=3x8x8,channels=16,kernel=1,then=[swish]) and 5 others"
      ],
      10
    ),
    (
      "crashes", 1, ["note: the command ended by SIGSEGV while it ran 'global_pool(in=16x8x8)'; goes on without it"], 14
    ),
    (
      "crashes-quietly", 1, ["note: the command ended by SIGSEGV; goes on in halves", "crashed: the command ended"], 14
    ),
    ("away", 2, ["error: the device is not available; it said: no phone on the cable"], 0),
    ("away-at-first", 0, ["note: the device is away; it said: no phone on the cable; asking again"], 16),
    ("away-once", 0, ["note: the device is away; it said: the cable came off; asking again"], 16),
    ("unsure", 0, ["16 kernels of 'timed'"], 16),
    ("halves", 1, ["note: 8 models without an answer: the command wrote no line about it"], 12),
    ("refuses", 2, ["does not understand 'measure'; it said: no such option: --core"], 0),
    ("old-protocol", 2, ["keeps protocol 2; this version knows protocol 1"], 0),
  ]

  @Test(arguments: troubles)
  func `whatever a command does is told, and what was measured stays`(
    wrong: String, status: Int32, words: [String], measured: Int
  ) throws {
    try withTemporaryFolder { folder in
      let outcome = try Self.measure(wrong, in: folder)
      let said = outcome.errors + outcome.output
      #expect(outcome.status == status)
      for text in words { #expect(said.contains(text), "\(said)") }
      // One more time is that of an empty call.
      #expect(Self.rows(folder) == (measured == 0 ? 0 : measured + 1), "\(Self.table(folder))")
    }
  }

  @Test func `a stale table is not added to, and a table that lacks an operator is not searched with`() throws {
    try withTemporaryFolder { folder in
      #expect(try Self.measure("lacks-swish", in: folder).status == 1)
      let newer = try Self.device(
        ["measure", "PHONE", Self.space, "-o", "TABLE"], wrong: "fine", version: "2.0", in: folder)
      #expect(
        newer.status == 1 && newer.errors.contains("is stale") && newer.errors.contains("  version 1.0, now 2.0\n"))
      let checked = try Self.device(
        ["check", "PHONE", Self.space, "--table", "TABLE"], wrong: "fine", in: folder)
      #expect(checked.status == 1 && checked.errors.contains("has no row for a kernel that 'stem' of 'timed' needs"))
      let query = ["--device", "phone=\(folder)/table.yaml"]
      let counted = try Executable.run(["count", Self.space, "--where", "latency(phone) <= 1 ms"] + query)
      #expect(counted.status == 1 && counted.errors.contains("then: [swish]"))
      let fresh = try Self.device(
        ["measure", "PHONE", Self.space, "-o", "TABLE", "--fresh"], wrong: "fine", version: "2.0", in: folder)
      #expect(fresh.status == 0 && Self.rows(folder) == 17, "\(fresh.errors)")
    }
  }

  @Test(arguments: [
    (["measure", "phone7", space], 2, "no device is named 'phone7', and no file either; the devices are ort-fp32"),
    (["measure", "ort-fp23", space], 2, "help: did you mean 'ort-fp32'?"),
    (["measure", "none.yaml", space], 2, "'none.yaml' cannot be read: no such file"),
    (["measure", space, space], 1, "error[ES6105]: this file is a space, and a device is wanted here"),
    (["measure", "docs/examples/devices/phone.yaml", "none.yaml"], 2, "none.yaml"),
    (
      ["measure", "docs/examples/devices/phone.yaml", space, "-o", space], 1,
      "is a space, and a latency table is wanted"
    ),
    (
      ["measure", "docs/examples/devices/phone.yaml", space, "-o", "docs/examples/one-row.yaml"], 1,
      "was not written by"
    ),
    (["check", "docs/examples/devices/phone.yaml", space, "--table", "none.yaml"], 2, "'none.yaml' cannot be read"),
    (["check", "docs/examples/devices/phone.yaml", space, "--networks", "1"], 2, "one network has no order"),
    (["check", "docs/examples/devices/phone.yaml", space, "--networks", "4", "--correct"], 2, "at least 5"),
    (["setup", "docs/examples/devices/phone.yaml"], 2, "by a command of your own"),
    (
      ["measure", "ort-fp32", space], 2,
      "the runtime of 'ort-fp32' is not installed\nhelp: 'espalier device setup ort-fp32' runs"
    ),
  ])
  func `what is asked wrongly is said`(words: [String], status: Int32, text: String) throws {
    try withTemporaryFolder { folder in
      let outcome = try Executable.run(["device"] + words, environment: ["ESPALIER_CACHE": folder])
      #expect(outcome.status == status && outcome.errors.contains(text), "\(outcome.errors)")
    }
  }

  /// Where `device setup` has put the runtime.
  private static let litert: String = {
    let environment = ProcessInfo.processInfo.environment
    let cache = environment["ESPALIER_CACHE"] ?? "\(environment["HOME"] ?? "")/.cache/espalier"
    return "\(cache)/devices/litert-2.3.0/bin/python"
  }()

  /// Between them they have every operation; ONNX's own reference is the second witness.
  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: litert),
      "'espalier device setup litert-fp32' installs what this needs"))
  func `LiteRT computes with its own files what ONNX says, whatever the operations`() throws {
    let networks =
      [
        ("mini-darts", 7, "1x28x28"), ("mini-pi-nas", 4001, "3x16x16"), ("mini-hurricane", 4001, nil),
        ("mixed-precision", 7, nil), ("two-views", 7, nil), ("mini-f", 4001, nil), ("autoformer-tiny", 7, "3x64x64"),
      ] as [(String, Int, String?)]
    try withTemporaryFolder { folder in
      var files: [String] = []
      for (space, number, input) in networks {
        let shape = input.map { ["--input", $0] } ?? []
        let network = "\(folder)/\(space).yaml"
        files.append("\(folder)/\(space).onnx")
        let drawn = try Executable.run(["unrank", "spaces/\(space).yaml", "\(number)", "-o", network] + shape)
        #expect(drawn.status == 0, "\(drawn.errors)")
        let exported = try Executable.run(["export", network, "--to", "onnx", "-o", files[files.count - 1]] + shape)
        #expect(exported.status == 0, "\(exported.errors)")
      }
      let process = Process()
      process.executableURL = URL(filePath: Self.litert)
      process.arguments =
        [
          "-B", "\(Repository.root)/Tests/Benchmarks/devices/litert.py",
          "\(Repository.root)/Sources/CDeviceScripts/scripts",
        ] + files
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let printed = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      let lines = printed.split(separator: "\n").map { $0.split(separator: " ") }
      #expect(process.terminationStatus == 0 && lines.count == networks.count, "\(printed)")
      // Float32 over some tens of layers: a few hundred units in the last place.
      for line in lines { #expect(Double(line[1]) ?? 1 < 3e-5, "\(printed)") }
    }
  }

  @Test func `devices are listed with what installs them, and shown as files`() throws {
    try withTemporaryFolder { folder in
      let cache = ["ESPALIER_CACHE": folder]
      let list = try Executable.run(["device", "list"], environment: cache).output
      #expect(list.split(separator: "\n").count { $0.contains("not installed") } == 6)
      #expect(
        list.contains(
          "/devices/ncnn-1.0.20261020/bin/pip install --quiet --disable-pip-version-check --no-deps pnnx==20261020\n"))
      let json = try Executable.run(["device", "list", "--json"], environment: cache).output
      let devices = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]])
      #expect(
        devices.compactMap { $0["name"] as? String } == [
          "ort-fp32", "ort-int8", "ov-fp32", "ov-int8", "ncnn-fp32", "litert-fp32",
        ])
      #expect(devices.allSatisfy { $0["ready"] as? Bool == false })
      let shown = try Executable.run("device", "show", "ov-int8").output
      #expect(shown.hasPrefix("espalier: 1\ndevice: ov-int8\nruntime: openvino\nprecision: int8\nthreads: 1\n"))
    }
  }
}
