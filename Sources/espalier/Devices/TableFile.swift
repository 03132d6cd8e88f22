import Devices
import Diagnostics
import SpaceChecker
import SpaceCompiler
import SpaceIR

/// The file of a latency table that a device's command fills.
struct TableFile {
  let path: String
  /// Nil: it is not there yet.
  let record: LatencyRecord?

  /// - Throws: `ExitCode` 1 after errors of a file that is there were shown; `CommandFailure` where it cannot be read.
  init(_ path: String, mayBeMissing: Bool) throws {
    self.path = path
    guard fileExists(path) || !mayBeMissing else {
      record = nil
      return
    }
    let reading = readLatencyRecord(try contents(ofFile: path), path: path)
    let stream = Terminal.standardError
    stream.write(
      renderText(
        reading.diagnostics, omitted: reading.omitted, sources: reading.sources, colours: stream.showsColours))
    guard let record = reading.record else { throw ExitStatus.invalid.code }
    self.record = record
  }

  /// What the table holds, as this device goes on with it.
  ///
  /// - Throws: `CommandFailure` where another device measured it, or this one before something changed.
  func table(
    _ description: DeviceDescription, passes: Int, named name: String, isFresh: Bool = false
  ) throws -> MeasuredTable {
    do throws(MeasuredTable.Mismatch) {
      return try MeasuredTable(description, passes: passes, addingTo: isFresh ? nil : record, name: name)
    } catch {
      switch error {
      case .otherWriter:
        throw CommandFailure(
          "'\(path)' was not written by 'espalier device measure', so it is not known what it was measured with\n"
            + "help: name another file with '-o'")
      case .stale(let differences):
        throw CommandFailure(
          "'\(path)' is stale: it was measured with something else than '\(name)' is now\n"
            + differences.map { "  \($0)\n" }.joined()
            + "help: 'espalier device measure --fresh' measures anew; '-o' names another file, so that both stay")
      }
    }
  }
}
