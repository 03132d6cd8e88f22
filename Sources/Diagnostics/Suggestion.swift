/// The known name that `name` was most likely meant to be, or nil when none is close.
///
/// Damerau 1964 and Levenshtein 1966, in the restricted form (optimal string alignment): an insertion, deletion,
/// replacement or swap of neighbours costs 1. A name is close when at most a third of the longer one changed; names
/// that differ only in case, or in `-` against `_`, are always close. Of equally close names the first in `names` wins.
///
/// - Complexity: O(names × name²) time; names of more than 64 characters are passed over.
package func closest(to name: String, among names: [String]) -> String? {
  guard !name.isEmpty, name.unicodeScalars.count <= 64 else { return nil }
  let wanted = folded(name)
  var best: (name: String, distance: Int)?
  for candidate in names where candidate != name && candidate.utf8.count <= 256 {
    let other = folded(candidate)
    // So many insertions are needed at least.
    let least = abs(wanted.count - other.count)
    guard other.count <= 64, least <= max(wanted.count, other.count) / 3, least < best?.distance ?? .max else {
      continue
    }
    let distance = alignmentDistance(wanted, other)
    guard distance <= max(wanted.count, other.count) / 3, distance < best?.distance ?? .max else { continue }
    best = (candidate, distance)
  }
  return best?.name
}

extension DiagnosticLog {
  /// The same, as long as the run has not compared names for too long: a file may have tens of thousands of wrong names
  /// among tens of thousands of right ones.
  ///
  /// - Parameter names: Called only when there is time left.
  package mutating func closest(to name: String, among names: () -> [String]) -> String? {
    guard comparisonsLeft > 0, !isFull else { return nil }
    let names = names()
    comparisonsLeft -= names.count + 1
    return Diagnostics.closest(to: name, among: names)
  }

  package mutating func closest(to name: String, among names: [String]) -> String? {
    closest(to: name) { names }
  }
}

/// The name as it is compared: lower case, with one kind of hyphen.
private func folded(_ name: String) -> [Unicode.Scalar] {
  name.lowercased().unicodeScalars.map { $0 == "-" ? "_" : $0 }
}

/// The optimal-string-alignment distance of two words, with three rows of memory.
func alignmentDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...right.count)
  for row in left.indices {
    var current = [row + 1]
    for column in right.indices {
      let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
      var least = min(replaced, last[column + 1] + 1, current[column] + 1)
      if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
        least = min(least, beforeLast[column - 1] + 1)
      }
      current.append(least)
    }
    (beforeLast, last) = (last, current)
  }
  return last[right.count]
}
