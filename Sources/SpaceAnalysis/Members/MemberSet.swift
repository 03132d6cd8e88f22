package import BigInt
package import SpaceIR

/// Networks that have numbers from 0 to `count` - 1, the same on every machine.
package protocol NumberedNetworks: Sendable {
  var count: BigUInt { get }
  /// - Precondition: `index` < `count`.
  func member(at index: BigUInt) -> Architecture
}

/// The networks of a space that meet its requirements, as a numbered set: count, draw, rank and unrank are exact, and no
/// network is drawn and thrown away.
///
/// Conditions alone are counted by `MemberDiagram`, budgets with them by `BudgetedMembers`. A network is one integer from
/// 0 to `count` - 1, the same on every machine, for this set: other conditions number otherwise.
package struct MemberSet: NumberedNetworks {
  private enum Structure: Sendable {
    case conditions(MemberDiagram)
    case budgets(BudgetedMembers)
  }

  private let structure: Structure

  /// The size of the set.
  package var count: BigUInt {
    switch structure {
    case .conditions(let members): members.count.value
    case .budgets(let members): members.countLower.value
    }
  }

  /// At most so many networks meet the requirements: more than `count` where costs had to be binned, and then the networks
  /// in bins across an end of a budget are not in the set.
  package var countUpper: BigUInt {
    switch structure {
    case .conditions(let members): members.count.value
    case .budgets(let members): members.countUpper.value
    }
  }

  package var isExact: Bool { count == countUpper }

  /// What budgets were counted with; nil without budgets.
  var sampler: BandSampler? {
    switch structure {
    case .conditions: nil
    case .budgets(let members): members.sampler
    }
  }

  /// - Parameters:
  ///   - members: Those that meet the conditions, where they are known already.
  ///   - budgets: Beside those of the space.
  ///   - bins: As of `BudgetedMembers`.
  /// - Throws: `MemberSetError`, also where the set is empty.
  package init(
    _ space: Space, members: MemberDiagram? = nil, budgets: [Budget] = [], bins: Int? = nil
  ) throws(MemberSetError) {
    guard (budgets + space.budgets).isEmpty else {
      do throws(BudgetError) {
        structure = .budgets(try BudgetedMembers(space, budgets: budgets + space.budgets, bins: bins))
      } catch {
        throw .budgets(error)
      }
      return
    }
    let counted: MemberDiagram
    do throws(MemberError) {
      if let members { counted = members } else { counted = try MemberDiagram(space) }
    } catch {
      throw .members(error)
    }
    guard counted.count.value > 0 else { throw .empty }
    structure = .conditions(counted)
  }

  /// The network with this number.
  ///
  /// - Precondition: `index` < `count`.
  package func member(at index: BigUInt) -> Architecture {
    switch structure {
    case .conditions(let members): members.member(at: index)
    case .budgets(let members): members.member(at: index)
    }
  }

  /// The number of a network; nil where it is not in the set.
  package func index(of architecture: Architecture) -> BigUInt? {
    switch structure {
    case .conditions(let members): members.index(of: architecture)
    case .budgets(let members): members.index(of: architecture)
    }
  }

  /// Whether the network is in the set.
  package func contains(_ architecture: Architecture) -> Bool {
    switch structure {
    case .conditions(let members): members.index(of: architecture) != nil
    case .budgets(let members): members.contains(architecture)
    }
  }

  /// A network, each with the same probability.
  package func draw(using generator: inout some RandomNumberGenerator) -> Architecture {
    switch structure {
    case .conditions(let members): members.draw(using: &generator)
    case .budgets(let members): members.draw(using: &generator)
    }
  }

  /// Networks by deciding one decision after the other (`DrawMeasure.decisions`), as something that draws them.
  ///
  /// - Throws: `MoveError`, only under budgets.
  package func decided(in space: Space) throws(MoveError) -> DecidedNetworks {
    switch structure {
    case .conditions(let members): DecidedNetworks(members)
    case .budgets: try DecidedNetworks(NetworkWays(space, self))
    }
  }
}

/// Why there is no set of networks.
package enum MemberSetError: Error, Hashable, Sendable {
  /// No network meets the conditions; `Space.conflict()` tells which of them.
  case empty
  case members(MemberError)
  case budgets(BudgetError)
}

extension Space {
  /// The first requirement that the network does not meet, by index; nil where it meets all, or a cost has no value.
  ///
  /// - Precondition: The space contains the architecture.
  package func brokenRequirement(by architecture: Architecture) -> Int? {
    let cost = try? SpaceAnalysis.cost(of: architecture, in: self, devices: budgetedDevices)
    return requirements.firstIndex { requirement in
      switch requirement.claim {
      case .condition(let condition):
        return (try? condition.evaluate { value(of: $0, in: architecture) }) != .boolean(true)
      case .budget(let budget):
        guard let spent = cost?[budget.quantity] else { return false }
        return spent > budget.greatest ?? .max || spent < budget.least ?? 0
      }
    }
  }
}
