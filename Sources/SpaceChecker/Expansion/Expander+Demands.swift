import Diagnostics
import SpaceIR
import SpaceSyntax

extension Expander {
  /// What a block requires of this use of it.
  mutating func demand(_ conditions: [ExpressionSyntax], in scope: ExpressionScope) {
  }
}
