# frozen_string_literal: true

# A client of workspace-worker in Ruby, on Bunny (https://github.com/ruby-amqp/bunny): gem install bunny.
#
# ruby_client.rb TENANT [EXCHANGE]: makes a root workspace, and two below it by one message, for the user ada, asks for the root for the user
# bob, who may not see it, prints the four results and the events, and reads what the last event tells of. Events are those of
# EXCHANGE, by default workspace.events; the broker is the one of AMQP_URL.
require 'bunny'
require 'json'
require 'securerandom'

# Sends commands and waits for their results. A command whose confirm or result did not come may be sent again, with the
# same id: it is executed once.
class WorkspaceClient
  TIMEOUT = 30

  def initialize(url)
    @connection = Bunny.new(url).start
    @channel = @connection.create_channel
    # Without confirms, nobody knows whether a command has reached the broker.
    @channel.confirm_select
    @exchanges = %w[workspace.commands workspace.queries].to_h { |name| [name, @channel.topic(name, passive: true)] }
    @exchanges.each_value { |exchange| exchange.on_return { |info, _, _| @returned = info.reply_text } }
    @replies = subscribe(@channel.queue('', exclusive: true))
  end

  # The answer to a query, which is no older than the event of that sequence.
  def ask(type, tenant, data, user: nil, sequence: nil)
    result(send(type, tenant, data, user: user, exchange: 'workspace.queries', sequence: sequence))
  end

  # Without a user the command is this service's own, and not checked.
  def send(type, tenant, data, user: nil, id: SecureRandom.uuid, exchange: 'workspace.commands', sequence: nil)
    command = command(type, tenant, data, user: user, id: id)
    command[:minsequence] = sequence if sequence
    publish(exchange, type, command, 'application/cloudevents+json', id)
  end

  # Many commands as one message. Each is treated as if it had come alone, in order.
  def send_batch(commands)
    publish('workspace.commands', 'workspace.batch', commands, 'application/cloudevents-batch+json', SecureRandom.uuid)
  end

  def command(type, tenant, data, user: nil, id: SecureRandom.uuid)
    command = { specversion: '1.0', id: id, source: '/clients/ruby', type: type, tenantid: tenant, data: data }
    command[:userid] = user if user
    command
  end

  # The result of a command, or those of a batch, as an array: all of them if they have less than 1 MiB and none was parked. Other
  # replies that arrive meanwhile are skipped.
  def result(id)
    loop do
      properties, body = pop(@replies)
      return JSON.parse(body) if properties.correlation_id == id
    end
  end

  def listen(exchange, routing_key: '#')
    queue = @channel.queue('', exclusive: true)
    queue.bind(exchange, routing_key: routing_key)
    subscribe(queue)
  end

  # The first events, alone or in batches; each once, although they come at least once.
  def events(subscription, count)
    seen = {}
    while seen.size < count
      [JSON.parse(pop(subscription).last)].flatten.each { |event| seen[event.fetch('id')] = event }
    end
    seen.values.first(count)
  end

  def close
    @connection.close
  end

  private

  def publish(exchange, routing_key, content, content_type, id)
    @exchanges.fetch(exchange).publish(
      JSON.generate(content),
      routing_key: routing_key, mandatory: true, persistent: true, content_type: content_type,
      correlation_id: id, reply_to: @replies.fetch(:queue).name
    )
    raise "the broker did not take #{id}" unless @channel.wait_for_confirms
    raise "no queue for #{id}: #{@returned}" if @returned

    id
  end

  def subscribe(queue)
    arrived = Queue.new
    queue.subscribe { |_, properties, body| arrived << [properties, body] }
    { queue: queue, arrived: arrived }
  end

  def pop(subscription)
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + TIMEOUT
    sleep 0.005 while subscription[:arrived].empty? && Process.clock_gettime(Process::CLOCK_MONOTONIC) < deadline
    raise "nothing came within #{TIMEOUT} s" if subscription[:arrived].empty?

    subscription[:arrived].pop
  end
end

tenant = ARGV.fetch(0)
client = WorkspaceClient.new(ENV.fetch('AMQP_URL'))
events = client.listen(ARGV.fetch(1, 'workspace.events'))
root = client.result(client.send('workspace.create_root', tenant, { name: 'Home' }, user: 'ada'))
puts JSON.generate(root)
root_id = root.dig('data', 'workspace', 'id')
below = %w[Documents Music].map { |name| { name: name, parent_workspace_id: root_id } }
children = client.send_batch(below.map { |data| client.command('workspace.create', tenant, data, user: 'ada') })
client.result(children).each { |result| puts JSON.generate(result) }
hidden = client.send('workspace.get', tenant, { workspace_id: root_id }, user: 'bob')
puts JSON.generate(client.result(hidden))
# The root, its founder's role in the new tenant, and the workspaces below.
told = client.events(events, 4)
told.each { |event| puts JSON.generate(event) }
puts JSON.generate(client.ask('workspace.find', tenant, { name: 'Music' }, user: 'ada', sequence: told.last['sequence']))
client.close
