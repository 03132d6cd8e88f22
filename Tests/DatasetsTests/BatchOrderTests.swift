import Testing

@testable import Datasets

struct BatchOrderTests {
  private let epoch = Epoch(seed: 11, number: 0)

  @Test(arguments: [(0, 4), (1, 4), (4, 4), (103, 10), (64, 64)])
  func `an epoch visits every image once`(images: Int, size: Int) {
    let order = BatchOrder(imageCount: images, batchSize: size)
    let batches = order.batches(in: epoch)
    #expect(batches.count == order.batchCount)
    #expect(batches.dropLast().allSatisfy { $0.count == size })
    #expect(batches.flatMap { $0 }.sorted() == Array(0..<images))
  }

  @Test func `dropped images leave full batches`() {
    let order = BatchOrder(imageCount: 103, batchSize: 10, remainder: .dropped)
    #expect(order.batches(in: epoch).map(\.count) == Array(repeating: 10, count: 10))
    #expect(order.batchCount == 10)
  }

  @Test func `the order follows from seed and epoch`() {
    let order = BatchOrder(imageCount: 100, batchSize: 100)
    let first = order.batches(in: epoch)
    #expect(order.batches(in: epoch) == first)
    #expect(order.batches(in: Epoch(seed: 11, number: 1)) != first)
    #expect(order.batches(in: Epoch(seed: 12, number: 0)) != first)
    #expect(order.batchesInStoredOrder() == [ArraySlice(0..<100)])
  }

  // Runs that are resumed on another machine depend on it.
  @Test func `the order is the recorded one`() {
    let batches = BatchOrder(imageCount: 10, batchSize: 5).batches(in: epoch)
    #expect(batches.map(Array.init) == [[4, 3, 0, 1, 7], [6, 8, 9, 5, 2]])
  }
}
