import ArgumentParser
import Datasets
import Diagnostics
import Distributions
import Engine
import Search
import SpaceAnalysis
import SpaceChecker
import SpaceCompiler
import SpaceIR
import SpacePlanner
import Supernet

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A compiled space with the files it was read from, so that a run can keep them.
struct RunnableSpace {
  struct File {
    /// Relative to the folder of the space.
    let relativePath: String
    let bytes: [UInt8]
  }

  let space: Space
  let inputs: [ImageShape]
  let hash: String
  let encodings: EncodingCount
  let factorisedLogits: Int
  let jointLogits: Int?
  /// The space first.
  let files: [File]
  /// Latency tables that were named beside the space, by device.
  let tables: [(device: String, bytes: [UInt8])]

  /// - Parameters:
  ///   - conditions: Beside the space's own requirements.
  ///   - devices: Latency tables beside those of the space.
  /// - Throws: As `CompileOptions.compiled`.
  init(_ path: String, input: ImageShape?, where conditions: [String] = [], devices: [DeviceFile] = []) throws {
    let compilation = try compileReadable(path, input: input, where: conditions, devices: devices)
    let stream = Terminal.standardError
    stream.write(compilation.text(colours: stream.showsColours))
    guard let result = compilation.result else { throw ExitStatus.invalid.code }
    space = result.space
    inputs = result.inputs
    hash = result.hash
    encodings = result.encodings
    factorisedLogits = result.factorisedLogits
    jointLogits = result.jointLogits
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    let named = Dictionary(devices.map { ($0.path, $0.device) }) { first, _ in first }
    var files: [File] = []
    var tables: [(device: String, bytes: [UInt8])] = []
    var number = 0
    while let file = compilation.sources.file(SourceID(index: number)) {
      number += 1
      // Conditions and what options say are sources too, and no files.
      if file.path.hasPrefix("--") { continue }
      if let device = named[file.path], number > 1 {
        tables.append((device, file.bytes))
        continue
      }
      let relative = file.path.hasPrefix(folder) ? String(file.path.dropFirst(folder.count)) : file.path
      files.append(File(relativePath: relative, bytes: file.bytes))
    }
    self.files = files
    self.tables = tables
  }
}

/// Where the Makefile puts the engine library, seen from the working directory.
let engineFolders = [".build", ".build/release", ".build/debug"]

/// The engine on a device that answers: one that does not is told before a run's folder is made.
///
/// - Throws: `CommandFailure` with exit code 2.
func engineLibrary(on device: EngineDevice) throws -> EngineLibrary {
  try translatingFailures {
    let library = try EngineLibrary.load(folders: engineFolders, device: device)
    if device != .cpu { _ = try EngineContext(library: library, options: EngineOptions(), tensors: []) }
    return library
  }
}

func availableProcessors() -> Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

/// A file that hits a size limit is an error to tell, not a signal to die from.
func ignoreSizeSignal() { signal(SIGXFSZ, SIG_IGN) }

/// Failures of the modules below, in the words of the command line: 1 where the question cannot be answered, 2 where the
/// command could not run.
///
/// - Parameter space: What costs are about; failures to count them name it.
func translatingFailures<Result>(about space: Space? = nil, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch {
    throw translated(error, space)
  }
}

func translatingFailuresAsync<Result>(about space: Space, _ body: () async throws -> Result) async throws -> Result {
  do {
    return try await body()
  } catch {
    throw translated(error, space)
  }
}

private func translated(_ error: any Error, _ space: Space?) -> any Error {
  if let space, let failure = countingFailure(error, of: space) { return failure }
  return switch error {
  case let error as SearchError: CommandFailure(error.description)
  case let error as OneShotError: CommandFailure(error.description)
  case let error as RunError: CommandFailure(error.description, status: error.status)
  case let error as EngineError:
    CommandFailure(error.description, status: error.status == .notFinite ? .invalid : .couldNotRun)
  case let error as EngineLibraryError: CommandFailure(String(describing: error), status: .couldNotRun)
  case let error as DatasetError: CommandFailure(error.description, status: .couldNotRun)
  case let error as BrokenImage:
    CommandFailure(
      "\(error)\nhelp: repair or remove the file, or leave such images out with '--broken skip'", status: .couldNotRun)
  case let error as WeightsError: CommandFailure(error.description, status: .couldNotRun)
  case let error as DatasetSourceError: CommandFailure(error.description, status: .couldNotRun)
  case let error as DistributionPlanError: CommandFailure(error.description)
  case let error as PlanError: CommandFailure(error)
  case let error as TensorFileError: CommandFailure("a checkpoint is of another run: \(error)", status: .couldNotRun)
  default: error
  }
}

extension CommandFailure {
  /// A supernet that cannot be laid out; what other methods can run is said.
  fileprivate init(_ error: PlanError) {
    switch error {
    case .tooManyInstances, .notMixed, .tooManyCombinations, .noValue:
      self.init("\(error.description)\nhelp: 'fp-nas' and 'parsec' run the networks that they draw, one by one")
    case .unboundedExtent, .tooManyVariants, .notLowered, .tooLarge: self.init(error.description)
    }
  }
}

/// Costs of the space that cannot be counted, or a band of them that cannot be drawn from; nil: something else.
private func countingFailure(_ error: any Error, of space: Space) -> CommandFailure? {
  switch error {
  case let error as CostError: CommandFailure(error, in: space)
  case let error as CostModelError: CommandFailure(error, in: space)
  case let error as BandError: CommandFailure(error, unit: "MACs", in: space)
  case let error as BudgetError: CommandFailure(error, in: space)
  case let error as MemberSetError: CommandFailure(error, in: space)
  case let error as MoveError: CommandFailure(error, in: space)
  default: nil
  }
}

extension RunError {
  fileprivate var status: ExitStatus {
    switch self {
    case .unfinished, .stopped, .spaceChanged, .dataChanged, .engineChanged, .isTraining, .isSearch, .trainingStopped:
      .invalid
    case .exists, .notARun, .cannotCreate, .cannotWrite, .cannotContinue, .cannotRead, .damaged, .inUse, .severalRuns,
      .otherFormat, .unbegun, .noCheckpoint, .stepsLost, .databaseDamaged:
      .couldNotRun
    }
  }
}
