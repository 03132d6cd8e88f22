extension IRParser {
  /// After its keyword.
  mutating func requirement() throws(IRTextError) -> Requirement {
    let text = try string()
    if accept(keyword: "condition") { return Requirement(text, .condition(try expression())) }
    guard accept(keyword: "budget") else { throw unexpected("'condition' or 'budget'") }
    return Requirement(text, .budget(try budget()))
  }

  private mutating func budget() throws(IRTextError) -> Budget {
    let quantity = try quantity()
    let least = accept(keyword: "from") ? try integer() : nil
    return Budget(quantity, least: least, greatest: accept(keyword: "to") ? try integer() : nil)
  }

  private mutating func quantity() throws(IRTextError) -> Budget.Quantity {
    if accept(keyword: "macs") { return .macs }
    if accept(keyword: "parameters") { return .parameters }
    if accept(keyword: "activation_bytes") { return .activationBytes }
    guard accept(keyword: "latency") else {
      throw unexpected("'macs', 'parameters', 'activation_bytes' or 'latency'")
    }
    return .latency(device: try string())
  }
}
