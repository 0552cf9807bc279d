package import WorkspaceApplication
import Yams

/// The access list as a YAML file; `config/access.yaml` explains the format.
package struct AccessListFile: Decodable {
  struct Sender: Decodable {
    let user: String
    let app: String?
    let types: [String]
    let tenants: [String]
    let mayActAsSystem: Bool
    let mayActForUsers: Bool

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case user, app, types, tenants
      case mayActAsSystem = "may_act_as_system"
      case mayActForUsers = "may_act_for_users"
    }

    init(from decoder: any Decoder) throws {
      try decoder.refuseUnknownKeys(CodingKeys.allCases.map(\.rawValue))
      let container = try decoder.container(keyedBy: CodingKeys.self)
      user = try container.decode(String.self, forKey: .user)
      app = try container.decodeIfPresent(String.self, forKey: .app)
      types = try container.decode([String].self, forKey: .types)
      tenants = try container.decode([String].self, forKey: .tenants)
      mayActAsSystem = try container.decodeIfPresent(Bool.self, forKey: .mayActAsSystem) ?? true
      mayActForUsers = try container.decodeIfPresent(Bool.self, forKey: .mayActForUsers) ?? true
    }
  }

  let senders: [Sender]

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case senders
  }

  package init(from decoder: any Decoder) throws {
    try decoder.refuseUnknownKeys(CodingKeys.allCases.map(\.rawValue))
    senders = try decoder.container(keyedBy: CodingKeys.self).decode([Sender].self, forKey: .senders)
  }

  /// - Parameter yaml: the text of the file.
  /// - Throws: what is wrong with the file, in words for people.
  package static func list(yaml: String) throws -> AccessList {
    let file = try YAMLDecoder().decode(AccessListFile.self, from: yaml)
    return AccessList(
      try file.senders.map { sender in
        guard !sender.user.isEmpty, !sender.types.isEmpty, !sender.tenants.isEmpty else {
          throw Unreadable(description: "a sender needs a user, types and tenants")
        }
        guard sender.mayActAsSystem || sender.mayActForUsers else {
          throw Unreadable(description: "a sender that may act neither as a system nor for users may send nothing")
        }
        let known = CommandType.allCases + CommandType.queries
        for type in sender.types where !known.contains(where: { Glob(type).matches($0.rawValue) }) {
          throw Unreadable(description: "no command's type matches '\(type)'")
        }
        return AccessList.Rule(
          user: Glob(sender.user), app: sender.app.map { Glob($0) }, types: sender.types.map { Glob($0) },
          tenants: sender.tenants.map { Glob($0) }, mayActAsSystem: sender.mayActAsSystem,
          mayActForUsers: sender.mayActForUsers)
      })
  }

  package struct Unreadable: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
  }
}

extension Decoder {
  /// Refuses misspelled keys: ignoring one would change the meaning of the rule.
  fileprivate func refuseUnknownKeys(_ known: [String]) throws {
    let unknown = try container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).filter { !known.contains($0) }
    guard unknown.isEmpty else {
      throw AccessListFile.Unreadable(
        description: "unknown: \(unknown.sorted().joined(separator: ", ")); allowed: \(known.joined(separator: ", "))")
    }
  }
}

private struct AnyKey: CodingKey {
  let stringValue: String
  let intValue: Int? = nil

  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { return nil }
}
