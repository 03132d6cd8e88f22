/// What a YAML file of this package is about, as its keys tell.
package enum FileKind: String, Hashable, Sendable {
  case space
  case architecture
  case library
  case latencyTable
  case device
  case recipe

  /// With its article, and the keys that it is known by.
  package var phrase: String {
    switch self {
    case .space: "a space"
    case .architecture: "an architecture"
    case .library: "a library of blocks"
    case .latencyTable: "a latency table"
    case .device: "a device"
    case .recipe: "a recipe of a search"
    }
  }
}

extension YAMLNode {
  /// The kind of file that a root is of; nil where its keys do not tell.
  package var fileKind: FileKind? {
    guard case .mapping(let entries) = content else { return nil }
    let keys = Set(entries.map(\.key.text))
    if keys.contains("architecture") { return .architecture }
    if keys.contains("latency_table") { return .latencyTable }
    if keys.contains("space") || keys.contains("network") { return .space }
    if keys.contains("recipe") { return .recipe }
    if keys.contains("device"), keys.contains("runtime") || keys.contains("command") { return .device }
    let parts: Set<String> = ["blocks", "rules", "cells"]
    return keys.isSubset(of: parts.union(["espalier", "use"])) && !keys.isDisjoint(with: parts) ? .library : nil
  }
}
