import SpaceIR

/// All architectures of a space as one program: FBNetV2's masked supernet (Wan et al. 2020, arXiv 2004.05565).
///
/// The kernels run once, as wide as they can be, and their results are multiplied by masks that follow from a weight
/// for each option of each decision. Where the weights are one-hot, the outputs are those of that architecture. Docs:
/// decisions/0012-masked-supernet.md.
package struct Mixture: Sendable {
  /// The space's plan with one more tensor, the last: all masks.
  package let plan: SupernetPlan
  package let variables: [MixtureVariable]
  package let masks: [Mask]
  let contents: MixtureBook.Contents

  /// A run of elements of the masks' tensor.
  package struct Mask: Hashable, Sendable {
    package let variable: VariableID
    /// By outcome of the variable, how many channels pass.
    package let widths: [Int]
    package let offset: Int
    package let channels: Int
    /// How often the numbers of the channels are repeated.
    package let copies: Int
  }

  package var maskTensor: TensorID { TensorID(index: plan.tensors.count - 1) }
  package var maskElements: Int { plan.tensors[plan.tensors.count - 1].count }

  /// - Throws: `PlanError` where the networks of the space cannot run at once.
  package init(_ plan: SupernetPlan) throws(PlanError) {
    let tensor = TensorID(index: plan.tensors.count)
    let book = MixtureBook(space: plan.space, tensor: tensor)
    var binder = MixtureBinder(plan: plan, book: book, options: BindingOptions(batch: 1, pass: .forward))
    _ = try binder.run()
    let mask = WeightTensor(name: "masks", role: .mask, shape: [max(1, book.contents.elements)], fanIn: 1)
    self.plan = SupernetPlan(
      space: plan.space, tensors: plan.tensors + [mask], steps: plan.steps, weights: plan.weights, types: plan.types,
      recordsStatistics: plan.recordsStatistics)
    contents = book.contents
    variables = contents.builder.variables
    masks = contents.masks
  }

  /// The program for a batch; its masks are those of this mixture.
  package func bind(_ options: BindingOptions) throws(PlanError) -> KernelProgram {
    let book = MixtureBook(space: plan.space, tensor: maskTensor, contents: contents)
    var mixture = MixtureBinder(plan: plan, book: book, options: options)
    let outputs = try mixture.run()
    mixture.binder.foldActivations(outputs: outputs)
    var program = mixture.binder.program(outputs: outputs)
    program.arenaBytes = placeBuffers(of: &program, elementBytes: options.elementBytes)
    return program
  }

  // MARK: Masks

  /// The elements of the masks' tensor.
  ///
  /// - Parameter probabilities: Of the variables.
  package func maskValues(_ probabilities: [[Double]]) -> [Double] {
    var result = [Double](repeating: 0, count: maskElements)
    for mask in masks {
      var passing = 0.0
      var outcome = mask.widths.count - 1
      for channel in (0..<mask.channels).reversed() {
        while outcome >= 0, mask.widths[outcome] > channel {
          passing += probabilities[mask.variable.index][outcome]
          outcome -= 1
        }
        for copy in 0..<mask.copies { result[mask.offset + copy * mask.channels + channel] = passing }
      }
    }
    return result
  }

  /// The gradient with respect to the variables' probabilities, from that with respect to the masks' elements.
  package func slopes(ofMasks gradient: [Double]) -> [[Double]] {
    var result = variables.map { [Double](repeating: 0, count: $0.outcomes) }
    for mask in masks {
      // An outcome shows in every channel below its width.
      var sum = 0.0
      var channel = 0
      for (outcome, width) in mask.widths.enumerated() {
        while channel < width {
          for copy in 0..<mask.copies { sum += gradient[mask.offset + copy * mask.channels + channel] }
          channel += 1
        }
        result[mask.variable.index][outcome] += sum
      }
    }
    return result
  }
}
