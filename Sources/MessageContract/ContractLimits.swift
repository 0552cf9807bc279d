/// Upper limits of a message. Lengths of attributes are in Unicode scalars.
package struct ContractLimits: Sendable, Equatable {
  /// The largest body of a command, in bytes. Default: 256 KiB.
  package var maximumBodyBytes = 256 << 10
  /// The largest body of a message that holds several commands, in bytes. Default: 4 MiB.
  package var maximumBatchBytes = 4 << 20
  /// The most commands that one message may hold. Default: 1,000.
  package var maximumBatchElements = 1000

  package static let maximumIDLength = 128
  package static let maximumSourceLength = 256
  package static let maximumUserIDLength = 255

  package init() {}
}
