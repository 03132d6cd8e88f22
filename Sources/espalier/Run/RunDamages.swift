/// What cannot be read of a run, each in a sentence, while the rest of it is looked at.
struct RunDamages {
  private(set) var sentences: [String] = []

  /// What a body gives; where it fails, its failure is noted and the fallback stands for it.
  mutating func whole<Value>(_ fallback: Value, _ body: () throws -> Value) -> Value {
    do {
      return try body()
    } catch {
      sentences.append(String(describing: error).prefix { $0 != "\n" }.description)
      return fallback
    }
  }
}
