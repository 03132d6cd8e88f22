/// A deployment runtime that a script of this package measures on the processor at hand. All were tried; versions are
/// exact, since another version is another device.
package enum MeasuringRuntime: String, Hashable, Sendable, CaseIterable {
  case onnxruntime
  case openvino
  case ncnn
  /// TensorFlow Lite's successor; a script of this package writes its models.
  case litert

  package enum Precision: String, Hashable, Sendable, CaseIterable {
    case fp32
    /// QDQ: activations u8, weights s8 for each channel, calibrated on random images, which is enough for latency.
    case int8
  }

  package var version: String {
    switch self {
    case .onnxruntime: "1.32.0"
    case .openvino: "2026.4.1"
    case .ncnn: "1.0.20261020"
    case .litert: "2.3.0"
    }
  }

  package var precisions: [Precision] {
    switch self {
    case .onnxruntime, .openvino: [.fp32, .int8]
    case .ncnn, .litert: [.fp32]
    }
  }

  /// The file that measures it.
  var script: String { "\(rawValue)_device.py" }

  /// Below the folder of devices: what `pip` installs it into.
  package var environmentName: String { "\(rawValue)-\(version)" }

  /// Arguments of `pip install`, one command after the other.
  package var requirements: [[String]] {
    let shared = ["numpy==2.4.6", "onnx==1.23.2"]
    return switch self {
    case .onnxruntime: [shared + ["onnxruntime==1.32.0"]]
    // Its models in int8 are quantised by onnxruntime.
    case .openvino: [shared + ["onnxruntime==1.32.0", "openvino==2026.4.1"]]
    // pnnx would pull a torch with CUDA, 5.4 GB; its executable needs none of it.
    case .ncnn: [shared + ["ncnn==1.0.20261020"], ["--no-deps", "pnnx==20261020"]]
    case .litert: [shared + ["ai-edge-litert==2.3.0"]]
    }
  }

  /// Which processes a bare machine runs to make the environment in a folder.
  package func setUp(in folder: String, python: String = "python3") -> [[String]] {
    let environment = "\(folder)/\(environmentName)"
    return [[python, "-m", "venv", environment]]
      + requirements.map { ["\(environment)/bin/pip", "install", "--quiet", "--disable-pip-version-check"] + $0 }
  }
}
