internal import CRabbitMQ
internal import DeliveryPipeline
internal import Glibc

/// basic.publish, which has no answer.
extension ConnectionHandle {
  /// Why a message can't be published: to be asked before it is sent, as a channel on which a message stops half-way is
  /// lost. Nil: it can.
  func obstacle(to message: OutboundMessage) -> RabbitMQError? {
    // Frame header, class, weight, body size and the frame's end.
    guard message.propertyList.bytes.count + 7 + 2 + 2 + 8 + 1 <= maximumFrameBytes else {
      return .unpublishable(reason: "its properties exceed a frame of \(maximumFrameBytes) bytes")
    }
    guard withState({ _, pool in pool.properties(message.propertyList) != nil }) else {
      return .unpublishable(reason: "its properties are malformed")
    }
    return nil
  }

  /// Publishes messages to which there is no obstacle. Waits for room in the socket's buffer without a limit of its own.
  func publish(_ messages: ArraySlice<OutboundMessage>, isMandatory: Bool, on channels: PublishChannels) -> LibraryStatus {
    guard isEncrypted else { return sendFrames(of: messages, isMandatory, channels) }
    // Only librabbitmq can encrypt what goes to its socket.
    for message in messages {
      let status = publish(message, isMandatory, channels.channel(of: message))
      guard status.isOK else { return status }
    }
    return .ok
  }

  private func publish(_ message: OutboundMessage, _ isMandatory: Bool, _ channel: UInt16) -> LibraryStatus {
    withState { state, pool in
      guard let properties = pool.properties(message.propertyList) else { return LibraryStatus(AMQP_STATUS_BAD_AMQP_DATA) }
      return message.body.withUnsafeBytes { body in
        let bytes = amqp_bytes_t(len: body.count, bytes: UnsafeMutableRawPointer(mutating: body.baseAddress))
        return LibraryStatus(
          amqp_basic_publish(
            state, channel, pool.copy(message.exchange), pool.copy(message.routingKey), isMandatory ? 1 : 0, 0,
            properties, bytes))
      }
    }
  }

  /// librabbitmq keeps nothing back that is to be sent, so what goes straight to the socket stands behind it.
  private func sendFrames(
    of messages: ArraySlice<OutboundMessage>, _ isMandatory: Bool, _ channels: PublishChannels
  ) -> LibraryStatus {
    let limit = maximumFrameBytes
    frames.removeAll()
    defer { frames.removeAll() }
    for message in messages {
      frames.append(message, isMandatory: isMandatory, channel: channels.channel(of: message), maximumFrameBytes: limit)
    }
    return frames.bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let sent = Glibc.send(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count, Int32(MSG_NOSIGNAL))
        if sent >= 0 {
          rest = rest.dropFirst(sent)
        } else if errno == EAGAIN {
          waitUntilWritable()
        } else if errno != EINTR {
          return LibraryStatus(AMQP_STATUS_SOCKET_ERROR)
        }
      }
      return .ok
    }
  }

  private func waitUntilWritable() {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    _ = poll(&request, 1, -1)
  }
}
