import CEngine

/// Parameters, batches and lanes on one device. Calls from several threads are served one after the other; several
/// contexts run side by side.
package final class EngineContext: @unchecked Sendable {
  // Proof of Sendable: the library locks a context for each call; the handle is freed when no reference is left.
  private let handle: OpaquePointer
  private let api: es_api
  package let options: EngineOptions
  package let tensors: [EngineTensor]

  /// Allocates `tensors`, filled with zeros.
  package init(library: EngineLibrary, options: EngineOptions, tensors: [EngineTensor]) throws(EngineError) {
    let api = library.api
    var encodedOptions = options.encoded(on: library.device)
    var created: OpaquePointer?
    try callEngine { api.context_create(&encodedOptions, &created, $0) }
    guard let created else { throw EngineError(.unknown, "no context was made") }
    handle = created
    self.api = api
    self.options = options
    self.tensors = tensors
    let encoded = tensors.map(\.encoded)
    try callEngine { api.tensors_allocate(created, encoded, Int32(encoded.count), $0) }
  }

  deinit { api.context_destroy(handle) }

  /// Writes a whole plane of a tensor, row-major, converted to the context's element type.
  package func write(
    _ values: [some EngineElement], to plane: EnginePlane = .value, of tensor: Int
  ) throws(EngineError) {
    switch options.elementType {
    case .float32: try write(converted: convert(values, to: Float.self), to: plane, of: tensor)
    case .float64: try write(converted: convert(values, to: Double.self), to: plane, of: tensor)
    }
  }

  private func write<Element>(converted: [Element], to plane: EnginePlane, of tensor: Int) throws(EngineError) {
    try callEngine { message in
      converted.withUnsafeBytes { bytes in
        api.tensor_write(
          handle, plane.encoded, Int32(clamping: tensor), bytes.baseAddress, Int64(converted.count), message)
      }
    }
  }

  /// A whole plane of a tensor, row-major. One that was never written reads as zero.
  package func read<Element: EngineElement>(
    _ plane: EnginePlane = .value, of tensor: Int, as type: Element.Type
  ) throws(EngineError) -> [Element] {
    guard tensors.indices.contains(tensor) else {
      throw EngineError(.invalid, "there is no tensor \(tensor) among \(tensors.count)")
    }
    let count = plane.count(of: tensors[tensor])
    switch options.elementType {
    case .float32: return convert(try read(plane, of: tensor, filling: [Float](repeating: 0, count: count)), to: type)
    case .float64: return convert(try read(plane, of: tensor, filling: [Double](repeating: 0, count: count)), to: type)
    }
  }

  private func read<Element>(
    _ plane: EnginePlane, of tensor: Int, filling room: consuming [Element]
  ) throws(EngineError) -> [Element] {
    var values = room
    let count = Int64(values.count)
    try callEngine { message in
      values.withUnsafeMutableBytes { bytes in
        api.tensor_read(handle, plane.encoded, Int32(clamping: tensor), bytes.baseAddress, count, message)
      }
    }
    return values
  }

  /// Copies a batch into a slot, which is a small number from 0.
  ///
  /// - Parameters:
  ///   - images: [n, h, w, c], row-major.
  ///   - labels: n class numbers.
  package func writeBatch(
    _ slot: Int, images: [Float], labels: [Int], shape: EngineBuffer.Shape
  ) throws(EngineError) {
    // `withUnsafeBufferPointer` does not pass a typed error on.
    let outcome = images.withUnsafeBufferPointer { images in
      Result { () throws(EngineError) in try writeBatch(slot, images: images, labels: labels, shape: shape) }
    }
    try outcome.get()
  }

  /// The same from memory that somebody else holds.
  package func writeBatch(
    _ slot: Int, images: UnsafeBufferPointer<Float>, labels: [Int], shape: EngineBuffer.Shape
  ) throws(EngineError) {
    guard images.count == shape.count, labels.count == shape.n else {
      throw EngineError(.invalid, "\(images.count) numbers and \(labels.count) labels for a batch of \(shape)")
    }
    let classes = labels.map(Int64.init)
    let extents = [Int64(shape.n), Int64(shape.h), Int64(shape.w), Int64(shape.c)]
    try callEngine { api.batch_write(handle, Int32(clamping: slot), images.baseAddress, classes, extents, $0) }
  }

  /// Copies input 1, 2, ... into a slot after `writeBatch`, which forgets the further inputs of the slot.
  ///
  /// - Parameter values: [n, h, w, c], row-major, of as many images as the batch.
  package func writeInput(
    _ number: Int, of slot: Int, values: [Float], shape: EngineBuffer.Shape
  ) throws(EngineError) {
    guard values.count == shape.count else {
      throw EngineError(.invalid, "\(values.count) numbers for an input of \(shape)")
    }
    let extents = [Int64(shape.n), Int64(shape.h), Int64(shape.w), Int64(shape.c)]
    try callEngine {
      api.batch_write_input(handle, Int32(clamping: slot), Int32(clamping: number), values, extents, $0)
    }
  }

  /// Copies the class numbers of an output into a slot after `writeBatch`, which writes those of output 0 and forgets
  /// those of the others.
  ///
  /// - Parameter labels: One for each position of the output's logits, row-major.
  package func writeLabels(_ labels: [Int], of output: Int, to slot: Int) throws(EngineError) {
    let classes = labels.map(Int64.init)
    try callEngine {
      api.batch_write_labels(
        handle, Int32(clamping: slot), Int32(clamping: output), classes, Int64(classes.count), $0)
    }
  }

  /// Copies what an output is trained towards into a slot after `writeBatch`, which forgets it. The labels still count
  /// hits.
  package func writeTargets(_ targets: EngineTargets, of output: Int = 0, to slot: Int) throws(EngineError) {
    guard [targets.shares, targets.teacher?.logits].allSatisfy({ $0 == nil || $0?.count == targets.count }) else {
      throw EngineError(.invalid, "targets that are not \(targets.rows) rows of \(targets.classes) classes")
    }
    try callEngine { message in
      withPointer(targets.shares) { shares in
        withPointer(targets.teacher?.logits) { teacher in
          api.batch_write_targets(
            handle, Int32(clamping: slot), Int32(clamping: output), shares, teacher, Int64(targets.rows),
            Int64(targets.classes), targets.teacher?.share ?? 0, targets.teacher?.temperature ?? 1, message)
        }
      }
    }
  }

  /// Runs the forward parts.
  ///
  /// A loss that is not finite is returned as it is, except when statistics are recorded.
  package func evaluate(_ jobs: [EngineJob], statistics: EngineStatistics) throws(EngineError) -> [EngineOutcome] {
    var none: [Double] = []
    return try evaluate(jobs, statistics: statistics, logits: &none, places: [])
  }

  /// `evaluate`, with the logits of every job.
  package func answers(of jobs: [EngineJob], statistics: EngineStatistics) throws(EngineError) -> [EngineAnswer] {
    var places: [Int] = []
    var count = 0
    for job in jobs {
      places.append(count)
      count += job.program.logitsShape.count
    }
    var logits = [Double](repeating: 0, count: count)
    let outcomes = try evaluate(jobs, statistics: statistics, logits: &logits, places: places)
    return jobs.indices.map { job in
      let end = places[job] + jobs[job].program.logitsShape.count
      return EngineAnswer(outcome: outcomes[job], logits: Array(logits[places[job]..<end]))
    }
  }

  private func evaluate(
    _ jobs: [EngineJob], statistics: EngineStatistics, logits: inout [Double], places: [Int]
  ) throws(EngineError) -> [EngineOutcome] {
    let (mode, factor) = statistics.encoded
    var outcomes = [es_outcome](repeating: es_outcome(), count: jobs.count)
    try callEngine { message in
      logits.withUnsafeMutableBufferPointer { room in
        withEncoded(jobs, logits: { job in places.isEmpty ? nil : room.baseAddress.map { $0 + places[job] } }) {
          api.evaluate(handle, $0, Int32(jobs.count), mode, factor, &outcomes, message)
        }
      }
    }
    return outcomes.map(EngineOutcome.init)
  }

  /// Runs forward and backward parts; afterwards the gradient plane of the touched tensors is Σ w_k ∇loss_k.
  ///
  /// - Parameter recording: The factor with which batch statistics enter the running ones; nil records none.
  /// - Throws: `.notFinite` naming the job whose loss is not a number; then nothing changed and no gradient is left.
  package func accumulate(
    _ jobs: [EngineJob], weighting: EngineWeighting, recording factor: Double? = nil
  ) throws(EngineError) -> [EngineOutcome] {
    let (weights, scale) = weighting.encoded
    var outcomes = [es_outcome](repeating: es_outcome(), count: jobs.count)
    try callEngine { message in
      withEncoded(jobs, logits: { _ in nil }) {
        api.accumulate(handle, $0, Int32(jobs.count), weights, scale, factor ?? 0, &outcomes, message)
      }
    }
    return outcomes.map(EngineOutcome.init)
  }

  private func withEncoded<Result>(
    _ jobs: [EngineJob], logits: (Int) -> UnsafeMutablePointer<Double>?,
    _ body: (UnsafePointer<es_job>) -> Result
  ) -> Result {
    let encoded = jobs.indices.map { job in
      es_job(
        program: jobs[job].program.encoded, batch: Int32(clamping: jobs[job].batch), logits: logits(job),
        multiplicity: Double(jobs[job].multiplicity))
    }
    // The programs own what `encoded` points to.
    return withExtendedLifetime(jobs) { encoded.withUnsafeBufferPointer { body($0.baseAddress ?? Self.noJobs) } }
  }

  /// An empty array has no address, but the C side wants one.
  private static var noJobs: UnsafePointer<es_job> { UnsafePointer(bitPattern: MemoryLayout<es_job>.alignment)! }

  /// One optimiser step on the touched tensors, after which no gradient is left.
  ///
  /// - Returns: The L2 norm of the whole gradient before clipping.
  package func update(_ update: EngineUpdate) throws(EngineError) -> Double {
    var encoded = update.encoded
    var norm = 0.0
    try callEngine { api.update(handle, &encoded, &norm, $0) }
    return norm
  }

  /// From now on exactly these tensors are trained: no backward pass computes a gradient of another, and no update moves
  /// one. An earlier gradient is forgotten.
  package func train(_ tensors: [Int]) throws(EngineError) {
    let numbers = tensors.map { Int32(clamping: $0) }
    try callEngine { message in
      numbers.withUnsafeBufferPointer { api.tensors_train(handle, $0.baseAddress, Int32(numbers.count), message) }
    }
  }

  /// A moving average of another context's values: value = momentum * value + (1 - momentum) * value of the other, for
  /// these tensors and no others.
  ///
  /// - Precondition: The other follows nobody.
  package func follow(_ other: EngineContext, _ tensors: [Int], momentum: Double) throws(EngineError) {
    let numbers = tensors.map { Int32(clamping: $0) }
    try callEngine { message in
      numbers.withUnsafeBufferPointer {
        api.tensors_follow(handle, other.handle, $0.baseAddress, Int32(numbers.count), momentum, message)
      }
    }
  }

  /// Exchanges value and average of every trained tensor that has an average.
  package func swapAverages() throws(EngineError) {
    try callEngine { api.swap_average(handle, $0) }
  }

  /// - Parameter resettingPeak: Whether the next peak is counted from now.
  package func memory(resettingPeak: Bool = false) throws(EngineError) -> EngineMemory {
    var memory = es_memory()
    try callEngine { api.memory(handle, resettingPeak ? 1 : 0, &memory, $0) }
    return EngineMemory(memory)
  }
}

/// A type that values are read and written as.
package protocol EngineElement: BinaryFloatingPoint, Sendable {}
extension Float: EngineElement {}
extension Double: EngineElement {}

/// No address for no values.
private func withPointer<Result>(_ values: [Float]?, _ body: (UnsafePointer<Float>?) -> Result) -> Result {
  guard let values else { return body(nil) }
  return values.withUnsafeBufferPointer { body($0.baseAddress) }
}

private func convert<From: EngineElement, To: EngineElement>(_ values: [From], to type: To.Type) -> [To] {
  if let same = values as? [To] { return same }
  return values.map { To($0) }
}
