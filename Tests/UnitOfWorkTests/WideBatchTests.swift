import TestFixtures
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// One tenant's large batch must not take more of everybody's time than its commands do.
@Suite struct WideBatchTests {
  private typealias Make = @Sendable (_ count: UInt64) -> (before: [TenantCommand], batch: [TenantCommand])

  private static func user(_ number: UInt64) -> UserID { UserID(stored: "u\(number)") }

  private static let kinds: [(String, Make)] = [
    (
      "creations by a member",
      { count in
        (
          [TenantCommand(1, SetTenantMember(userID: user(0), role: .member))],
          (0..<count).map {
            TenantCommand(1, .create(name: "new \($0)", parentID: .sample(1), id: .sample(100 + $0)), by: "u0")
          }
        )
      }
    ),
    (
      "moves to one workspace",
      { count in
        (
          [
            TenantCommand(1, .create(name: "a", parentID: .sample(1), id: .sample(2))),
            TenantCommand(1, .create(name: "b", parentID: .sample(1), id: .sample(3))),
          ]
            + (0..<count).map {
              TenantCommand(1, .create(name: "w \($0)", parentID: .sample(2), id: .sample(100 + $0)))
            },
          (0..<count).map { TenantCommand(1, .move(id: .sample(100 + $0), parentID: .sample(3))) }
        )
      }
    ),
    (
      "removals of members with their roles",
      { count in
        (
          (0..<count).flatMap {
            [
              TenantCommand(1, SetTenantMember(userID: user($0), role: .member)),
              TenantCommand(1, .create(name: "w \($0)", parentID: .sample(1), id: .sample(100 + $0)), by: "u\($0)"),
            ]
          },
          (0..<count).map { TenantCommand(1, RemoveTenantMember(userID: user($0))) }
        )
      }
    ),
    (
      "deletion of a tenant with its groups",
      { count in
        (
          [TenantCommand(1, SetTenantMember(userID: user(0), role: .member))]
            + (0..<count).flatMap {
              [
                TenantCommand(1, CreateGroup(name: "g \($0)", id: .sample(100 + $0)), by: "u0"),
                TenantCommand(
                  1, SetWorkspaceMember(id: .sample(1), member: .group(.sample(100 + $0)), role: .editor)),
              ]
            },
          [TenantCommand(1, DeleteTenant())]
        )
      }
    ),
  ]

  /// Four times as many commands take about four times as long. If each met each, they would take sixteen times as long.
  @Test(arguments: kinds.indices)
  func `what a command costs does not depend on how many others are in its batch`(kind: Int) async throws {
    let (name, make) = Self.kinds[kind]
    let (few, many) = try await (Self.time(make, 150), Self.time(make, 600))
    #expect(many < few * 8, "\(name): \(few) for 150, \(many) for 600")
  }

  /// The shortest of several times.
  private static func time(_ make: Make, _ count: UInt64) async throws -> Duration {
    let batch = CommandBatch()
    let (before, commands) = make(count)
    let root = [TenantCommand(1, .createRoot(name: nil, id: .sample(1)))]
    #expect(try await batch.run(root + before).outcomes.allSatisfy { $0.error == nil })
    var times: [Duration] = []
    for _ in 1...3 { times.append(try #require(try await batch.processorTime(of: commands))) }
    return try #require(times.min())
  }

  /// Each user could meet each workspace that something is moved to.
  @Test func `moves by many users are too wide for one batch, moves by one and creations by many are not`() {
    let batch = CommandBatch()
    func moves(by users: UInt64) -> [TenantCommand] {
      (0..<512).map {
        TenantCommand(1, .move(id: .sample($0 + 1000), parentID: .sample($0 + 2000)), by: "u\($0 % users)")
      }
    }
    let creations = (0..<512).map { (number: UInt64) in
      TenantCommand(
        1, .create(name: "\(number)", parentID: .sample(1), id: .sample(number + 1000)), by: "u\(number % 50)")
    }
    #expect(batch.readSet(of: moves(by: 512)).isTooWide)
    #expect(!batch.readSet(of: moves(by: 1)).isTooWide)
    #expect(!batch.readSet(of: creations).isTooWide)
    #expect(!batch.readSet(of: creations + moves(by: 512).prefix(1)).isTooWide)
    #expect(batch.readSet(of: moves(by: 512)).ways(limit: 2048).count == 2049, "counted no further")
  }
}
