/// The path of a file or folder as seen from the folder of another file.
///
/// Links are followed first: `..` leads out of where a link leads to, not of where it lies.
///
/// - Parameter file: The file that will hold the path; nil: the working directory.
func relativePath(to target: String, from file: String?) -> String {
  let typed = target.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  if target.hasPrefix("/") { return "/" + typed }
  guard let file else { return typed.isEmpty ? "." : typed }
  if file.hasPrefix("/") { return resolved(target) }
  let above = file.lastIndex(of: "/").map { String(file[...$0]) } ?? "."
  let (from, to) = (resolved(above).split(separator: "/"), resolved(target).split(separator: "/"))
  let shared = zip(from, to).prefix { $0 == $1 }.count
  let steps = [Substring](repeating: "..", count: from.count - shared) + to.dropFirst(shared)
  return steps.isEmpty ? "." : steps.joined(separator: "/")
}
