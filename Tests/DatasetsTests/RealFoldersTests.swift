import Foundation
import Testing

@testable import Datasets

/// Tests on the real files, where the machine has them: `ESPALIER_DATA` is a folder with `fashion-mnist` (IDX) and
/// `cifar10` (unpacked binary batches).
struct RealFoldersTests {
  private static let root = ProcessInfo.processInfo.environment["ESPALIER_DATA"]

  private static func has(_ file: String) -> Bool {
    root.map { FileManager.default.fileExists(atPath: "\($0)/\(file)") } ?? false
  }

  @Test(.enabled(if: has("fashion-mnist/train-images-idx3-ubyte.gz"), "ESPALIER_DATA has no fashion-mnist"))
  func `Fashion-MNIST is read whole and the embedded subset is of it`() throws {
    let folder = "\(Self.root ?? "")/fashion-mnist"
    let splits = try DatasetSource.fashionMNIST(folder: folder).load(SplitOptions(seed: 1))
    #expect(splits.train.name == "Fashion-MNIST")
    #expect(splits.train.classCounts == Array(repeating: 3_000, count: 10))
    #expect(splits.validation.classCounts == Array(repeating: 3_000, count: 10))
    #expect(splits.test.classCounts == Array(repeating: 1_000, count: 10))
    #expect(abs(splits.train.normalisation.mean[0] / 255 - 0.2860) < 0.0001)
    #expect(abs(splits.train.normalisation.deviation[0] / 255 - 0.3530) < 0.0001)
    let mini = try DatasetSource.fashionMini.load()
    #expect(Set(images(of: splits.trainAndValidation)).isSuperset(of: images(of: mini.trainAndValidation)))
    #expect(Set(images(of: splits.test)).isSuperset(of: images(of: mini.test)))
  }

  @Test(.enabled(if: has("cifar10/data_batch_1.bin"), "ESPALIER_DATA has no unpacked cifar10"))
  func `the JPEG copy of CIFAR-10 is recognised by its bytes`() throws {
    let folder = "\(Self.root ?? "")/cifar10"
    let splits = try DatasetSource.cifar10(folder: folder).load(SplitOptions(seed: 1, limit: 1_000))
    #expect(splits.train.name == "CIFAR-10 (JPEG q75)")
    #expect([splits.train, splits.validation, splits.test].map(\.count) == [1_000, 1_000, 1_000])
    for (mean, published) in zip(splits.train.normalisation.mean, [0.4913, 0.4821, 0.4465]) {
      #expect(abs(mean / 255 - published) < 0.02)
    }
  }
}
