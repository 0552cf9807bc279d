# frozen_string_literal: true

# A client of workspace-worker in Ruby, on Bunny (https://github.com/ruby-amqp/bunny): gem install bunny.
#
# ruby_client.rb TENANT [EXCHANGE]: as the user ada, creates a root workspace, and two below it with one message; as the
# user bob, who is not permitted to see it, reads the root; prints the four results and the events; and reads the
# workspace of the last event. Events come from EXCHANGE, by default workspace.events; the broker is the one in AMQP_URL.
require 'bunny'
require 'json'
require 'securerandom'
require 'uri'

# Sends commands and waits for their results. A command without a confirm or result can be sent again with the same id: it
# is executed once.
class WorkspaceClient
  TIMEOUT = 30

  def initialize(url)
    url = URI(url)
    # Bunny takes a lone slash for a virtual host without a name.
    url.path = '/%2f' if ['', '/'].include?(url.path)
    @connection = Bunny.new(url.to_s).start
    @channel = @connection.create_channel
    # Without confirms, the client does not know whether a command has reached the broker.
    @channel.confirm_select
    @exchanges = %w[workspace.commands workspace.queries].to_h { |name| [name, @channel.topic(name, passive: true)] }
    @exchanges.each_value { |exchange| exchange.on_return { |info, _, _| @returned = info.reply_text } }
    @replies = subscribe(@channel.queue('', exclusive: true))
  end

  # The answer to a query; with a sequence, it includes the event with that sequence.
  def ask(type, tenant, data, user: nil, sequence: nil)
    result(send(type, tenant, data, user: user, exchange: 'workspace.queries', sequence: sequence))
  end

  # Without a user, the command belongs to this service itself, and its permissions are not checked.
  def send(type, tenant, data, user: nil, id: SecureRandom.uuid, exchange: 'workspace.commands', sequence: nil)
    command = command(type, tenant, data, user: user, id: id)
    command[:minsequence] = sequence if sequence
    publish(exchange, type, command, 'application/cloudevents+json', id)
  end

  # Sends several commands as one message. They are executed in order, each as if it had been sent alone.
  def send_batch(commands)
    publish('workspace.commands', 'workspace.batch', commands, 'application/cloudevents-batch+json', SecureRandom.uuid)
  end

  def command(type, tenant, data, user: nil, id: SecureRandom.uuid)
    command = { specversion: '1.0', id: id, source: '/clients/ruby', type: type, tenantid: tenant, data: data }
    command[:userid] = user if user
    command
  end

  # The result of a command, or an array of those of a batch: all of them if they are smaller than 1 MiB and no command was
  # parked. Skips other replies that arrive meanwhile.
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

  # The first events, single or in batches; each once, although delivery is at least once.
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
    raise "the broker did not accept #{id}" unless @channel.wait_for_confirms
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
    raise "no message within #{TIMEOUT} s" if subscription[:arrived].empty?

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
