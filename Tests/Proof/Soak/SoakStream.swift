import EndToEndSupport
import Messaging
import TestFixtures

/// An endless stream of commands, each identified by its number: the n-th command is always the same.
///
/// Tenants take turns. A tenant's first command creates its root; every fourth renames what the previous one created;
/// all others create, in chains. All are changes, so a tenant's k-th command has its k-th event.
struct SoakStream: Sendable {
  private static let chainLength = 12

  let tenants: [String]
  private let seed: UInt64

  init(tenants count: Int, seed: UInt64) {
    var random = SeededRandom(seed: seed)
    tenants = (0..<count).map { _ in Workload.newID(&random) }
    self.seed = seed
  }

  /// The number among the tenant's commands, from 0.
  func place(of number: Int) -> Int { number / tenants.count }
  func tenant(of number: Int) -> Int { number % tenants.count }

  static func id(of number: Int) -> String { "soak-\(number)" }
  static func number(of id: Substring) -> Int? { id.hasPrefix("soak-") ? Int(id.dropFirst(5)) : nil }

  func isRename(_ number: Int) -> Bool { place(of: number) % 4 == 3 }

  func message(_ number: Int) -> AMQPMessage {
    let (tenant, place) = (tenants[tenant(of: number)], place(of: number))
    let id = Self.id(of: number)
    if place == 0 { return command("workspace.create_root", #"{"workspace_id":"\#(workspace(number))"}"#, tenant, id) }
    if isRename(number) {
      let target = workspace(number - tenants.count)
      return command("workspace.rename", #"{"workspace_id":"\#(target)","name":"renamed \#(number)"}"#, tenant, id)
    }
    return command(
      "workspace.create",
      #"{"name":"workspace \#(number)","parent_workspace_id":"\#(parent(number))","workspace_id":"\#(workspace(number))"}"#,
      tenant, id)
  }

  private func command(_ type: String, _ data: String, _ tenant: String, _ id: String) -> AMQPMessage {
    Command(type, data, tenant: tenant, id: id, source: "/soak").message()
  }

  /// What the previous command created, or the root at the start of a chain.
  private func parent(_ number: Int) -> String {
    let place = place(of: number)
    guard place % Self.chainLength != 0 else { return workspace(tenant(of: number)) }
    let before = number - tenants.count
    return workspace(isRename(before) ? before - tenants.count : before)
  }

  private func workspace(_ number: Int) -> String {
    var random = SeededRandom(seed: seed &+ UInt64(number) &* 0x2545_F491_4F6C_DD1D)
    return Workload.newID(&random)
  }
}
