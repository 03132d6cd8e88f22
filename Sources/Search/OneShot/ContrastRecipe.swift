package import Supernet

/// How weights learn from crossed paths and a mean teacher (Pi-NAS; pi-nas.md, sections 3, 5 and 6), with defaults of its small
/// scale (section 10); those of the paper's scale are K = 49,152, momentum 0.999, dimension 128, crops from 0.2.
package struct ContrastRecipe: Hashable, Sendable, Codable {
  /// Elements of a vector.
  package var dimension: Int
  /// Width of the neck.
  package var hidden: Int
  /// Negatives; 0: none, and the loss is 1 - cos.
  package var queue: Int
  package var temperature: Double
  /// Of the teacher's moving average; 0: the teacher is the student.
  package var momentum: Double
  /// Whether a path's positive is the teacher on the other path; false compares a path with itself, as MoCo does.
  package var isCrossed: Bool
  /// Whether the mean of both keys is made a unit vector before it enters the queue; the release does not.
  package var normalisesKeys: Bool
  /// The teacher's batch is run in so many parts, each with batch statistics of its own, in another order.
  package var teacherGroups: Int
  package var views: ViewAugmentation
  /// Whether the scales at the end of each candidate start at 0, so that its branch is silent at first (pi-nas.md, section 4):
  /// for blocks with a shortcut.
  package var startsSilent: Bool
  /// Passes over the training images that the classifier learns in, on frozen features.
  package var probeEpochs: Double
  /// Divided by 10 after 60 and 80 % of them.
  package var probeRate: Double

  package init() {
    dimension = 128
    hidden = 128
    queue = 1024
    temperature = 0.2
    momentum = 0.99
    isCrossed = true
    normalisesKeys = false
    teacherGroups = 1
    views = ViewAugmentation(leastCrop: 0.4, flips: true, jitter: 0.4, blur: 1)
    startsSilent = true
    probeEpochs = 5
    probeRate = 0.1
  }

  /// What is wrong with it, in words; nil: nothing.
  ///
  /// - Parameter batch: Images of a step.
  func complaint(batch: Int) -> String? {
    for (name, count) in [("a vector", dimension), ("the neck", hidden)] where !(1...65_536).contains(count) {
      return "\(name) has 1 to 65,536 elements, not \(count)"
    }
    if !(0...10_000_000).contains(queue) { return "a queue has 0 to 10,000,000 negatives, not \(queue)" }
    if queue % batch != 0 { return "a batch of \(batch) does not divide a queue of \(queue) negatives" }
    if !(temperature > 0 && temperature < 1e6) { return "the temperature of the loss is above 0, not \(temperature)" }
    if !(0..<1).contains(momentum) { return "the teacher's momentum is from 0 to below 1, not \(momentum)" }
    if teacherGroups < 1 || batch % max(1, teacherGroups) != 0 || batch / max(1, teacherGroups) < 2 {
      return "\(teacherGroups) groups of the teacher do not divide a batch of \(batch) into parts of two images or more"
    }
    if !(views.leastCrop > 0 && views.leastCrop <= 1) {
      return "a crop keeps a part of the image, not \(views.leastCrop)"
    }
    if !(0..<1).contains(views.jitter) { return "the jitter is from 0 to below 1, not \(views.jitter)" }
    if !(views.blur >= 0 && views.blur < 100) { return "a blur is from 0 to below 100 pixels wide, not \(views.blur)" }
    if !(probeEpochs > 0 && probeEpochs < 1e6) { return "a probe learns for more than 0 epochs, not \(probeEpochs)" }
    if !(probeRate > 0 && probeRate < 1e6) { return "the rate of the probe is above 0, not \(probeRate)" }
    return nil
  }
}
