import Foundation
import Synchronization
import Testing

@testable import Datasets

struct BatchPipelineTests {
  private static let changes = Augmentation(
    flipsHorizontally: true, crop: .init(padding: 2), cutout: 3, randAugment: RandAugment(count: 2, strength: 9))

  private func batches(
    _ sequence: BatchSequence, _ steps: Range<Int>, workers: Int, policy: BrokenImagePolicy = .refuse,
    broken: @escaping @Sendable (BrokenImage) -> Void = { _ in }
  ) throws -> [(images: [Float], labels: [Int])] {
    let pipeline = BatchPipeline(sequence, steps: steps, workers: workers, policy: policy, broken: broken)
    return try steps.map { _ in try pipeline.withNext { (Array($0.images), $0.labels) } }
  }

  @Test func `neither threads nor where it begins change a batch`() throws {
    let images = try DatasetSource.digits.load(SplitOptions(seed: 0, limit: 100)).train
    let sequence = BatchSequence(images, batch: 16, augmentation: Self.changes, order: .shuffled(seed: 4))
    let alone = try batches(sequence, 0..<20, workers: 0)
    for workers in [1, 3] {
      let found = try batches(sequence, 0..<20, workers: workers)
      #expect(found.map(\.images) == alone.map(\.images) && found.map(\.labels) == alone.map(\.labels))
    }
    let later = try batches(sequence, 7..<20, workers: 2)
    #expect(later.map(\.images) == alone.dropFirst(7).map(\.images))
    #expect(Set(alone.map(\.labels)).count > 10, "batches differ")
  }

  @Test func `a batch is what fill writes`() throws {
    let images = try DatasetSource.digits.load(SplitOptions(seed: 0, limit: 100)).train
    let plain = Augmentation(flipsHorizontally: true, crop: .init(padding: 2), cutout: 3)
    let found = try batches(
      BatchSequence(images, batch: 32, augmentation: plain, order: .shuffled(seed: 4)), 3..<4, workers: 0)
    let epoch = Epoch(seed: 4, number: 1)
    let indices = BatchOrder(imageCount: 100, batchSize: 32, remainder: .dropped).batches(in: epoch)[0]
    var (values, labels): ([Float], [Int64]) = ([], [])
    images.fill(images: &values, labels: &labels, indices: indices, augmentation: plain, epoch: epoch)
    #expect(found[0].images == values && found[0].labels == labels.map(Int.init))
  }

  @Test func `stored order has every image once`() throws {
    let images = try DatasetSource.digits.load(SplitOptions(seed: 0, limit: 100)).test
    let sequence = BatchSequence(images, batch: 30, order: .stored)
    let found = try batches(sequence, 0..<sequence.batchesPerEpoch, workers: 2)
    #expect(found.map(\.labels.count) == [30, 30, 30, 10])
    #expect(found.flatMap(\.labels) == images.labels.map(Int.init))
  }

  @Test func `a broken image stops the work, or another takes its place, or it is left out`() throws {
    let folder = try FolderSamples.folder { folder in
      try folder.write([0xFF], to: "train/ant/1.JPEG")
      try folder.write([0xFF], to: "val/bee/0.JPEG")
    }
    let shape = PixelShape(channels: 3, height: 8, width: 8)
    let images = try ImageFolder(path: folder.path, shape: shape)
    let training = BatchSequence(images.train, batch: 4, order: .shuffled(seed: 1))
    for workers in [0, 3] {
      let error = #expect(throws: BrokenImage.self) { try batches(training, 0..<3, workers: workers) }
      #expect(error?.path == "\(folder.path)/train/ant/1.JPEG")
    }
    let told = Mutex<[String]>([])
    let note = { @Sendable (image: BrokenImage) in told.withLock { $0.append(image.path) } }
    let found = try [0, 3].map { try batches(training, 0..<3, workers: $0, policy: .skip, broken: note) }
    #expect(found[0].map(\.images) == found[1].map(\.images))
    #expect(found[0].allSatisfy { $0.labels.count == 4 })
    #expect(told.withLock { Set($0) } == ["\(folder.path)/train/ant/1.JPEG"])
    let testing = BatchSequence(images.validation, batch: 4, order: .stored)
    let tested = try batches(testing, 0..<2, workers: 2, policy: .skip)
    #expect(tested.map(\.labels) == [[0, 0, 0], [1, 1]])
    #expect(tested.map(\.images.count) == [3 * 192, 2 * 192])
    withExtendedLifetime(folder) {}
  }

  @Test func `a folder of broken images is an error even where they are skipped`() throws {
    let folder = try FolderSamples.folder { folder in
      for name in ["ant", "bee"] {
        for number in 0..<6 { try folder.write([1], to: "train/\(name)/\(number).\(number % 3 == 2 ? "png" : "JPEG")") }
      }
    }
    let images = try ImageFolder(path: folder.path, shape: PixelShape(channels: 3, height: 8, width: 8))
    let sequence = BatchSequence(images.train, batch: 4, order: .shuffled(seed: 1))
    #expect(throws: BrokenImage.self) { try batches(sequence, 0..<1, workers: 0) }
    for workers in [0, 2] {
      let error = #expect(throws: DatasetError.self) { try batches(sequence, 0..<1, workers: workers, policy: .skip) }
      #expect(
        error?.message.replacing(folder.path, with: "FOLDER")
          == "none of the 12 images of image folder 'FOLDER', part 'train' can be read")
    }
    withExtendedLifetime(folder) {}
  }
}
