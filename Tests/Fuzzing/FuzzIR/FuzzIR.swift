import FuzzSupport
import SpaceIR

/// The bytes as the text form of a space: what parses is printed and parsed to the same space, and the verifier answers.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzIR(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let text = String(decoding: bytes(data, count), as: UTF8.self)
  let space: Space
  do throws(IRTextError) {
    space = try parseSpace(text: text)
  } catch {
    guard error.line >= 1, error.column >= 1, !error.message.isEmpty else { fatalError("no place: \(error)") }
    return 0
  }
  guard let again = try? parseSpace(text: space.text) else { fatalError("what is printed does not parse") }
  guard again == space else { fatalError("what is printed is another space") }
  _ = space.verify()
  return 0
}
