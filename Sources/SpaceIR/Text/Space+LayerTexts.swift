extension Space {
  /// By layer, its operations in text form, each after its place: `2.else.1 convolution %in channels 16 ...`.
  ///
  /// Independent of what stands elsewhere: operands are named by their places, `%in` is the result of the layer before,
  /// `%NAME` that of another layer, and there are no shapes.
  package var layerTexts: [[String]] {
    let printer = IRPrinter(self)
    var places: [Int: (layer: Int, place: String)] = [:]
    body.forEachNode { places[$0.id.index] = ($0.layer.index, $0.place) }
    var texts = [[String]](repeating: [], count: layers.count)
    body.forEachNode { node in
      guard texts.indices.contains(node.layer.index) else { return }
      var text = printer.text(of: node.operation)
      if case .choice(let choice) = node.operation {
        let cases = choice.alternatives.map { alternative in
          alternative.values.map(printer.text).joined(separator: ", ") + " yields %\(alternative.region.result.index)"
        }
        text += " { \(cases.joined(separator: "; ")) }"
      }
      let named = text.replacing(/%([0-9]+)/) { match in
        guard let number = Int(match.output.1), let operand = places[number] else { return "%?" }
        if operand.layer == node.layer.index { return "%\(operand.place)" }
        return operand.layer == node.layer.index - 1 ? "%in" : "%\(layers[operand.layer].name)"
      }
      texts[node.layer.index].append("\(node.place) \(named)")
    }
    return texts
  }
}
