import Diagnostics
import FuzzSupport
import SpaceChecker
import SpaceCompiler
import SpaceIR

/// The bytes as a space that may use `blocks/mobile.yaml`, or as an architecture of `digits.yaml`: what compiles is
/// right for the verifier and survives its text form.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSpace(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let reader = MemoryReader(space: bytes(data, count), files: shipped)
  let compilation = compileSpace(at: "space.yaml", reader: reader)
  guard (compilation.result == nil) == compilation.hasErrors else { fatalError("no result and no error, or both") }
  expectShowable(compilation.diagnostics, omitted: compilation.omitted, in: compilation.sources)
  guard let space = compilation.result?.space else { return 0 }
  let failures = space.verify()
  guard failures.isEmpty else { fatalError("the verifier refuses what the checker took: \(failures)") }
  guard let again = try? parseSpace(text: space.text), again == space else { fatalError("the text form differs") }
  return 0
}

/// The space at hand, and the shipped files that it may name.
private struct MemoryReader: SourceReader {
  let space: [UInt8]
  let files: [String: [UInt8]]

  func bytes(of path: String) throws(SourceReadError) -> [UInt8] {
    if path == "space.yaml" { return space }
    guard let found = files[path] else { throw SourceReadError(reason: "no such file") }
    return found
  }
}

/// Read once from the checkout that this file was compiled in.
private let shipped: [String: [UInt8]] = {
  let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
  var files: [String: [UInt8]] = [:]
  for name in ["blocks/mobile.yaml", "digits.yaml"] {
    guard let found = try? DiskReader().bytes(of: "\(root)/spaces/\(name)") else { fatalError("no spaces/\(name)") }
    files[name] = found
    files["spaces/\(name)"] = found
  }
  return files
}()
