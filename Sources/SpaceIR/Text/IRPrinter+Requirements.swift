extension IRPrinter {
  /// One line, without its keyword.
  func text(of requirement: Requirement) -> String {
    switch requirement.claim {
    case .condition(let expression): "\(quoted(requirement.text)) condition \(text(of: expression))"
    case .budget(let budget): "\(quoted(requirement.text)) budget \(text(of: budget))"
    }
  }

  private func text(of budget: Budget) -> String {
    let bounds = [budget.least.map { " from \($0)" }, budget.greatest.map { " to \($0)" }]
    return text(of: budget.quantity) + bounds.compactMap { $0 }.joined()
  }

  private func text(of quantity: Budget.Quantity) -> String {
    switch quantity {
    case .macs: "macs"
    case .parameters: "parameters"
    case .activationBytes: "activation_bytes"
    case .latency(let device): "latency \(quoted(device))"
    }
  }
}
