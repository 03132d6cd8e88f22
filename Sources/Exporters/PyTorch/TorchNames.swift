/// Names of attributes and arguments: Python's identifiers, each once, and none that means something else there.
struct TorchNames {
  private var taken: Set<String> = []

  /// The keywords of Python 3, as `keyword.kwlist` of 3.11 has them.
  static let keywords: Set<String> = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
  ]

  /// Public attributes of a `nn.Module` of torch 2.13.0, `dir(nn.Module())`: a submodule of such a name would stand in the
  /// way of what every module does, or be hidden by it.
  static let ofModules: Set<String> = [
    "T_destination", "add_module", "apply", "bfloat16", "buffers", "call_super_init", "children", "compile", "cpu",
    "cuda", "double", "dump_patches", "eval", "extra_repr", "float", "forward", "get_buffer", "get_extra_state",
    "get_parameter", "get_submodule", "half", "ipu", "load_state_dict", "modules", "mtia", "named_buffers",
    "named_children", "named_modules", "named_parameters", "parameters", "register_backward_hook", "register_buffer",
    "register_forward_hook", "register_forward_pre_hook", "register_full_backward_hook",
    "register_full_backward_pre_hook", "register_load_state_dict_post_hook", "register_load_state_dict_pre_hook",
    "register_module", "register_parameter", "register_state_dict_post_hook", "register_state_dict_pre_hook",
    "requires_grad_", "set_extra_state", "set_submodule", "share_memory", "state_dict", "to", "to_empty", "train",
    "training", "type", "xpu", "zero_grad",
  ]

  /// What the file itself says in `forward`: a variable that is called after a layer would hide it.
  static let ofFile: Set<String> = ["F", "nn", "self", "super", "torch"]

  /// `s2[1]` becomes `s2_1`; parts that only say which alternative was taken go.
  mutating func name(_ path: String) -> String {
    let ascii = path.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
    var parts = String(ascii).split(separator: "_").map(String.init)
    let meaningful = parts.drop { $0 == "else" || $0.allSatisfy(\.isNumber) }
    if !meaningful.isEmpty { parts = Array(meaningful) }
    var name = parts.joined(separator: "_")
    if name.isEmpty || name.first?.isNumber == true || Self.isReserved(name) { name = "layer_\(name)" }
    return taken.unique(name, separator: "_")
  }

  private static func isReserved(_ name: String) -> Bool {
    keywords.contains(name) || ofModules.contains(name) || ofFile.contains(name)
  }
}
