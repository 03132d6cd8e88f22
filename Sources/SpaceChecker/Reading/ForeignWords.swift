import Diagnostics

/// Keys that other tools use for what this language says in another way: too far in spelling to be found by it.
enum ForeignWords {
  private static let keys: [String: String] = [
    "type": "op", "layer_type": "op", "block": "op", "operation": "op", "operator": "op",
    "repeat": "layers", "repeats": "layers", "depth": "layers", "num_layers": "layers", "n_layers": "layers",
    "num_blocks": "layers", "repeat_type": "decide", "share": "decide", "shared": "decide", "sharing": "decide",
    "constraints": "require", "conditions": "require", "choices": "choose", "values": "choose", "options": "choose",
    "candidates": "choose", "include": "use", "imports": "use", "layers": "network", "architecture_space": "space",
    "input_shape": "input", "num_classes": "classes", "productions": "one_of", "alternatives": "or",
  ]

  /// The key for which an unknown one stands with its value, so that the value counts; nil for most, whose values are
  /// written in another way here.
  static func sameValue(as key: String, among allowed: [String]) -> String? {
    guard let meant = keys[key], meant == "layers" || meant == "choose", allowed.contains(meant) else { return nil }
    return meant
  }

  /// A word about an unknown key: the key that may be meant, or where what it says belongs; nil for most.
  static func note(on key: YAMLKeyPlace, among allowed: [String], in place: String) -> Note? {
    if let meant = keys[key.text], allowed.contains(meant) {
      return Note(
        "'\(meant)' says this here",
        fixIts: [FixIt("write '\(meant)'", confidence: .likely, replacing: key.range, with: meant)])
    }
    if place.contains("stage"), key.text == "from" {
      return Note("the first layer reads the item before the stage: put '{name: start, op: identity, from: ...}' there")
    }
    if place.contains("stage"), key.text == "when" {
      return Note("a layer may have a 'when', and 'layers: {choose: ...}' leaves layers out from the end")
    }
    if place == "a block", Primitive(rawValue: key.text) != nil {
      return Note("an operation is an item of the body: {op: \(key.text), ...}")
    }
    return nil
  }
}

/// A key and where it stands.
struct YAMLKeyPlace {
  let text: String
  let range: SourceRange
}
