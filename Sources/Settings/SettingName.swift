/// A key as an operator has written it, for messages: text that does not look like the name of a setting may be part of
/// a misplaced secret, such as `--set amqp://user:pass=word@host/`, and is not repeated.
struct SettingName: CustomStringConvertible {
  let description: String

  init(_ key: String) {
    let parts = key.split(separator: ".", omittingEmptySubsequences: false)
    let isName =
      key.utf8.count <= 64
      && !parts.contains { part in
        part.isEmpty || !part.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x5F }
      }
    description = isName ? key : "of the given name (not repeated here: it may contain a secret)"
  }
}
