import Foundation

/// A batch in memory.
package struct ReadyBatch {
  /// Shape [labels, height, width, channels]. Valid only inside the call that hands it out.
  package let images: UnsafeMutableBufferPointer<Float>
  package let labels: [Int]
}

/// Makes batches on threads of its own, ahead of who takes them.
///
/// Every image follows from the sequence alone, so neither the number of threads nor how far they are ahead changes a
/// batch. Who finds the next batch unfinished helps to make it, and the time until it is there counts as waiting.
package final class BatchPipeline: Sendable {
  private let core: Core

  /// - Parameters:
  ///   - steps: The batches that will be taken, in this order.
  ///   - workers: Threads; with 0 who takes a batch makes it.
  ///   - ahead: Batches that may be ready or on their way beside the one that is taken.
  package init(
    _ sequence: BatchSequence, steps: Range<Int>, workers: Int, ahead: Int = 3,
    policy: BrokenImagePolicy = .refuse, broken: @escaping @Sendable (BrokenImage) -> Void = { _ in }
  ) {
    core = Core(sequence, steps, ahead: ahead, policy, broken)
    for number in 0..<workers {
      let core = core
      let thread = Thread { core.work() }
      thread.name = "images \(number)"
      thread.start()
    }
  }

  deinit { core.stop() }

  /// Seconds that who takes batches has waited for them so far.
  package var waitedSeconds: Double { core.waitedSeconds }

  /// Hands out the next batch.
  ///
  /// - Throws: `BrokenImage` under the policy `refuse`, the first of the batch; under `skip` `DatasetError.noWholeImage`,
  ///   where another image shall take a broken one's place and all are broken; what `body` throws.
  package func withNext<Result>(_ body: (ReadyBatch) throws -> Result) throws -> Result {
    let batch = try core.take()
    defer { core.giveBack(batch) }
    return try body(batch.ready)
  }
}

/// One batch on its way.
private final class PendingBatch {
  let indices: ArraySlice<Int>
  let epoch: Epoch
  let images: UnsafeMutableBufferPointer<Float>
  /// Nil: left out.
  var labels: [Int?]
  var failures: [Int: BrokenImage] = [:]
  /// Places that were handed out, and places that are done.
  var begun = 0
  var done = 0

  init(_ indices: ArraySlice<Int>, _ epoch: Epoch, _ images: UnsafeMutableBufferPointer<Float>) {
    self.indices = indices
    self.epoch = epoch
    self.images = images
    labels = [Int?](repeating: nil, count: indices.count)
  }

  var isComplete: Bool { done == indices.count }

  /// Without the images that were left out.
  var ready: ReadyBatch {
    let values = indices.isEmpty ? 0 : images.count / indices.count
    var kept = 0
    for (place, label) in labels.enumerated() where label != nil {
      if kept < place {
        for value in 0..<values { images[kept * values + value] = images[place * values + value] }
      }
      kept += 1
    }
    return ReadyBatch(
      images: UnsafeMutableBufferPointer(rebasing: images[..<(kept * values)]), labels: labels.compactMap(\.self))
  }
}

/// What the threads share. Proof of Sendable: every stored variable is read and written under `condition` alone, and a
/// place of a batch's memory belongs to the one thread that it was handed to.
private final class Core: @unchecked Sendable {
  /// Images that a thread takes at a time: few, so that the oldest batch is finished first.
  private static let portion = 4

  private let condition = NSCondition()
  private var sequence: BatchSequence
  private var upcoming: Range<Int>
  private var pending: [PendingBatch] = []
  private var room: [UnsafeMutableBufferPointer<Float>] = []
  private var isStopped = false
  private var waited = 0.0
  private let ahead: Int
  private let policy: BrokenImagePolicy
  private let broken: @Sendable (BrokenImage) -> Void
  private let images: any ImageStore
  private let augmentation: Augmentation
  private let replacesBroken: Bool

  init(
    _ sequence: BatchSequence, _ steps: Range<Int>, ahead: Int, _ policy: BrokenImagePolicy,
    _ broken: @escaping @Sendable (BrokenImage) -> Void
  ) {
    self.sequence = sequence
    upcoming = steps
    self.ahead = ahead
    self.policy = policy
    self.broken = broken
    images = sequence.images
    augmentation = sequence.augmentation
    replacesBroken = sequence.replacesBroken
  }

