/// A member's role on an object. There is one role per member and object.
package enum Role: String, Sendable, CaseIterable {
  case admin, editor, member
}
