/// Upper limits of a message. Lengths of attributes are in Unicode scalars.
package struct ContractLimits: Sendable, Equatable {
  /// The largest body of a command in bytes. Default: 256 KiB.
  package var maximumBodyBytes = 256 << 10

  package static let maximumIDLength = 128
  package static let maximumSourceLength = 256
  package static let maximumUserIDLength = 255

  package init() {}
}
