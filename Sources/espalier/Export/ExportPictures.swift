import Exporters
import Reports
import SpaceAnalysis
import SpaceIR

extension ExportSubject {
  private var title: String { "\(stem), a network of \(network.space.name)" }

  private var description: String {
    get throws {
      let cost = try cost
      return "\(cost.macs.grouped) MACs, \(cost.parameters.grouped) parameters; "
        + identity.filter { !$0.value.contains("\n") }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
  }

  /// The network drawn.
  func svg() throws -> String {
    try NetworkGraph(drawing: network.space).picture(title: title, description: description)
  }

  /// The same for Graphviz.
  func dot() throws -> String { try NetworkGraph(drawing: network.space).dot(name: stem, description: description) }

  /// timm's strings, with what they leave out in comments.
  func timm() throws -> String {
    let found: TimmExport
    do throws(TimmExportError) {
      found = try TimmExport(of: network)
    } catch {
      throw CommandFailure("'\(path)' is not in timm's words: \(error)")
    }
    let facts = identity.filter { !$0.value.contains("\n") }.map { "\($0.key) \($0.value)" }
    return (found.remarks + facts).map { "# \($0)\n" }.joined() + found.text + "\n"
  }
}
