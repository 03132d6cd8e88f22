package import BigInt
package import SpaceIR

extension MemberDiagram {
  /// The member with this number. Members are numbered by the free decisions, the first in the file varying fastest,
  /// then group by group along the diagrams.
  ///
  /// - Precondition: `index` < `count`.
  /// - Complexity: O(decisions) long divisions.
  package func member(at index: BigUInt) -> Architecture {
    precondition(index < count.value, "a member's number is below their count")
    var architecture = Architecture(choices: [Int?](repeating: nil, count: decisions.count))
    var rest = index
    // What is left of the numbers of the trees that hang on each decided option.
    var hanging = [BigUInt](repeating: 0, count: decisions.count)
    for index in decisions.indices where !isTied[index] && decisions[index].existence == nil {
      let (quotient, number) = rest.quotientAndRemainder(dividingBy: totals[index])
      rest = quotient
      hanging[index] = number
    }
    for group in groups {
      let (quotient, number) = rest.quotientAndRemainder(dividingBy: group.count)
      rest = quotient
      for step in group.path(at: number) {
        architecture.choices[step.decision] = step.option
        hanging[step.decision] = step.rest
      }
    }
    for index in decisions.indices where !isTied[index] {
      var number = hanging[index]
      if let existence = decisions[index].existence {
        guard existence.holds(in: architecture) else { continue }
        (hanging[existence.parent.index], number) =
          hanging[existence.parent.index].quotientAndRemainder(dividingBy: totals[index])
      }
      var option = 0
      while number >= completions[index][option] {
        number -= completions[index][option]
        option += 1
      }
      architecture.choices[index] = option
      hanging[index] = number
    }
    return architecture
  }

  /// The number of a member; nil where the architecture is none.
  ///
  /// - Complexity: O(decisions) long multiplications.
  package func index(of architecture: Architecture) -> BigUInt? {
    guard architecture.choices.count == decisions.count, count.value > 0 else { return nil }
    // From the last decision back, so that a tree's number is known when its parent is met.
    var hanging = [BigUInt](repeating: 0, count: decisions.count)
    var index: BigUInt = 0
    for decision in decisions.indices.reversed() where !isTied[decision] {
      let exists = decisions[decision].existence?.holds(in: architecture) ?? true
      guard let option = architecture.choices[decision] else {
        guard !exists else { return nil }
        continue
      }
      guard exists, decisions[decision].options.indices.contains(option) else { return nil }
      let number = completions[decision][..<option].reduce(hanging[decision], +)
      if let parent = decisions[decision].existence?.parent.index {
        hanging[parent] = hanging[parent] * totals[decision] + number
      } else {
        hanging[decision] = number
      }
    }
    for group in groups.reversed() {
      guard let number = group.number(of: architecture, hanging: hanging) else { return nil }
      index = index * group.count + number
    }
    for decision in decisions.indices.reversed() where !isTied[decision] && decisions[decision].existence == nil {
      index = index * totals[decision] + hanging[decision]
    }
    return index
  }
}

extension CountedDiagram {
  struct PathStep {
    let decision: Int
    let option: Int?
    /// The number of the choices that hang on the option.
    let rest: BigUInt
  }

  /// - Precondition: `index` < `count`.
  func path(at index: BigUInt) -> [PathStep] {
    var (rest, state) = (index, 0)
    return diagram.layers.enumerated().map { position, layer in
      for edge in layer.edges(of: state) {
        let completions = counts[position + 1][edge.target]
        for member in layer.members[edge.members] {
          let weight = weight(member, in: position)
          let size = weight == 1 ? completions : weight * completions
          guard rest >= size else {
            let number = weight == 1 ? BigUInt(0) : rest % weight
            if weight != 1 { rest /= weight }
            state = edge.target
            return PathStep(decision: layer.decision, option: member < 0 ? nil : Int(member), rest: number)
          }
          rest -= size
        }
      }
      preconditionFailure("a number below a state's count leads along one of its edges")
    }
  }

  /// - Parameter hanging: By decision: the number of the choices that hang on its option.
  func number(of architecture: Architecture, hanging: [BigUInt]) -> BigUInt? {
    var steps: [(skipped: BigUInt, weight: BigUInt, rest: BigUInt)] = []
    var state = 0
    for (position, layer) in diagram.layers.enumerated() {
      let wanted = Int32(architecture.choices[layer.decision] ?? -1)
      var skipped: BigUInt = 0
      var next: Int?
      search: for edge in layer.edges(of: state) {
        let completions = counts[position + 1][edge.target]
        for member in layer.members[edge.members] {
          let weight = weight(member, in: position)
          if member == wanted {
            steps.append((skipped, weight, wanted < 0 ? 0 : hanging[layer.decision]))
            next = edge.target
            break search
          }
          skipped += weight * completions
        }
      }
      guard let next else { return nil }
      state = next
    }
    return steps.reversed().reduce(BigUInt(0)) { $1.skipped + $0 * $1.weight + $1.rest }
  }
}
