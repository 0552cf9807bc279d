import FoundationEssentials
import MessageContract
import Yams

/// Reads the access list from a YAML file; `config/access.yaml` explains it.
struct AccessListFile: Decodable {
  struct Sender: Decodable {
    let user: String
    let app: String?
    let types: [String]
    let tenants: [String]

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case user, app, types, tenants
    }

    init(from decoder: any Decoder) throws {
      try decoder.refuseUnknownKeys(CodingKeys.allCases.map(\.rawValue))
      let container = try decoder.container(keyedBy: CodingKeys.self)
      user = try container.decode(String.self, forKey: .user)
      app = try container.decodeIfPresent(String.self, forKey: .app)
      types = try container.decode([String].self, forKey: .types)
      tenants = try container.decode([String].self, forKey: .tenants)
    }
  }

  let senders: [Sender]

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case senders
  }

  init(from decoder: any Decoder) throws {
    try decoder.refuseUnknownKeys(CodingKeys.allCases.map(\.rawValue))
    senders = try decoder.container(keyedBy: CodingKeys.self).decode([Sender].self, forKey: .senders)
  }

  /// - Throws: what is wrong with the file, in words for people.
  static func read(_ path: String) throws -> AccessList {
    guard let data = FileManager.default.contents(atPath: path) else { throw Unreadable(description: "there is no such file, or no right to read it") }
    let file = try YAMLDecoder().decode(AccessListFile.self, from: String(decoding: data, as: UTF8.self))
    return AccessList(
      try file.senders.map { sender in
        guard !sender.user.isEmpty, !sender.types.isEmpty, !sender.tenants.isEmpty else {
          throw Unreadable(description: "a sender needs a user, types and tenants")
        }
        for type in sender.types where !CommandType.allCases.contains(where: { Glob(type).matches($0.rawValue) }) {
          throw Unreadable(description: "no command's type matches '\(type)'")
        }
        return AccessList.Rule(
          user: Glob(sender.user), app: sender.app.map { Glob($0) }, types: sender.types.map { Glob($0) },
          tenants: sender.tenants.map { Glob($0) })
      })
  }

  struct Unreadable: Error, CustomStringConvertible {
    let description: String
  }
}

extension Decoder {
  /// A key that is written wrongly must not be passed over: the rule would say something else.
  fileprivate func refuseUnknownKeys(_ known: [String]) throws {
    let unknown = try container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).filter { !known.contains($0) }
    guard unknown.isEmpty else {
      throw AccessListFile.Unreadable(description: "unknown: \(unknown.sorted().joined(separator: ", ")); there are \(known.joined(separator: ", "))")
    }
  }
}

private struct AnyKey: CodingKey {
  let stringValue: String
  let intValue: Int? = nil

  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { return nil }
}
