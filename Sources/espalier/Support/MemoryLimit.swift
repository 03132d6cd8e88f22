import ArgumentParser

/// The most memory that the counts of an answer may take.
struct MemoryLimit {
  let bytes: Int

  static let usual = MemoryLimit(bytes: 2 << 30)
}

extension ArgumentHelp {
  static let memory = ArgumentHelp(
    "The most that counting may take, such as 512MiB or 8GiB; beyond it the command ends with an error. (default: 2GiB)",
    valueName: "size")
}

/// A size in bytes: `2GiB`, `512MiB`, `1500000`.
///
/// - Throws: `ValidationError` that says what is wrong with the text.
func parseMemory(_ text: String) throws -> MemoryLimit {
  let units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)]
  let unit = units.first { text.hasSuffix($0.0) }
  let digits = unit == nil ? Substring(text) : text.dropLast(3)
  guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(digits), number > 0 else {
    throw ValidationError("'\(text)' is not a size such as 512MiB, 2GiB or 1500000")
  }
  let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << (unit?.1 ?? 0))
  guard !overflow else { throw ValidationError("'\(text)' does not fit 64 bits") }
  return MemoryLimit(bytes: bytes)
}
