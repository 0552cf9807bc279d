import DeliveryPipeline
import Logging
import MessageContract
import WorkerRuntime

extension WorkerConfiguration {
  /// Reads every setting. What is wrong is noted in `reader`, and has its default here.
  init(_ reader: inout SettingReader) {
    amqp.read(&reader)
    postgres.read(&reader)
    inbox.read(&reader)
    deadLetters.retention = reader.duration(
      "dead_letters.retention", default: deadLetters.retention, in: .seconds(1) ... .seconds(3650 * 86_400))
    worker.read(&reader)
    parking.read(&reader)
    drainTimeout = reader.duration("worker.drain_timeout", default: drainTimeout, in: .seconds(1) ... .seconds(3600))
    http.host = reader.text("http.host", default: http.host)
    http.port = reader.integer("http.port", default: http.port, in: 0...65_535)
    metrics.countInterval = reader.duration(
      "metrics.count_interval", default: metrics.countInterval, in: .seconds(1) ... .seconds(50))
    defaultRootName = reader.rootName("workspace.default_name", default: defaultRootName)
    tracing.read(&reader)
    worker.traceRatio = tracing.endpoint == nil ? 0 : tracing.sampleRatio
    if let path = reader.text("access.file") {
      do { worker.access = try AccessListFile.read(path) } catch { reader.wrong("access.file", "\(path) can't be used: \(error)", ()) }
    }
    log.burst = reader.integer("log.burst", default: log.burst, in: 1...1_000_000)
    log.level = reader.choice("log.level", default: log.level)
    log.format = reader.text("log.format").flatMap { text in
      Log.Format(rawValue: text) ?? reader.wrong("log.format", "is neither json nor text", nil)
    }
  }
}

extension WorkerConfiguration.AMQP {
  fileprivate mutating func read(_ reader: inout SettingReader) {
    url = reader.text("amqp.url", default: url, isSecret: true)
    passwordFile = reader.text("amqp.password_file")
    heartbeat = reader.duration("amqp.heartbeat", default: heartbeat, in: .seconds(1) ... .seconds(600))
    connectTimeout = reader.duration("amqp.connect_timeout", default: connectTimeout, in: .seconds(1) ... .seconds(300))
    prefetch = reader.integer("amqp.prefetch", default: prefetch, in: 1...65_535)
    bufferBytes = reader.bytes("amqp.buffer_bytes", default: bufferBytes, in: 1 << 20 ... 16 << 30)
    caFile = reader.text("amqp.tls.ca_file")
    certificateFile = reader.text("amqp.tls.cert_file")
    keyFile = reader.text("amqp.tls.key_file")
    verifiesPeer = reader.flag("amqp.tls.verify", default: verifiesPeer)
    if (certificateFile == nil) != (keyFile == nil) {
      reader.wrong("amqp.tls.cert_file", "and amqp.tls.key_file need each other", ())
    }
    names.read(&reader)
  }
}

extension WorkerConfiguration.Names {
  fileprivate mutating func read(_ reader: inout SettingReader) {
    commandsExchange = reader.objectName("amqp.names.commands_exchange", default: commandsExchange)
    commandsQueue = reader.objectName("amqp.names.commands_queue", default: commandsQueue)
    resultsExchange = reader.objectName("amqp.names.results_exchange", default: resultsExchange)
    eventsExchange = reader.objectName("amqp.names.events_exchange", default: eventsExchange)
    deadLettersExchange = reader.objectName("amqp.names.dead_letters_exchange", default: deadLettersExchange)
    deadLettersQueue = reader.objectName("amqp.names.dead_letters_queue", default: deadLettersQueue)
  }
}

extension WorkerConfiguration.Postgres {
  fileprivate mutating func read(_ reader: inout SettingReader) {
    url = reader.text("postgres.url", default: url, isSecret: true)
    passwordFile = reader.text("postgres.password_file")
    connectTimeout = reader.duration(
      "postgres.connect_timeout", default: connectTimeout, in: .seconds(1) ... .seconds(300))
    responseTimeout = reader.duration(
      "postgres.response_timeout", default: responseTimeout, in: .seconds(1) ... .seconds(3600))
    statementTimeout = reader.duration(
      "postgres.statement_timeout", default: statementTimeout, in: .seconds(1) ... .seconds(3600))
    lockTimeout = reader.duration("postgres.lock_timeout", default: lockTimeout, in: .milliseconds(100) ... .seconds(3600))
    idleSessionTimeout = reader.duration(
      "postgres.idle_session_timeout", default: idleSessionTimeout, in: .seconds(5) ... .seconds(3600))
  }
}

