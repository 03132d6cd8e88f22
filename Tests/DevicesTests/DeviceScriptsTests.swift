import Foundation
import TestSupport
import Testing

private let python = "/usr/bin/python3"

/// The Python scripts of this package's devices, with runtimes that are not there and only pretend.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: python), "needs \(python)"))
struct DeviceScriptsTests {
  private static let scripts = "\(Repository.root)/Sources/CDeviceScripts/scripts"

  /// Modules by file name, and what one script says of one model with them.
  private static func answer(
    _ script: String, _ modules: [String: String], _ options: [String] = []
  ) throws -> (status: String?, message: String?, left: [String]) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "scripts-\(UUID().uuidString)").path()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, text) in modules.merging(["onnx.py": onnx, "model.onnx": "model"], uniquingKeysWith: { own, _ in own }) {
      let file = URL(filePath: "\(folder)/\(name)")
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
      if text.hasPrefix("#!") {
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path())
      }
    }
    let digest = "9372c470eeadd5ecd9c3c74c2b3cb633f8e2f2fad799250a0f70d652b6b825e4"
    let line = #"{"id": "m", "path": "\#(folder)/model.onnx", "sha256": "\#(digest)", "inputs": {"x": [1, 2]}}"#
    try line.write(toFile: "\(folder)/list", atomically: true, encoding: .utf8)
    let before = Set(try FileManager.default.contentsOfDirectory(atPath: folder))
    let process = Process()
    process.executableURL = URL(filePath: python)
    process.arguments =
      ["-B", "\(scripts)/\(script)"] + options + ["measure", "--models", "\(folder)/list", "--out", "\(folder)/out"]
    process.environment = ["PYTHONPATH": folder, "PATH": "/usr/bin:/bin"]
    process.standardError = Pipe()
    try process.run()
    process.waitUntilExit()
    let text = try String(contentsOfFile: "\(folder)/out", encoding: .utf8)
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    let left = Set(try FileManager.default.contentsOfDirectory(atPath: folder)).subtracting(before + ["out"])
    return (object?["status"] as? String, object?["message"] as? String, left.sorted())
  }

  /// As much of it as the scripts need to hand a model on.
  private static let onnx = """
    class Value:
        input, value_info, output = [], [], []
        graph = None
        def SerializeToString(self): return b""
    def load(path):
        Value.graph = Value
        return Value()
    def save(model, path): open(path, "w").close()
    """

  @Test func `an error without words is called by its kind`() throws {
    let runtime = """
      __version__ = "1"
      def set_default_logger_severity(level): pass
      class ExecutionMode: ORT_SEQUENTIAL = 0
      class SessionOptions: pass
      def InferenceSession(*rest, **more): raise RuntimeError("")
      """
    let answer = try Self.answer("onnxruntime_device.py", ["onnxruntime.py": runtime])
    #expect(answer.status == "load-failed" && answer.message == "RuntimeError", "\(answer)")
  }

  @Test func `a model that cannot be quantised says why even where nothing is said`() throws {
    let modules = [
      "onnxruntime/__init__.py": """
      __version__ = "1"
      def set_default_logger_severity(level): pass
      class ExecutionMode: ORT_SEQUENTIAL = 0
      class SessionOptions: pass
      """,
      "onnxruntime/quantization/__init__.py": """
      class CalibrationDataReader: pass
      """,
      "onnxruntime/quantization/shape_inference.py": """
      def quant_pre_process(*rest, **more): raise ValueError()
      """,
    ]
    let answer = try Self.answer("onnxruntime_device.py", modules, ["--precision", "int8"])
    #expect(answer.status == "unsupported" && answer.message == "cannot be quantised: ValueError", "\(answer)")
    #expect(answer.left.isEmpty, "\(answer.left)")
  }

  @Test func `a converter that is not done in time fails one model, and its time follows from the device`() throws {
    let runtime = """
      __version__ = "1"
      class Net:
          class opt: pass
      """
    let modules = [
      "ncnn.py": runtime, "numpy.py": "", "pnnx/__init__.py": "", "pnnx/pnnx": "#!/bin/sh\nexec sleep 60\n",
    ]
    let answer = try Self.answer("ncnn_device.py", modules, ["--silence", "0.5"])
    #expect(answer.status == "budget", "\(answer)")
    #expect(answer.message == "pnnx was not done after 0.45 s; a longer 'silence' of the device gives it more")
    #expect(answer.left.isEmpty, "\(answer.left)")
  }
}
