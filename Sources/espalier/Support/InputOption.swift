import ArgumentParser
import SpaceIR

/// The image shape to compile for, on every command that compiles.
struct InputOption: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Channels, height and width of the images, such as 3x32x32. Default: the first shape that the file lists.",
      valueName: "CxHxW"),
    transform: parseImageShape)
  var input: ImageShape?
}

/// The largest extent a shape on the command line may have; products of three stay far from 64 bits.
private let largestExtent = 65_536

/// - Throws: `ValidationError` that says what a shape looks like.
func parseImageShape(_ text: String) throws -> ImageShape {
  let parts = text.split(separator: "x", omittingEmptySubsequences: false)
  guard parts.count == 3 else {
    throw ValidationError("'\(text)' is not channels x height x width; write three numbers, such as 3x32x32")
  }
  let extents = try zip(["channels", "height", "width"], parts).map { name, part in
    guard part.allSatisfy({ $0.isASCII && $0.isNumber }), let extent = Int(part), (1...largestExtent).contains(extent)
    else { throw ValidationError("the \(name) of '\(text)', '\(part)', must be a number from 1 to \(largestExtent)") }
    return extent
  }
  return ImageShape(channels: extents[0], height: extents[1], width: extents[2])
}

extension ImageShape {
  /// `1x28x28`, as `--input` takes it.
  var text: String { "\(channels)x\(height)x\(width)" }
}