extension WorkerConfiguration.Tracing {
  fileprivate mutating func read(_ reader: inout SettingReader) {
    endpoint = reader.text("tracing.endpoint")
    if let endpoint, !endpoint.hasPrefix("http://"), !endpoint.hasPrefix("https://") {
      reader.wrong("tracing.endpoint", "is no URL that begins with http:// or https://", ())
    }
    // It is logged and shown.
    if endpoint?.contains("@") == true { reader.wrong("tracing.endpoint", "holds credentials, which it must not", ()) }
    sampleRatio = reader.fraction("tracing.sample_ratio", default: sampleRatio)
  }
}

extension WorkerConfiguration.Inbox {
  fileprivate mutating func read(_ reader: inout SettingReader) {
    let range: ClosedRange<Duration> = .seconds(1) ... .seconds(3650 * 86_400)
    retention = reader.duration("inbox.retention", default: retention, in: range)
    replayWindow = reader.duration("inbox.replay_window", default: replayWindow, in: range)
    let lifetime = identifierLifetime
    if !lifetime.isCovered(by: retention) {
      let terms = lifetime.terms.map { "\($0.setting) \($0.duration.settingText)" }.joined(separator: " + ")
      reader.wrong(
        "inbox.retention",
        "is \(retention.settingText), shorter than the longest life of a command's id, \(lifetime.total.settingText) (\(terms)):"
          + " a command that comes again after its answer was removed would be carried out twice", ())
    }
  }
}

extension WorkerSettings {
  fileprivate mutating func read(_ reader: inout SettingReader) {
    batchCount = reader.integer("worker.batch_count", default: batchCount, in: 1...10_000)
    batchBytes = reader.bytes("worker.batch_bytes", default: batchBytes, in: 1 << 10 ... 1 << 30)
    limits.maximumBodyBytes = reader.bytes(
      "limits.body_bytes", default: limits.maximumBodyBytes, in: 1 << 10 ... 64 << 20)
    handlerDeadline = reader.duration(
      "worker.handler_deadline", default: handlerDeadline, in: .seconds(1) ... .seconds(900))
    let longest = reader.duration(
      "worker.reconnect_longest", default: reconnect.longest, in: .milliseconds(500) ... .seconds(3600))
    reconnect = Backoff(shortest: reconnect.shortest, longest: longest)
  }
}

extension ParkingPolicy {
  fileprivate mutating func read(_ reader: inout SettingReader) {
    retries = RetrySchedule(
      reader.durations("parking.retry_delays", default: retries.limits, count: 0...20, in: .zero ... .seconds(86_400)))
    lineLimit = reader.integer("parking.line_limit", default: lineLimit, in: 1...10_000_000)
    lineAge = reader.duration("parking.line_age", default: lineAge, in: .seconds(1) ... .seconds(30 * 86_400))
    whenFull = reader.choice("parking.when_full", default: whenFull)
  }
}

extension SettingReader {
  /// The name of an exchange or a queue: what an AMQP short string holds, without the `amq.` that the broker keeps
  /// for itself.
  fileprivate mutating func objectName(_ key: String, default fallback: String) -> String {
    let name = text(key, default: fallback)
    guard ShortString(name) != nil, !name.hasPrefix("amq."), !name.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
      return wrong(key, "is no name for an exchange or queue: 1-255 bytes, no control characters, not amq.*", fallback)
    }
    return name
  }

  fileprivate mutating func rootName(_ key: String, default fallback: String) -> String {
    let name = text(key, default: fallback)
    guard isWorkspaceName(name) else {
      return wrong(key, "is no workspace name: 1-512 characters, no control characters", fallback)
    }
    return name
  }
}
