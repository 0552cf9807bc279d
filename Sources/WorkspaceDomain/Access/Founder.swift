/// The user who created something, and the role that this user has on it from then on; nil if none.
package struct Founder: Sendable, Equatable {
  package let userID: UserID
  package let role: Role?

  package init(userID: UserID, role: Role?) {
    self.userID = userID
    self.role = role
  }
}
