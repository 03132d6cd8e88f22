import Diagnostics

/// Everything that reading a recipe can report beside what any YAML file can. Wording lives here and nowhere else.
enum RecipeDiagnostic: DiagnosticKind, Hashable {
  case unknownKey(String, in: String)
  case wrongValue(key: String, expected: String, found: String)
  case outOfRange(key: String, rule: String, found: String)
  case notTogether(String, String, why: String)
  case wrongVersion(found: String, known: Int)

  var code: String {
    switch self {
    case .unknownKey: "ES5001"
    case .wrongValue: "ES5002"
    case .outOfRange: "ES5003"
    case .notTogether: "ES5004"
    case .wrongVersion: "ES5005"
    }
  }

  var message: String {
    switch self {
    case .unknownKey(let key, let place): "\(place) has no key '\(key)'"
    case .wrongValue(let key, let expected, let found): "'\(key)' is \(expected), not \(found)"
    case .outOfRange(let key, let rule, let found): "'\(key)' is \(rule), not \(found)"
    case .notTogether(let first, let second, let why): "'\(first)' and '\(second)' do not go together: \(why)"
    case .wrongVersion(let found, let known):
      "a recipe begins with 'recipe: \(known)', the version of its format, not \(found)"
    }
  }
}
