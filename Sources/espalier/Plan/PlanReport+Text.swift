import SpaceIR
import SpacePlanner

extension PlanReport {
  var text: String {
    let parts =
      space.decisions.isEmpty ? [weights, ownLayers, memory] : [weights, layers, reasons, memory, distributions]
    return (["\(title)\n"] + parts).joined(separator: "\n")
  }

  /// One network or one for each option.
  private var whole: String { space.decisions.isEmpty ? "Network" : "Supernet" }

  private var weights: String {
    var table = AlignedTable([.left, .right, .right])
    table.add(["role", "tensors", "numbers"])
    for role in explanation.roles { table.add([role.role.rawValue, role.tensors.grouped, role.numbers.grouped]) }
    return "\(whole): \(counted(plan.tensors.count, "tensor")), \(counted(plan.parameterCount, "parameter")), "
      + "\(counted(explanation.segments, "inverted residual")) recognised for fused kernels\n"
      + table.text(indent: "  ")
  }

  private var layers: String {
    // The two columns of elastic kernels and masked widths are there where something stands in them.
    let further = [Hints.Sharing.nested, .mask].filter { way in
      explanation.layers.contains { layer in layer.sharing.contains { $0.sharing == way } }
    }
    var table = AlignedTable([.left, .right, .right, .right, .left, .left, .left] + further.map { _ in .left })
    table.add(["layer", "tensors", "parameters", "fused", "separate", "slice", "shared"] + further.map(\.rawValue))
    for layer in explanation.layers {
      let entering = layer.enteringWidths.map { space[$0].name }
      table.add(
        [
          space.layers[layer.layer.index].name, layer.tensors.grouped, layer.parameters.grouped, String(layer.segments),
          list(layer.parameters(of: space, shared: .separate)),
          list(layer.parameters(of: space, shared: .slice) + entering),
          list(layer.parameters(of: space, shared: .shared)),
        ] + further.map { list(layer.parameters(of: space, shared: $0)) })
    }
    return "Layers: what each decision does to the weights\n" + table.text(indent: "  ")
  }

  /// The layers of a network that decides nothing.
  private var ownLayers: String {
    var table = AlignedTable([.left, .right, .right, .right])
    table.add(["layer", "tensors", "parameters", "fused"])
    for layer in explanation.layers {
      table.add([
        space.layers[layer.layer.index].name, layer.tensors.grouped, layer.parameters.grouped, String(layer.segments),
      ])
    }
    return "Layers\n" + table.text(indent: "  ")
  }

  /// One line for each parameter, sharing and reason, in the order of first use.
  private var reasons: String {
    var lines: [[String]] = []
    for sharing in explanation.layers.flatMap(\.sharing) {
      let line = [space[sharing.decision].parameter, sharing.sharing.rawValue, sharing.because]
      if !lines.contains(line) { lines.append(line) }
    }
    guard !lines.isEmpty else { return "Why: no decision touches a weight\n" }
    var table = AlignedTable([.left, .left, .left])
    for line in lines { table.add(line) }
    return "Why\n" + table.text(indent: "  ")
  }

  private var memory: String {
    var table = AlignedTable([.left, .right, .left])
    table.add(["weights of the \(whole.lowercased())", explanation.weightBytes.byteText, ""])
    table.add(["their gradients", explanation.trainedBytes.byteText, ""])
    table.add(["momentum of SGD", explanation.trainedBytes.byteText, ""])
    let members = ends.map { ends in
      space.decisions.isEmpty
        ? [("arena", ends.least)] : [("arena, fewest MACs", ends.least), ("arena, most MACs", ends.greatest)]
    }
    for (name, member) in members ?? [] {
      table.add([
        name, member.arenaBytes.byteText,
        "\(member.macs.grouped) MACs, \(counted(member.fusedSegments, "fused segment"))",
      ])
    }
    return "Memory: 32-bit floats, \(counted(batch, "image")) in a batch\n" + table.text(indent: "  ")
  }

  private var distributions: String {
    if starts.isEmpty {
      let reason =
        space.isForest ? "the requirements tie too many decisions together" : "decisions exist under several conditions"
      return "Distribution: none, since \(reason)\n"
    }
    var table = AlignedTable([.left, .right, .right, .right])
    table.add(["grouping", "logits", "entropy", "first draws"])
    for start in starts {
      let name = start.grouping.rawValue
      table.add([name, start.logits.grouped, "\(start.entropy.fixed(2)) nats", String(start.draws)])
    }
    let conditions =
      space.requirements.isEmpty ? "" : "  entropy and draws are those among the networks that meet the requirements\n"
    let missing = starts.contains { $0.grouping == .joint } ? "" : "  joint: a group has too many combinations\n"
    return
      "Distribution: \(space.hints.distribution.rawValue)\(groups), by the file's hint or, without one, by default\n"
      + table.text(indent: "  ") + missing + conditions
  }

  /// `, and together: s1 + s2; s3`; empty without groups.
  private var groups: String {
    let groups = space.hints.groups.map { $0.joined(separator: " + ") }
    return groups.isEmpty ? "" : ", and together: \(groups.joined(separator: "; "))"
  }

  private func list(_ names: [String]) -> String {
    guard names.count > 6 else { return names.isEmpty ? "-" : names.joined(separator: ", ") }
    return names.prefix(5).joined(separator: ", ") + " and \(names.count - 5) more"
  }
}

extension PlanExplanation.LayerWeights {
  /// The parameters of the layer's decisions that are shared in one way, each once: `kernel`, or `kernel (10)` where ten
  /// branches or edges decide theirs.
  fileprivate func parameters(of space: Space, shared way: Hints.Sharing) -> [String] {
    var names: [String] = []
    var counts: [String: Int] = [:]
    for sharing in sharing where sharing.sharing == way {
      let name = space[sharing.decision].parameter
      if counts[name] == nil { names.append(name) }
      counts[name, default: 0] += 1
    }
    return names.map { name in counts[name].map { $0 > 1 ? "\(name) (\($0))" : name } ?? name }
  }
}

extension PlanExplanation.DecisionSharing {
  fileprivate var because: String {
    switch (reason, sharing) {
    case (.hint(let asked), _) where asked == sharing: "the file's hint"
    case (.hint(let asked), .shared): "the file's hint '\(asked.rawValue)', but it changes no size"
    case (.hint(let asked), .slice): "the file's hint '\(asked.rawValue)', but sizes depend on it"
    case (.hint(let asked), .separate): "the file's hint '\(asked.rawValue)'"
    case (.rule, .separate): "default: it sets a kernel or a number of copies or groups"
    case (.rule, .slice): "default: it sets a width"
    case (.rule, .shared): "default: it changes no size"
    case (.hint(let asked), .nested): "the file's hint '\(asked.rawValue)': it sets a kernel, so the centre is used"
    case (.hint(let asked), .mask): "the file's hint '\(asked.rawValue)'"
    case (.rule, .nested), (.rule, .mask): "default"
    }
  }
}