  deinit {
    for batch in pending { batch.images.deallocate() }
    for memory in room { memory.deallocate() }
  }

  var waitedSeconds: Double { condition.withLock { waited } }

  func stop() {
    condition.withLock {
      isStopped = true
      condition.broadcast()
    }
  }

  /// The oldest batch, when it is complete.
  func take() throws -> PendingBatch {
    condition.lock()
    defer { condition.unlock() }
    refill(atLeast: 1)
    precondition(!pending.isEmpty, "there is another batch")
    let batch = pending[0]
    let began = ContinuousClock.now
    while !batch.isComplete {
      if let places = portion(of: batch) { make(places, of: batch) } else { condition.wait() }
    }
    let time = ContinuousClock.now - began
    waited += Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
    pending.removeFirst()
    refill(atLeast: 0)
    condition.broadcast()
    guard let first = batch.failures.keys.min() else { return batch }
    room.append(batch.images)
    guard policy == .refuse else {
      throw DatasetError.noWholeImage(images: images.identity.provenance, count: images.count)
    }
    throw batch.failures[first]!
  }

  func giveBack(_ batch: PendingBatch) {
    condition.withLock {
      room.append(batch.images)
      refill(atLeast: 0)
      condition.broadcast()
    }
  }

  func work() {
    condition.lock()
    defer { condition.unlock() }
    while !isStopped {
      refill(atLeast: 0)
      guard let (batch, places) = nextPortion() else {
        // Nothing comes any more.
        if upcoming.isEmpty, pending.allSatisfy({ $0.begun == $0.indices.count }) { return }
        condition.wait()
        continue
      }
      make(places, of: batch)
    }
  }

  // MARK: Under the lock

  private func refill(atLeast least: Int) {
    while pending.count < max(least, ahead), let step = upcoming.first {
      upcoming = step + 1..<upcoming.upperBound
      let (indices, epoch) = sequence.batch(step)
      let values = indices.count * images.shape.valueCount
      let kept = room.firstIndex { $0.count == values }.map { room.remove(at: $0) }
      pending.append(PendingBatch(indices, epoch, kept ?? .allocate(capacity: values)))
    }
  }

  private func nextPortion() -> (PendingBatch, Range<Int>)? {
    for batch in pending { if let places = portion(of: batch) { return (batch, places) } }
    return nil
  }

  private func portion(of batch: PendingBatch) -> Range<Int>? {
    guard batch.begun < batch.indices.count else { return nil }
    let places = batch.begun..<min(batch.begun + Self.portion, batch.indices.count)
    batch.begun = places.upperBound
    return places
  }

  /// Leaves the lock for the work itself.
  private func make(_ places: Range<Int>, of batch: PendingBatch) {
    let memory = batch.images
    let indices = places.map { batch.indices[batch.indices.startIndex + $0] }
    let epoch = batch.epoch
    condition.unlock()
    var outcomes: [Result<Int?, BrokenImage>] = []
    let values = images.shape.valueCount
    for (place, index) in zip(places, indices) {
      let output = UnsafeMutableBufferPointer(rebasing: memory[place * values..<(place + 1) * values])
      outcomes.append(label(index, epoch, output))
    }
    condition.lock()
    for (place, outcome) in zip(places, outcomes) {
      switch outcome {
      case .success(let label): batch.labels[place] = label
      case .failure(let error): batch.failures[place] = error
      }
    }
    batch.done += places.count
    if batch.isComplete { condition.broadcast() }
  }

  /// Writes an image or, where it is broken and another may take its place, the next one that is not.
  private func label(
    _ index: Int, _ epoch: Epoch, _ output: UnsafeMutableBufferPointer<Float>
  ) -> Result<Int?, BrokenImage> {
    var failure: BrokenImage?
    for offset in 0..<(policy == .refuse || !replacesBroken ? 1 : images.count) {
      do throws(BrokenImage) {
        return .success(try images.write((index + offset) % images.count, augmentation, epoch, to: output))
      } catch {
        if policy == .skip { broken(error) }
        failure = failure ?? error
      }
    }
    guard let failure else { return .success(nil) }
    // A folder without a single whole image has nothing to go on with.
    return policy == .skip && !replacesBroken ? .success(nil) : .failure(failure)
  }
}
