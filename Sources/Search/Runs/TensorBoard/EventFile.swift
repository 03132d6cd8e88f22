#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The curves of a run for TensorBoard, in `tensorboard/search.tfevents`: a record a step, added as the search goes.
///
/// What is in it is in the database too. After a stop it is written anew from there, so nothing waits for the disk here.
final class EventFile {
  private static let folderName = "tensorboard"
  private let path: String
  private let descriptor: Int32

  /// Begins the file anew.
  init(of run: String, named name: String = "search") throws(RunError) {
    try makeFolder("\(run)/\(Self.folderName)")
    path = "\(run)/\(Self.folderName)/\(name).tfevents"
    descriptor = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: systemError()) }
    try append(EventRecord.version)
  }

  deinit { close(descriptor) }

  /// Takes the curves of a run away.
  static func clear(_ run: String) throws(RunError) {
    let folder = "\(run)/\(folderName)"
    for name in names(in: folder) where name.hasSuffix(".tfevents") { try removeFile("\(folder)/\(name)") }
    removeEmptyFolder(folder)
  }

  func append(_ record: StepRecord) throws(RunError) {
    try append(scalars: record.scalars, step: record.step)
  }

  func append(scalars: [(tag: String, value: Double)], step: Int) throws(RunError) {
    try append(EventRecord.scalars(scalars, step: step))
  }

  private func append(_ bytes: [UInt8]) throws(RunError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .cannotWrite(path: path, reason: systemError()) }
      rest = rest.dropFirst(count)
    }
  }
}

extension StepRecord {
  /// What is drawn over the steps.
  var scalars: [(tag: String, value: Double)] {
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
    var scalars = [
      ("distribution/entropy", entropy), ("distribution/draws", Double(draws.count)),
      ("cost/mean_macs", mean(draws.map { Double($0.macs) })),
    ]
    let measured = draws.compactMap(\.measured)
    if !measured.isEmpty { scalars.append(("cost/mean_measured", mean(measured.map(Double.init)))) }
    let training = draws.compactMap(\.trainingLoss)
    if !training.isEmpty {
      scalars += [("loss/training", mean(training)), ("weights/gradient_norm", gradientNorm)]
    }
    let validation = draws.compactMap(\.validationLoss)
    if !validation.isEmpty { scalars.append(("loss/validation", mean(validation))) }
    return scalars
  }
}
