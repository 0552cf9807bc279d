import SpiceDBAuthorization
import SpiceDBClient
import TestFixtures
import Testing
import UnitOfWork
import WorkspaceDomain

@Suite struct RelationshipMappingTests {
  private static let ann = Member.user(UserID(stored: "ann"))
  private static let id = ULID.sample(1).description
  private static let other = ULID.sample(2).description

  @Test(
    arguments: [
      (.role(.admin, of: ann, on: .tenant(.sample(1))), "tenant:\(id)#admin@user:ann"),
      (.role(.member, of: ann, on: .tenant(.sample(1))), "tenant:\(id)#member@user:ann"),
      (.role(.admin, of: ann, on: .group(.sample(1))), "group:\(id)#admin@user:ann"),
      (.role(.member, of: ann, on: .group(.sample(1))), "group:\(id)#member_relation@user:ann"),
      (.role(.editor, of: ann, on: .workspace(.sample(1))), "workspace:\(id)#editor@user:ann"),
      (
        .role(.member, of: .group(.sample(2)), on: .workspace(.sample(1))),
        "workspace:\(id)#member@group:\(other)#member"
      ),
      (.tenant(.sample(2), of: .workspace(.sample(1))), "workspace:\(id)#tenant@tenant:\(other)"),
      (.tenant(.sample(2), of: .group(.sample(1))), "group:\(id)#tenant@tenant:\(other)"),
      (.parent(.sample(2), of: .sample(1)), "workspace:\(id)#parent@workspace:\(other)"),
      (.root(.sample(2), of: .sample(1)), "tenant:\(id)#root_workspace@workspace:\(other)"),
      (.creators(.sample(2), on: .sample(1)), "workspace:\(id)#creator_tenant@tenant:\(other)"),
    ] as [(Relationship, String)])
  func `a relationship has the schema's names`(relationship: Relationship, text: String) {
    #expect(SpiceDBRelationship(relationship).description == text)
  }

  @Test func `characters of a user's id that SpiceDB rejects are encoded`() {
    let member = Member.user(UserID(stored: "a.b@c"))
    #expect(SpiceDBSubject(member).description == "user:a=2Eb=40c")
  }

  @Test func `an addition touches, a removal deletes`() {
    let relationship = Relationship.parent(.sample(2), of: .sample(1))
    #expect(RelationshipUpdate(.added(relationship)) == .touch(SpiceDBRelationship(relationship)))
    #expect(RelationshipUpdate(.removed(relationship)) == .delete(SpiceDBRelationship(relationship)))
  }
}
