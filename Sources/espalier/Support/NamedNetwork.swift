import SpaceCompiler
import SpaceIR

/// The network that an architecture file holds, which has to be one of a space.
///
/// - Parameter file: Of the space, for messages.
/// - Throws: `ExitCode` 1 where the file has errors, `CommandFailure` where it is of another space.
func network(at path: String, of compiled: CompiledSpace, _ file: String) throws -> Architecture {
  let network = try compileWithSources(path, input: nil, devices: compiled.devices).result
  guard let choices = network.architecture else {
    throw CommandFailure("'\(path)' is a space, and what is needed here is one network of it")
  }
  guard network.hashOfItsSpace == compiled.hash else {
    throw CommandFailure("'\(path)' is a network of another space than '\(file)'")
  }
  return choices
}
