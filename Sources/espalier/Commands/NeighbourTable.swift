import SpaceAnalysis
import SpaceCompiler

/// How many networks are near one, by their distance from it.
struct NeighbourTable {
  private let counts: [(distance: Int, networks: NetworkCount)]
  private let isMember: Bool

  /// - Throws: `CommandFailure`, also where no network meets the requirements.
  init(of path: String, in compiled: CompiledSpace, _ file: String, _ distances: Distances) throws {
    let network = try network(at: path, of: compiled, file)
    let members = try MemberSet.members(of: compiled)
    let all = try telling(in: compiled.space) { () throws(MoveError) in
      try NetworkWays(compiled.space, members).countByDistance(from: network, upTo: distances.range.upperBound)
    }
    counts = all.indices.filter(distances.range.contains).map { ($0, all[$0]) }
    isMember = members.contains(network)
  }

  var text: String {
    var table = AlignedTable([.right, .right])
    table.add(["distance", "networks"])
    for (distance, networks) in counts { table.add([distance.grouped, networks.grouped]) }
    return "\n" + (isMember ? "" : "the network itself does not meet the requirements\n") + table.text()
  }

  var json: JSONValue {
    .object([
      ("is_member", .boolean(isMember)),
      (
        "distances",
        .array(
          counts.map { .object([("distance", .integer($0.distance)), ("networks", .string($0.networks.description))]) })
      ),
    ])
  }
}
