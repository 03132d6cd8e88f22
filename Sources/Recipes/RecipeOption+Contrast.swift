import Search

/// Keys of weights that learn without labels (Pi-NAS). Values of its released configuration that are not the standard here are
/// of its scale: see docs/pi-nas.md.
extension RecipeOption {
  static let contrastWeights = lossOfContrast + viewsOfContrast

  private static let lossOfContrast = [
    RecipeOption(
      "oneshot.dimension", .count(least: 1) { $0.oneShot.contrast.dimension = $1 },
      "Of `contrast`: elements of a vector",
      standard: "128", source: "Pi-NAS's code"),
    RecipeOption(
      "oneshot.hidden", .count(least: 1) { $0.oneShot.contrast.hidden = $1 }, "Of `contrast`: width of the neck",
      standard: "128", source: "ours; Pi-NAS's code: 2048"),
    RecipeOption(
      "oneshot.queue", .count(least: 0) { $0.oneShot.contrast.queue = $1 },
      "Of `contrast`: negatives, a multiple of the batch; 0: none, and the loss is 1 - cos", standard: "1024",
      source: "ours; Pi-NAS's code: 49152"),
    RecipeOption(
      "oneshot.temperature", .number({ $0 > 0 && $0 < 1e6 }, "above 0") { $0.oneShot.contrast.temperature = $1 },
      "Of `contrast`: of the loss", standard: "0.2", source: "Pi-NAS's code"),
    RecipeOption(
      "oneshot.teacher-momentum",
      .number({ $0 >= 0 && $0 < 1 }, "from 0 to below 1") { $0.oneShot.contrast.momentum = $1 },
      "Of `contrast`: of the teacher's moving average; 0: the teacher is the student", standard: "0.99",
      source: "ours; Pi-NAS's code: 0.999"),
    RecipeOption(
      "oneshot.positives", .word(["crossed", "same"]) { $0.oneShot.contrast.isCrossed = $1 == "crossed" },
      "Of `contrast`: whether a path is compared with the teacher on the other path or on the same",
      standard: "crossed",
      source: "Pi-NAS"),
    RecipeOption(
      "oneshot.unit-keys", .word(["false", "true"]) { $0.oneShot.contrast.normalisesKeys = $1 == "true" },
      "Of `contrast`: whether what enters the queue is made a unit vector", standard: "false", source: "Pi-NAS's code"),
    RecipeOption(
      "oneshot.teacher-groups", .count(least: 1) { $0.oneShot.contrast.teacherGroups = $1 },
      "Of `contrast`: parts of the teacher's batch with batch statistics of their own", standard: "1",
      source: "ours; Pi-NAS's code shuffles over 8 devices"),
    RecipeOption(
      "oneshot.silent-start", .word(["false", "true"]) { $0.oneShot.contrast.startsSilent = $1 == "true" },
      "Of `contrast`: whether the scales at the end of each candidate start at 0, so that only shortcuts speak at first",
      standard: "true", source: "Pi-NAS's code"),
    RecipeOption(
      "oneshot.probe-epochs", .number({ $0 > 0 && $0 < 1e6 }, "above 0") { $0.oneShot.contrast.probeEpochs = $1 },
      "Of `contrast`: passes in which the classifier learns on frozen features", standard: "5",
      source: "ours; Pi-NAS's code: 100"),
    RecipeOption(
      "oneshot.probe-rate", .number({ $0 > 0 && $0 < 1e6 }, "above 0") { $0.oneShot.contrast.probeRate = $1 },
      "Of `contrast`: its first rate, a tenth of it after 60 and a hundredth after 80 % of them", standard: "0.1",
      source: "ours; Pi-NAS's code: 30"),
  ]

  private static let viewsOfContrast = [
    RecipeOption(
      "oneshot.crop", .number({ $0 > 0 && $0 <= 1 }, "above 0 and at most 1") { $0.oneShot.contrast.leastCrop = $1 },
      "Of `contrast`: the least share of an image that a view shows", standard: "0.4",
      source: "ours; Pi-NAS's code: 0.2"),
    RecipeOption(
      "oneshot.flips", .word(["false", "true"]) { $0.oneShot.contrast.flips = $1 == "true" },
      "Of `contrast`: whether half of the views are mirrored", standard: "true", source: "Pi-NAS's code"),
    RecipeOption(
      "oneshot.jitter", .number({ $0 >= 0 && $0 < 1 }, "from 0 to below 1") { $0.oneShot.contrast.jitter = $1 },
      "Of `contrast`: brightness and contrast of a view change by up to this share", standard: "0.4",
      source: "Pi-NAS's code, which changes colours too"),
    RecipeOption(
      "oneshot.blur", .number({ $0 >= 0 && $0 < 100 }, "from 0 to below 100") { $0.oneShot.contrast.blur = $1 },
      "Of `contrast`: the largest deviation of the blur of half of the views, in pixels; 0: none", standard: "1",
      source: "ours; Pi-NAS's code: 2"),
  ]
}
