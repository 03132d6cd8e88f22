import Diagnostics
import SpaceSyntax

/// Everything that reading a device's file can report beside what any YAML file can. Wording lives here and nowhere else.
enum DeviceDiagnostic: DiagnosticKind, Hashable {
  case unknownKey(String, known: [String])
  case missingKey(String)
  case wrongValue(key: String, expected: String, found: String)
  case otherKind(FileKind)
  case notTogether(String, String, why: String)

  var code: String {
    switch self {
    case .unknownKey: "ES6101"
    case .missingKey: "ES6102"
    case .wrongValue: "ES6103"
    case .notTogether: "ES6104"
    case .otherKind: "ES6105"
    }
  }

  var message: String {
    switch self {
    case .unknownKey(let key, _): "a device has no key '\(key)'"
    case .missingKey(let key): "a device needs \(key)"
    case .wrongValue(let key, let expected, let found): "'\(key)' is \(expected), not \(found)"
    case .otherKind(let kind): "this file is \(kind.phrase), and a device is wanted here"
    case .notTogether(let first, let second, let why): "'\(first)' and '\(second)' do not go together: \(why)"
    }
  }
}
