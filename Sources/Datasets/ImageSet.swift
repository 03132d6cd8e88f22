/// What a data set is called and what a report must say of it.
package struct DatasetIdentity: Hashable, Sendable {
  /// The name to print beside every figure, for example `CIFAR-10 (JPEG q75)`.
  package let name: String
  /// Source, licence and how the parts were made, as one sentence or two.
  package let provenance: String
  /// One name a class; a label is an index into it.
  package let classNames: [String]

  package init(name: String, provenance: String, classNames: [String]) {
    precondition(!classNames.isEmpty, "an image has a class")
    self.name = name
    self.provenance = provenance
    self.classNames = classNames
  }
}

/// Labelled images of one size. There is one label an image, and every label has a class name.
package struct ImageSet: Sendable {
  package let identity: DatasetIdentity
  package let shape: PixelShape
  /// Values as stored, 0 for the background. Shape [images, height, width, channels].
  package let pixels: [UInt8]
  /// The class of each image. Shape [images].
  package let labels: [UInt8]
  /// What turns stored values into network inputs. All parts of a data set share one.
  package let normalisation: PixelNormalisation

  package init(
    identity: DatasetIdentity, shape: PixelShape, pixels: [UInt8], labels: [UInt8], normalisation: PixelNormalisation
  ) {
    precondition(identity.classNames.count <= 256, "a label is a byte")
    precondition(pixels.count == labels.count * shape.valueCount, "one label an image")
    precondition(labels.allSatisfy { $0 < identity.classNames.count }, "every label has a class name")
    precondition(normalisation.mean.count == shape.channels, "one mean a channel")
    self.identity = identity
    self.shape = shape
    self.pixels = pixels
    self.labels = labels
    self.normalisation = normalisation
  }

  /// How many images there are.
  package var count: Int { labels.count }
  package var name: String { identity.name }
  package var provenance: String { identity.provenance }
  package var classNames: [String] { identity.classNames }

  /// How many images each class has. Shape [classes].
  package var classCounts: [Int] {
    labels.reduce(into: Array(repeating: 0, count: classNames.count)) { $0[Int($1)] += 1 }
  }

  /// The images of `self`, then those of `other`, which is a part of the same data set.
  package func joined(with other: ImageSet) -> ImageSet {
    precondition(shape == other.shape && normalisation == other.normalisation, "parts of one data set")
    return ImageSet(
      identity: identity, shape: shape, pixels: pixels + other.pixels, labels: labels + other.labels,
      normalisation: normalisation)
  }
}
