import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import SpacePlanner

/// Everything that `plan` says about a space, in numbers.
struct PlanReport {
  /// One end of the space's range of MACs.
  struct Member {
    let architecture: Architecture
    let macs: Int
    let arenaBytes: Int
    let fusedSegments: Int
  }

  /// `space 'mini-f', images 1x28x28, 10 classes`.
  let title: String
  let space: Space
  let plan: SupernetPlan
  let explanation: PlanExplanation
  let batch: Int
  /// The networks with fewest and with most MACs.
  let ends: (least: Member, greatest: Member)?
  /// Why they are not known.
  let reasonWithoutEnds: String?
  /// Where a search can start; none where it cannot keep what the space says of its members.
  let starts: [SearchStart]

  /// - Throws: `CommandFailure` for a space that cannot be planned, or that has no network. A space whose costs are too many
  ///   to tell is planned without the networks at the ends of their range.
  init(of compiled: CompiledSpace, batch: Int) throws {
    title = compiled.title
    space = compiled.space
    self.batch = batch
    let plan = try SupernetPlan.plan(of: compiled.space)
    self.plan = plan
    explanation = plan.explanation
    (ends, reasonWithoutEnds) = try Self.ends(of: compiled.space, plan, batch: batch)
    starts = SearchStart.starts(of: space)
  }

  private static func ends(
    of space: Space, _ plan: SupernetPlan, batch: Int
  ) throws -> ((least: Member, greatest: Member)?, String?) {
    let range: CostRange
    do throws(CostModelError) {
      range = try CostModel(space, measure: .macs).range()
    } catch {
      guard error.isAboutEffort else { throw CommandFailure(error, in: space) }
      // What it advises is about another command's options.
      let reason = CommandFailure(error, in: space).message.prefix { $0 != "\n" }
      return (nil, "\(reason); the networks at the ends of their range are left out")
    }
    try refuseBeyondAddresses(space, batch: batch, macs: range.greatest.cost)
    return (try (Member(range.least, plan, batch: batch), Member(range.greatest, plan, batch: batch)), nil)
  }

  /// Binding multiplies extents without looking back. A tensor has at most as many numbers as the network has MACs, or the
  /// images have pixels; 4,096 tensors of 4 bytes each are more than any program keeps.
  private static func refuseBeyondAddresses(_ space: Space, batch: Int, macs: Int) throws {
    let (input, limit) = (space.input, 1 << 14)
    let pixels = input.channels.multipliedReportingOverflow(by: input.height * input.width)
    let numbers = macs.addingReportingOverflow(pixels.partialValue)
    let bytes = numbers.partialValue.multipliedReportingOverflow(by: limit)
    let all = bytes.partialValue.multipliedReportingOverflow(by: batch)
    guard !pixels.overflow, !numbers.overflow, !bytes.overflow, !all.overflow else {
      throw CommandFailure("\(counted(batch, "image")) of \(input.text) in a batch are too many to lay out")
    }
  }

  /// How long the plan takes to bind the network with most MACs, measured: the median of 20; nil where it is not known.
  func bindingTime() throws -> String? {
    guard let greatest = ends?.greatest else { return nil }
    let clock = ContinuousClock()
    let times = try (0..<20).map { _ in
      let start = clock.now
      _ = try plan.program(of: greatest.architecture, batch: batch)
      return clock.now - start
    }
    let seconds = times.sorted()[10] / .seconds(1)
    let network = space.decisions.isEmpty ? "the network" : "the network with most MACs"
    return "measured: \(network) is bound in \((seconds * 1000).fixed(2)) ms (median of 20)"
  }
}

extension PlanReport.Member {
  fileprivate init(_ extreme: CostRange.Extreme, _ plan: SupernetPlan, batch: Int) throws {
    let program = try plan.program(of: extreme.architecture, batch: batch)
    architecture = extreme.architecture
    macs = extreme.cost
    arenaBytes = program.arenaBytes
    fusedSegments = program.segments.count
  }
}

extension SupernetPlan {
  /// The program of a training step.
  fileprivate func program(of architecture: Architecture, batch: Int) throws -> KernelProgram {
    do throws(EvaluationError) {
      return try bind(architecture, BindingOptions(batch: batch, pass: .forwardAndBackward))
    } catch {
      throw CommandFailure("a network of '\(space.name)' cannot be bound: \(error)")
    }
  }
}
