import SpaceIR

/// What a mixture is made of beside its kernels, as it grows: variables, and masks with their places in one tensor.
///
/// A class, since the binder and the operations that it emits write to one book.
final class MixtureBook {
  /// The options of the enumerated decisions for the instance that is being emitted.
  var assignment: [DecisionID: Int] = [:]
  /// Why an evaluation failed, where an evaluation error cannot say it.
  private(set) var failure: PlanError?
  private(set) var contents: Contents
  let space: Space
  /// Where the masks' tensor will be.
  private let tensor: TensorID

  struct Contents {
    var builder: VariableBuilder
    var masks: [Mixture.Mask] = []
    var places: [MaskKey: Int] = [:]
    var elements = 0
  }

  /// What makes two masks the same.
  struct MaskKey: Hashable {
    let picks: [MixtureVariable.Pick]
    /// With the values that let the masked value through; nil: it always passes.
    let selector: Selector?
    /// A number where every channel passes.
    let channels: Expression
    let width: Int
    let copies: Int
  }

  struct Selector: Hashable {
    let expression: Expression
    let values: [Value]
  }

  init(space: Space, tensor: TensorID, contents: Contents? = nil) {
    self.space = space
    self.tensor = tensor
    self.contents = contents ?? Contents(builder: VariableBuilder(space: space))
  }

  // MARK: Values

  /// The expression with the instance's decisions in it.
  func bound(_ expression: Expression) -> Expression { bound(expression, assignment) }

  func bound(_ expression: Expression, _ assignment: [DecisionID: Int]) -> Expression {
    if case .constant = expression { return expression }
    return expression.binding { id in assignment[id].map { space[id].options[$0] } }
  }

  /// The value for this instance; of an expression that is still open its greatest: operations run as wide as they can
  /// be.
  func value(of expression: Expression) throws(EvaluationError) -> Value {
    let bound = bound(expression)
    if let value = bound.constant { return value }
    guard let greatest = try evaluating({ () throws(PlanError) in try contents.builder.integers(of: bound) }).max()
    else { throw .wrongType }
    return .integer(greatest)
  }

  /// Whether an expression has several values for an instance.
  func isOpen(_ expression: Expression, _ assignment: [DecisionID: Int]) throws(PlanError) -> Bool {
    let bound = bound(expression, assignment)
    guard bound.constant == nil else { return false }
    return try contents.builder.distribution(of: bound).values.count > 1
  }

  /// The values of a selector that is still open.
  func values(of selector: Expression) throws(PlanError) -> [Value] {
    try contents.builder.distribution(of: selector).values
  }

  private func evaluating<Result>(_ body: () throws(PlanError) -> Result) throws(EvaluationError) -> Result {
    do throws(PlanError) {
      return try body()
    } catch {
      failure = error
      throw .wrongType
    }
  }

  // MARK: Masks

  /// The mask of a number of channels for this instance; nil where it is one number.
  func mask(of channels: Expression) throws(EvaluationError) -> WeightSlice? {
    try evaluating { () throws(PlanError) in
      guard try isOpen(channels, assignment) else { return nil }
      let bound = bound(channels)
      let width = try contents.builder.integers(of: bound).max() ?? 0
      return try mask(MaskKey(picks: [], selector: nil, channels: bound, width: width, copies: 1))
    }
  }

  /// Channel j of the mask is the probability that the picks are made, the selector has one of its values, and more
  /// than j channels are there.
  func mask(_ key: MaskKey) throws(PlanError) -> WeightSlice {
    if let known = contents.places[key] { return slice(contents.masks[known]) }
    let quantity = try contents.builder.quantity(
      of: [key.selector?.expression ?? .integer(0), key.channels], where: key.picks
    ) { (values) throws(PlanError) in
      guard key.selector?.values.contains(values[0]) ?? true else { return 0 }
      guard let channels = values[1].integer else { throw .noValue }
      return min(channels, key.width)
    }
    let mask = Mixture.Mask(
      variable: quantity.variable, widths: quantity.amounts, offset: contents.elements, channels: key.width,
      copies: key.copies)
    contents.places[key] = contents.masks.count
    contents.masks.append(mask)
    contents.elements += key.width * key.copies
    return slice(mask)
  }

  private func slice(_ mask: Mixture.Mask) -> WeightSlice {
    WeightSlice(tensor: tensor, offset: [mask.offset], extent: [mask.channels * mask.copies])
  }
}
