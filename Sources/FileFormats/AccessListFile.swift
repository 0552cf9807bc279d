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

  /// A sender as far as it could be read, so that the mistakes of all senders are named at once.
  struct Attempt: Decodable {
    let sender: Result<Sender, Unreadable>

    init(from decoder: any Decoder) throws {
      do {
        sender = .success(try Sender(from: decoder))
      } catch {
        sender = .failure(Unreadable(error))
      }
    }
  }

  let senders: [Attempt]

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case senders
  }

  package init(from decoder: any Decoder) throws {
    try decoder.refuseUnknownKeys(CodingKeys.allCases.map(\.rawValue))
    senders = try decoder.container(keyedBy: CodingKeys.self).decode([Attempt].self, forKey: .senders)
  }

  /// - Parameter yaml: the text of the file.
  /// - Throws: what is wrong with the file, in words for people.
  package static func list(yaml: String) throws -> AccessList {
    let file: AccessListFile
    do {
      file = try YAMLDecoder().decode(AccessListFile.self, from: yaml)
    } catch {
      throw Unreadable(error)
    }
    var (rules, problems): ([AccessList.Rule], [String]) = ([], [])
    for (index, attempt) in file.senders.enumerated() {
      do {
        rules.append(try attempt.sender.get().rule)
      } catch {
        problems.append("sender \(index + 1): \(error)")
      }
    }
    guard problems.isEmpty else { throw Unreadable(description: problems.joined(separator: "; ")) }
    return AccessList(rules)
  }

  package struct Unreadable: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
  }
}

extension AccessListFile.Sender {
  /// - Throws: ``AccessListFile/Unreadable``: what makes the rule meaningless.
  fileprivate var rule: AccessList.Rule {
    get throws {
      guard !user.isEmpty, !types.isEmpty, !tenants.isEmpty else {
        throw AccessListFile.Unreadable(description: "it needs a user, types and tenants")
      }
      guard mayActAsSystem || mayActForUsers else {
        throw AccessListFile.Unreadable(
          description: "it may act neither as a system nor for users, so it may not send anything")
      }
      let known = CommandType.allCases + CommandType.queries
      for type in types where !known.contains(where: { Glob(type).matches($0.rawValue) }) {
        throw AccessListFile.Unreadable(description: "no command's type matches '\(type)'")
      }
      return AccessList.Rule(
        user: Glob(user), app: app.map { Glob($0) }, types: types.map { Glob($0) }, tenants: tenants.map { Glob($0) },
        mayActAsSystem: mayActAsSystem, mayActForUsers: mayActForUsers)
    }
  }
}

extension AccessListFile.Unreadable {
  /// The problem that a decoder found, without the decoder's own wording.
  init(_ error: any Error) {
    switch error {
    case let known as AccessListFile.Unreadable: self = known
    case DecodingError.dataCorrupted(let context):
      self = context.underlyingError.map(Self.init) ?? Self(description: context.debugDescription)
    case DecodingError.keyNotFound(let key, _): self.init(description: "\(key.stringValue) is missing")
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      let place = context.codingPath.last?.stringValue ?? "the file"
      self.init(description: "\(place): \(context.debugDescription)")
    default: self.init(description: "\(error)")
    }
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
