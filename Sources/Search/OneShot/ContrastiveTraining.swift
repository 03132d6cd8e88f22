import Datasets
import Distributions
import Engine
import SpaceIR
import SpacePlanner
import Supernet

/// Pi-NAS's training (Peng et al. 2021, arXiv 2108.09671; pi-nas.md, sections 3, 5 and 6.1): two paths that differ everywhere
/// see different views and must agree with the mean teacher on the other path, against past outputs as negatives; then a
/// classifier learns on the frozen features, one uniform path a step.
///
/// No label is read before the classifier. Deviation: batch norms and biases have no weight decay.
struct ContrastiveTraining: PathTraining {
  /// Backbone and neck, with the queue as its last tensor.
  let student: Supernet
  let teacher: Supernet
  /// Backbone and classifier; what candidates are scored with.
  let probe: Supernet
  private(set) var queue: NegativeQueue
  private let recipe: SearchRecipe
  private let contrast: ContrastRecipe
  private let oneShot: OneShotRecipe
  private let images: BatchSource
  private let seed: UInt64
  let contrastSteps: Int
  private let probeFrozen: [Bool]
  /// Mean over the elements of the deviation of the teacher's vectors over the last batch: 0 is collapse, 1 / √dimension is
  /// well spread (pi-nas.md, pitfall 14).
  private(set) var spread = 0.0

  /// - Throws: `SearchError.badRecipe` where the space has no classifier to replace; `PlanError`; `EngineError`.
  init(
    _ space: Space, recipe: SearchRecipe, oneShot: OneShotRecipe, images: BatchSource, contrastSteps: Int, seed: UInt64,
    library: EngineLibrary, options: EngineOptions
  ) throws {
    let contrast = oneShot.contrast
    (self.recipe, self.contrast, self.oneShot) = (recipe, contrast, oneShot)
    (self.images, self.seed, self.contrastSteps) = (images, seed, contrastSteps)
    guard let projected = space.projected(to: contrast.dimension, hidden: contrast.hidden) else {
      throw SearchError.badRecipe(
        "'oneshot.weights: contrast' puts a neck in the place of the classifier, and '\(space.name)' does not end in a linear map"
      )
    }
    let plan = try SupernetPlan(for: projected)
    let whole = contrast.queue > 0 ? plan.withQueue(vectors: contrast.queue, elements: contrast.dimension) : plan
    student = try Supernet(whole, library: library, options: options)
    teacher = try Supernet(plan, library: library, options: options)
    probe = try Supernet(SupernetPlan(for: space, statistics: .recorded), library: library, options: options)
    let normals = normals(seed: seed)
    try student.initialise(normals)
    try probe.initialise(normals)
    if contrast.startsSilent { try Self.silence(student) }
    try Self.copy(student, to: teacher)
    var random = SplitRandom(.negatives, seed: seed)
    queue = NegativeQueue(
      count: contrast.queue, dimension: contrast.dimension, isUnit: contrast.normalisesKeys, normal: { random.normal() }
    )
    let trained = Set(probe.plan.classifierTensors)
    // The classifier is what the backbone of the student does not have.
    let shared = Set(plan.tensors.map(\.name))
    probeFrozen = probe.plan.tensors.enumerated().map { index, tensor in
      !(trained.contains(TensorID(index: index)) && !shared.contains(tensor.name))
    }
    if contrast.queue > 0 { try writeQueue() }
  }

  var stepsPerEpoch: Int { images.batchesPerEpoch }
  var supernets: [Supernet] { [student, teacher, probe] }

  mutating func train(
    _ paths: [Architecture], step: Int, place: (number: Int, of: Int)
  ) throws -> (losses: [Double?], norm: Double) {
    guard place.number >= contrastSteps else { return try compare(paths, step: step, number: place.number) }
    if place.number == contrastSteps { try beginProbe() }
    return try classify(paths, step: step, number: place.number - contrastSteps, of: place.of - contrastSteps)
  }

  // MARK: Comparing

