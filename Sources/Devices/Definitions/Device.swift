import SpaceSyntax

/// What a latency is measured on: a runtime of this package with its settings, or a command that keeps the contract of
/// docs/devices.md.
package struct Device: Hashable, Sendable {
  package enum Source: Hashable, Sendable {
    case runtime(MeasuringRuntime, MeasuringRuntime.Precision, threads: Int)
    /// The executable and its first arguments.
    case command([String])
  }

  /// Starts with a letter; then letters, digits, `_` and `-`.
  package let name: String
  package let source: Source
  /// How often each model is visited.
  package var passes: Int
  /// The processor core that the command is asked to stay on; nil: the last one that this process may use.
  package var core: Int?
  /// Seconds without a word after which a command counts as hung.
  package var silence: Double
  /// How often a model that failed is measured again, and a device that was away is asked again.
  package var retries: Int

  package init(
    name: String, source: Source, passes: Int = 5, core: Int? = nil, silence: Double = 120, retries: Int = 2
  ) {
    self.name = name
    self.source = source
    self.passes = passes
    self.core = core
    self.silence = silence
    self.retries = retries
  }

  /// Those that need no file, with why one may want them.
  package static let builtIn: [(device: Device, note: String)] = [
    (Device(name: "ort-fp32", source: .runtime(.onnxruntime, .fp32, threads: 1)), "close to multiply-adds"),
    (
      Device(name: "ort-int8", source: .runtime(.onnxruntime, .int8, threads: 1)),
      "hard-swish and squeeze-excite cost more"
    ),
    (Device(name: "ov-fp32", source: .runtime(.openvino, .fp32, threads: 1)), "ranks nearly as ort-fp32 does"),
    (Device(name: "ov-int8", source: .runtime(.openvino, .int8, threads: 1)), "squeeze-excite and shuffles are dear"),
    (Device(name: "ncnn-fp32", source: .runtime(.ncnn, .fp32, threads: 1)), "3x3 convolutions are cheap, 7x7 dear"),
    (
      Device(name: "litert-fp32", source: .runtime(.litert, .fp32, threads: 1)),
      "depthwise convolutions of 7x7 and more are very dear"
    ),
  ]

  package static func builtIn(named name: String) -> Device? { builtIn.first { $0.device.name == name }?.device }

  /// The device as a file has it.
  package var fileText: String {
    var lines = ["espalier: 1", "device: \(name)"]
    switch source {
    case .runtime(let runtime, let precision, let threads):
      lines += ["runtime: \(runtime.rawValue)", "precision: \(precision.rawValue)", "threads: \(threads)"]
    case .command(let words): lines.append("command: [\(words.map(quotedScalar).joined(separator: ", "))]")
    }
    lines.append("passes: \(passes)")
    if let core { lines.append("core: \(core)") }
    lines += ["silence: \(secondsText(silence))", "retries: \(retries)"]
    return lines.joined(separator: "\n") + "\n"
  }
}

/// `120 s`.
func secondsText(_ seconds: Double) -> String {
  seconds == seconds.rounded() && seconds < 1e9 ? "\(Int(seconds)) s" : "\(seconds) s"
}
