package import SpaceIR

/// A network of another project in our words, with what our words have no place for.
package struct ImportedNetwork: Hashable, Sendable {
  package enum Form: Hashable, Sendable {
    /// A space without decisions, in the space language.
    case alone(text: String)
    /// Options of a shipped space's decisions, by name.
    case choices([Choice])
  }

  package struct Choice: Hashable, Sendable {
    package let decision: String
    package let value: Value
    package init(_ decision: String, _ value: Value) {
      self.decision = decision
      self.value = value
    }
  }

  package let form: Form
  /// What the text says that was not carried over, and what it does not say that was assumed; each a sentence.
  package let remarks: [String]

  package init(form: Form, remarks: [String]) {
    self.form = form
    self.remarks = remarks
  }
}

/// What is wrong with a text: one sentence in the style of a diagnostic.
package struct ImportError: Error, Hashable, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}

extension Space {
  /// The architecture that the choices make.
  ///
  /// - Throws: `ImportError` where a choice is not one of the space, or one is missing.
  package func architecture(choosing choices: [ImportedNetwork.Choice]) throws(ImportError) -> Architecture {
    var architecture = Architecture(choices: [Int?](repeating: nil, count: decisions.count))
    for choice in choices {
      guard let id = decisionIDs.first(where: { self[$0].name == choice.decision }) else {
        throw ImportError("the space '\(name)' has no decision '\(choice.decision)', so the network is none of its own")
      }
      guard let option = self[id].options.firstIndex(of: choice.value) else {
        let known = self[id].options.map(\.description).joined(separator: ", ")
        throw ImportError(
          "'\(choice.decision)' of the space '\(name)' cannot be \(choice.value); it is one of \(known)")
      }
      architecture[id] = option
    }
    guard contains(architecture) else {
      let open = decisionIDs.first { architecture[$0] == nil && exists($0, in: architecture) }
      throw ImportError(
        "the text does not say what '\(open.map { self[$0].name } ?? "")' of the space '\(name)' is")
    }
    return architecture
  }
}
