import Configuration
import FoundationEssentials
import SystemPackage
import Yams

/// The YAML file, and the keys in it.
struct ConfigurationFile {
  let path: String
  let provider: any ConfigProvider
  /// Each key that has a value, in dotted form.
  let keys: [String]
  /// Keys whose value is a list, which no setting accepts.
  let lists: [String]
  /// Keys without a value: settings, or sections of which every line is commented out.
  let empty: [String]
  /// Keys whose value is written as `null` or `~`.
  let nulls: [String]

  /// - Throws: ``ConfigurationProblems`` if the file can't be read or isn't a YAML mapping.
  static func read(_ path: String) async throws(ConfigurationProblems) -> ConfigurationFile {
    var problems = ConfigurationProblems()
    do {
      guard let data = FileManager.default.contents(atPath: path) else { throw Unreadable() }
      let text = String(decoding: data, as: UTF8.self)
      var file = Keys()
      if let root = try Yams.compose(yaml: text), !root.isNull {
        guard case .mapping = root else { throw NoMapping() }
        file.collect(root, path: [])
      }
      let provider: any ConfigProvider =
        file.isEmpty
        ? InMemoryProvider(values: [:]) : try await FileProvider<YAMLSnapshot>(filePath: FilePath(path))
      return ConfigurationFile(
        path: path, provider: provider, keys: file.leaves, lists: file.lists, empty: file.empty, nulls: file.nulls)
    } catch {
      problems.add("the file \(path) can't be read: \(Self.describe(error))")
      throw problems
    }
  }

  /// The parser's own description quotes the line, and a password with it.
  private static func describe(_ error: any Error) -> String {
    switch error {
    case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _):
      "line \(mark.line), column \(mark.column): \(problem)"
    case YamlError.duplicatedKeysInMapping(let keys, let context):
      "line \(context.mark.line): \(keys.joined(separator: ", ")) more than once in a mapping"
    case is Unreadable: "\(error)"
    default: "it is not a YAML mapping"
    }
  }

  private struct Unreadable: Error, CustomStringConvertible {
    let description = "no such file, or no permission to read it"
  }

  private struct NoMapping: Error {}

  private struct Keys {
    var leaves: [String] = []
    var lists: [String] = []
    var empty: [String] = []
    var nulls: [String] = []

    var isEmpty: Bool { leaves.isEmpty && lists.isEmpty && empty.isEmpty && nulls.isEmpty }

    mutating func collect(_ node: Node, path: [String]) {
      switch node {
      case .mapping(let mapping):
        for (key, value) in mapping { collect(value, path: path + [key.string ?? "?"]) }
      case .sequence: lists.append(path.joined(separator: "."))
      case _ where node.isNull && node.string?.isEmpty ?? true: empty.append(path.joined(separator: "."))
      case _ where node.isNull: nulls.append(path.joined(separator: "."))
      default: leaves.append(path.joined(separator: "."))
      }
    }
  }
}

extension Node {
  fileprivate var isNull: Bool { tag == Tag(.null) }
}
