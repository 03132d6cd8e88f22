import SpaceChecker
import SpaceCompiler

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// All of standard input, up to the size that a file may have.
func readStandardInput() throws(SourceReadError) -> [UInt8] {
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = chunk.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { throw SourceReadError(reason: systemMessage(errno)) }
    if count == 0 { return bytes }
    bytes += chunk[..<count]
    guard bytes.count <= DiskReader.largestFile else {
      throw SourceReadError(reason: "it has more than \(DiskReader.largestFile) bytes")
    }
  }
}