  private mutating func compare(_ paths: [Architecture], step: Int, number: Int) throws -> (
    losses: [Double?], norm: Double
  ) {
    let batch = images.pixels(of: step)
    let shape = EngineBuffer.Shape(
      n: recipe.batch, h: images.images.shape.height, w: images.images.shape.width, c: images.images.shape.channels)
    // Views 0 and 2 are the student's, 1 and 3 the teacher's.
    let views = (0..<4).map { view in
      contrast.views.views(of: batch.values, images.images.shape, images.images.normalisation) { image in
        SplitRandom(.views, seed: seed, UInt64(step), UInt64(view), UInt64(image))
      }
    }
    // A class is asked for with every batch; the loss does not read it.
    let none = [Int](repeating: 0, count: recipe.batch)
    let keys = try (0..<2).map { path in
      try key(paths[path], views[2 * path + 1], shape, none, step: step, path: path)
    }
    var jobs: [EngineJob] = []
    for path in 0..<2 {
      try student.context.writeBatch(path, images: views[2 * path], labels: none, shape: shape)
      let positives = keys[contrast.isCrossed ? 1 - path : path]
      try student.context.writeInput(
        1, of: path, values: positives, shape: EngineBuffer.Shape(n: recipe.batch, h: 1, w: 1, c: contrast.dimension))
      jobs.append(EngineJob(program: EngineProgram(try studentProgram(paths[path])), batch: path))
    }
    let outcomes = try student.context.accumulate(jobs, weighting: .uniform)
    let norm = try student.context.update(
      EngineUpdate(
        .sgd(momentum: recipe.momentum),
        rate: recipe.rate(oneShot, number: number, of: contrastSteps),
        weightDecay: recipe.weightDecay, clipNorm: recipe.clipNorm))
    queue.put(keys[0], keys[1], step: number)
    if contrast.queue > 0 { try writeQueue() }
    spread = Self.spread(of: keys[0], dimension: contrast.dimension)
    return (outcomes.map(\.loss), norm)
  }

  /// The loss of a step is the sum over both paths, where the engine takes their mean: hence the factor.
  func studentProgram(_ path: Architecture) throws -> KernelProgram {
    let program = try student.plan.bind(path, BindingOptions(batch: recipe.batch, pass: .forwardAndBackward))
    let negatives = WeightSlice(
      tensor: TensorID(index: student.plan.tensors.count - 1), offset: [0, 0],
      extent: [contrast.queue, contrast.dimension])
    return program.contrasted(
      negatives: contrast.queue > 0 ? negatives : nil, temperature: contrast.temperature, factor: 2)
  }

  /// The teacher moves towards the student in what the path uses and in nothing else, and then answers.
  private func key(
    _ path: Architecture, _ view: [Float], _ shape: EngineBuffer.Shape, _ labels: [Int], step: Int, path number: Int
  ) throws -> [Float] {
    try follow(path)
    let groups = contrast.teacherGroups
    let size = recipe.batch / groups
    let program = try teacher.plan.bind(path, BindingOptions(batch: size, pass: .forward)).withoutLoss
    var random = SplitRandom(.groups, seed: seed, UInt64(step), UInt64(number))
    let order = groups > 1 ? Self.shuffled(recipe.batch, using: &random) : Array(0..<recipe.batch)
    let values = shape.h * shape.w * shape.c
    var jobs: [EngineJob] = []
    for group in 0..<groups {
      let rows = order[group * size..<(group + 1) * size]
      let part = EngineBuffer.Shape(n: size, h: shape.h, w: shape.w, c: shape.c)
      try teacher.context.writeBatch(
        group, images: rows.flatMap { view[$0 * values..<($0 + 1) * values] }, labels: Array(labels.prefix(size)),
        shape: part)
      jobs.append(EngineJob(program: EngineProgram(program), batch: group))
    }
    let answers = try teacher.context.answers(of: jobs, statistics: .batch).flatMap(\.logits)
    let units = NegativeQueue.units(answers, dimension: contrast.dimension)
    var keys = units
    for (place, row) in order.enumerated() where place != row {
      let (from, to) = (place * contrast.dimension, row * contrast.dimension)
      keys.replaceSubrange(to..<to + contrast.dimension, with: units[from..<from + contrast.dimension])
    }
    return keys
  }

  /// theta_k <- m theta_k + (1 - m) theta_q for the parameters of the stem, the chosen candidates and the neck.
  func follow(_ path: Architecture) throws {
    try teacher.context.follow(student.context, tensors(of: path), momentum: contrast.momentum)
  }

  /// What a path uses of the student.
  func tensors(of path: Architecture) throws -> [Int] {
    let program = try teacher.plan.bind(path, BindingOptions(batch: 2, pass: .forward))
    return Set(program.slices.map(\.tensor.index)).filter { teacher.plan.tensors[$0].isTrained }.sorted()
  }

