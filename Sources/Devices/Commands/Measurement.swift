import Diagnostics
import Foundation

/// A model to be measured: a file, and the shapes of its inputs for one image.
package struct ModelFile: Hashable, Sendable {
  /// Without blanks and line feeds.
  package let id: String
  package let path: String
  /// Of the file, in hexadecimal.
  package let sha256: String
  package let inputs: [Input]

  package struct Input: Hashable, Sendable {
    package let name: String
    package let shape: [Int]
    package init(name: String, shape: [Int]) {
      self.name = name
      self.shape = shape
    }
  }

  package init(id: String, path: String, sha256: String, inputs: [Input]) {
    self.id = id
    self.path = path
    self.sha256 = sha256
    self.inputs = inputs
  }

  /// Its line in the list that a command gets.
  var line: String {
    let shapes = inputs.map { "\(quotedJSON($0.name)): \($0.shape)" }.joined(separator: ", ")
    return
      "{\"id\": \(quotedJSON(id)), \"path\": \(quotedJSON(path)), \"sha256\": \"\(sha256)\", \"inputs\": {\(shapes)}}"
  }
}

/// What a device says about one model.
package enum Measurement: Hashable, Sendable {
  case measured(Latency)
  case failed(Failure)

  package struct Latency: Hashable, Sendable {
    /// The least of the passes.
    package let milliseconds: Double
    /// The median of each pass, in their order.
    package let passes: [Double]
    /// Whether a second pass came close to the least.
    package let isConfirmed: Bool

    package init(milliseconds: Double, passes: [Double], isConfirmed: Bool) {
      self.milliseconds = milliseconds
      self.passes = passes
      self.isConfirmed = isConfirmed
    }

    /// How far the median pass lies above the least: 0.02 is 2 %.
    package var spread: Double {
      guard milliseconds > 0, !passes.isEmpty else { return 0 }
      let sorted = passes.sorted()
      let median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
      return max(0, median / milliseconds - 1)
    }
  }

  package struct Failure: Hashable, Sendable {
    /// Those of the contract, and what this side finds: `crashed`, `hung`, `silent`.
    package enum Status: String, Hashable, Sendable {
      case unsupported
      case loadFailed = "load-failed"
      case runFailed = "run-failed"
      case wrongOutput = "wrong-output"
      case budget
      case crashed
      case hung
      /// It ended without a line about the model.
      case silent
    }
    package let status: Status
    package let message: String

    package init(_ status: Status, _ message: String) {
      self.status = status
      self.message = message
    }

    /// Whether another try may end otherwise.
    var isWorthRepeating: Bool {
      switch status {
      case .unsupported, .loadFailed, .wrongOutput: false
      case .runFailed, .budget, .crashed, .hung, .silent: true
      }
    }
  }
}

extension Measurement.Failure: CustomStringConvertible {
  package var description: String { "\(status.rawValue): \(message)" }
}

/// A line of the file that a measuring command writes.
struct MeasurementLine: Hashable {
  let id: String
  let measurement: Measurement

  /// - Parameter models: Those that were asked for, by id.
  /// - Throws: `Garbage`, in words.
  init(_ bytes: some Collection<UInt8>, models: [String: ModelFile]) throws(Garbage) {
    guard let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else {
      throw Garbage(found: "'\(shortened(bytes))', which is no JSON object")
    }
    guard let id = object["id"] as? String, let model = models[id] else {
      throw Garbage(found: "a line without the id of a model that was asked for: '\(shortened(bytes))'")
    }
    self.id = id
    guard object["sha256"] as? String == model.sha256 else {
      throw Garbage(found: "a line about '\(id)' whose sha256 is not that of the model")
    }
    guard let status = object["status"] as? String else {
      throw Garbage(found: "a line about '\(id)' without a status")
    }
    let message = (object["message"] as? String).map { shortened(Array($0.utf8)) } ?? "no reason given"
    guard status == "ok" || status == "unconfirmed" else {
      guard let known = Measurement.Failure.Status(rawValue: status), known.isOfContract else {
        throw Garbage(found: "a line about '\(id)' with the unknown status '\(status.prefix(40))'")
      }
      measurement = .failed(.init(known, message))
      return
    }
    guard let latency = (object["latency_ms"] as? NSNumber)?.doubleValue, latency.isFinite, latency >= 0,
      latency < 1e9
    else { throw Garbage(found: "a line about '\(id)' without a latency in 'latency_ms'") }
    let passes = (object["passes_ms"] as? [NSNumber])?.map(\.doubleValue) ?? []
    measurement = .measured(
      .init(milliseconds: latency, passes: passes.isEmpty ? [latency] : passes, isConfirmed: status == "ok"))
  }

  struct Garbage: Error, Hashable {
    let found: String
  }
}

extension Measurement.Failure.Status {
  /// Whether a command may say so; the others are found from outside.
  fileprivate var isOfContract: Bool {
    switch self {
    case .unsupported, .loadFailed, .runFailed, .wrongOutput, .budget: true
    case .crashed, .hung, .silent: false
    }
  }
}
