/// What a broker says about itself. Any part may be missing.
package struct ServerProperties: Sendable, Equatable {
  /// Such as `RabbitMQ`.
  package let product: String?
  /// Such as `3.10.8`.
  package let version: String?
  package let clusterName: String?

  package init(product: String?, version: String?, clusterName: String?) {
    self.product = product
    self.version = version
    self.clusterName = clusterName
  }

  /// The number before the first dot of the version.
  package var majorVersion: Int? { version.flatMap { Int($0.prefix { $0 != "." }) } }
}