  /// Sets the scales to 0 at the end of what a layer has for one option and not for all.
  private static func silence(_ supernet: Supernet) throws {
    let space = supernet.plan.space
    var ends: [LayerID: [Set<TensorID>]] = [:]
    for turn in 0..<(space.decisions.map(\.options.count).max() ?? 0) {
      var network = Architecture(choices: [Int?](repeating: nil, count: space.decisions.count))
      for id in space.decisionIDs where space.exists(id, in: network) {
        network[id] = min(turn, space[id].options.count - 1)
      }
      for end in try supernet.plan.layerEnds(of: network) {
        ends[end.layer, default: []].append(Set(end.scales.map(\.tensor)))
      }
    }
    for sets in ends.values {
      let shared = sets.count > 1 ? sets.dropFirst().reduce(sets[0]) { $0.intersection($1) } : []
      let used = sets.reduce(Set<TensorID>()) { $0.union($1) }
      for tensor in used.subtracting(shared) {
        let count = supernet.plan.tensors[tensor.index].count
        try supernet.context.write([Float](repeating: 0, count: count), of: tensor.index)
      }
    }
  }

  private func writeQueue() throws { try student.context.write(queue.values, of: student.plan.tensors.count - 1) }

  private static func shuffled(_ count: Int, using random: inout SplitRandom) -> [Int] {
    var order = Array(0..<count)
    for end in stride(from: count - 1, to: 0, by: -1) { order.swapAt(end, random.next(below: end + 1)) }
    return order
  }

  static func spread(of keys: [Float], dimension: Int) -> Double {
    let rows = keys.count / dimension
    let deviations = (0..<dimension).map { element -> Double in
      let values = (0..<rows).map { Double(keys[$0 * dimension + element]) }
      let mean = values.reduce(0, +) / Double(rows)
      return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows)).squareRoot()
    }
    return deviations.reduce(0, +) / Double(dimension)
  }

  // MARK: The classifier

  /// The backbone of the student, frozen.
  private func beginProbe() throws {
    try Self.copy(student, to: probe)
    try probe.context.train(probeFrozen.indices.filter { !probeFrozen[$0] })
  }

  private func classify(
    _ paths: [Architecture], step: Int, number: Int, of count: Int
  ) throws -> (losses: [Double?], norm: Double) {
    let batch = images.pixels(of: step)
    let view = contrast.views.geometric.views(of: batch.values, images.images.shape, images.images.normalisation) {
      image in
      SplitRandom(.views, seed: seed, UInt64(step), 4, UInt64(image))
    }
    let shape = EngineBuffer.Shape(
      n: recipe.batch, h: images.images.shape.height, w: images.images.shape.width, c: images.images.shape.channels)
    try probe.context.writeBatch(0, images: view, labels: batch.labels, shape: shape)
    let binding = BindingOptions(
      batch: recipe.batch, pass: .forwardAndBackward, labelSmoothing: oneShot.labelSmoothing, frozen: probeFrozen)
    let program = try probe.plan.bind(paths[0], binding)
    let outcome = try probe.context.accumulate(
      [EngineJob(program: EngineProgram(program), batch: 0)], weighting: .uniform)
    let share = Double(number) / Double(max(1, count))
    let rate = contrast.probeRate * (share < 0.6 ? 1 : share < 0.8 ? 0.1 : 0.01)
    let norm = try probe.context.update(
      EngineUpdate(.sgd(momentum: recipe.momentum), rate: rate, weightDecay: 0, clipNorm: recipe.clipNorm))
    // The other path was drawn and not trained.
    return ([outcome[0].loss, nil], norm)
  }

  /// Values of all tensors that both have by name.
  private static func copy(_ from: Supernet, to other: Supernet) throws {
    let places = Dictionary(
      uniqueKeysWithValues: other.plan.tensors.enumerated().map { ($0.element.name, $0.offset) })
    for (index, tensor) in from.plan.tensors.enumerated() {
      guard let place = places[tensor.name], other.plan.tensors[place].shape == tensor.shape else { continue }
      try other.context.write(from.context.read(.value, of: index, as: Float.self), of: place)
    }
  }

  // MARK: State

  func state() throws -> TensorFile {
    var file = TensorFile([])
    for (name, supernet) in [("student", student), ("teacher", teacher), ("probe", probe)] {
      file.append(contentsOf: try supernet.savedState(.momentum).map { $0.renamed("\(name)/\($0.name)") })
    }
    file.append(contentsOf: [TensorFile.Tensor("negatives", [queue.values.count], .float32(queue.values))])
    return file
  }

  mutating func restore(_ file: TensorFile) throws {
    for (name, supernet) in [("student", student), ("teacher", teacher), ("probe", probe)] {
      let own = file.tensors.filter { $0.name.hasPrefix("\(name)/") }
        .map { $0.renamed(String($0.name.dropFirst(name.count + 1))) }
      try supernet.restoreState(TensorFile(own))
    }
    guard case .float32(let values)? = file["negatives"], queue.restore(values) else {
      throw TensorFileError.unexpected("the queue of negatives")
    }
    if contrast.queue > 0 { try writeQueue() }
    try probe.context.train(probeFrozen.indices.filter { !probeFrozen[$0] })
  }
}
