package import Messaging
import StrictJSON
import WorkspaceApplication

/// Messages that hold several commands, as an array in the JSON Batch Format of CloudEvents.
///
/// Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md#4-json-batch-format
package enum CommandBatch {
  /// The elements of a batch, each as a delivery with its own bytes; nil if the delivery is not a batch. An empty array
  /// has no elements.
  ///
  /// - Throws: if the body is not an array or exceeds a limit: the message as a whole is invalid. A fault in a single
  ///   element shows only when that element is decoded.
  package static func elements(
    of delivery: Delivery, limits: ContractLimits
  ) throws(InvalidCommand) -> [Delivery]? {
    do throws(InvalidCommand) {
      return try elements(of: delivery.body, delivery.properties, limits: limits).map(delivery.elements)
    } catch {
      throw error.continuing(delivery.properties.headers?.trace)
    }
  }

  /// The bodies of a batch's elements; nil if the message is not a batch.
  ///
  /// - Throws: as ``elements(of:limits:)`` does.
  package static func elements(
    of body: [UInt8], _ properties: MessageProperties, limits: ContractLimits
  ) throws(InvalidCommand) -> [[UInt8]]? {
    guard MessageForm(properties).isBatch else { return nil }
    guard body.count <= limits.maximumBatchBytes else {
      throw invalid(
        .messageTooLarge, "the batch has \(body.count) bytes; at most \(limits.maximumBatchBytes) are allowed")
    }
    let elements: [Range<Int>]
    do throws(JSONReader.Problem) {
      elements = try JSONArraySplitter.split(body, limit: limits.maximumBatchElements)
    } catch {
      guard !isOtherJSON(body, limits) else { throw invalid(.invalidEnvelope, noArray) }
      throw invalid(.malformedJSON, error.explanation(of: "the batch"))
    }
    guard elements.count <= limits.maximumBatchElements else {
      throw invalid(.messageTooLarge, "the batch has more than \(limits.maximumBatchElements) elements")
    }
    // Every element is kept with the properties, whatever its outcome: a small message must not turn into much data.
    guard properties.size * elements.count <= limits.maximumBatchBytes else {
      throw invalid(
        .messageTooLarge,
        "its properties have \(properties.size) bytes for each of \(elements.count) elements; "
          + "at most \(limits.maximumBatchBytes) in total are allowed")
    }
    return elements.map { Array(body[$0]) }
  }

  /// Whether the body is JSON, but not an array. A body larger than that of a single command is not read to find out:
  /// in memory its values take many times its size.
  private static func isOtherJSON(_ body: [UInt8], _ limits: ContractLimits) -> Bool {
    guard body.count <= limits.maximumBodyBytes, let value = try? JSONReader.read(body) else { return false }
    return if case .array = value { false } else { true }
  }

  private static let noArray =
    "the batch is not a JSON array; the content type of a single command is application/cloudevents+json"

  /// Whether a message is a single element of a batch, with the properties of the message that it came in.
  package static func isElement(_ body: [UInt8], _ properties: MessageProperties) -> Bool {
    let whitespace: Set<UInt8> = [0x20, 0x0A, 0x0D, 0x09]
    return MessageForm(properties).isBatch && body.first { !whitespace.contains($0) } != UInt8(ascii: "[")
  }

  private static func invalid(_ reason: DeadLetterReason, _ detail: String) -> InvalidCommand {
    InvalidCommand(reason: reason, detail: detail, envelope: PartialEnvelope())
  }
}
