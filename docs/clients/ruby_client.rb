# frozen_string_literal: true

# A client of workspace-worker in Ruby, on Bunny (https://github.com/ruby-amqp/bunny).
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
    @answers = Hash.new { |answers, id| answers[id] = [] }
    @arrived = Queue.new
    @replies = @channel.queue('', exclusive: true)
    @replies.subscribe { |_, properties, body| @arrived << [properties.correlation_id, JSON.parse(body)] }
  end

  # A command or query. Without a user, it belongs to this service itself, and its permissions are not checked.
  def command(type, tenant, data, user: nil)
    command = {
      specversion: '1.0', id: SecureRandom.uuid, source: '/clients/ruby', type: type, tenantid: tenant, data: data
    }
    command[:userid] = user if user
    command
  end

  # Sends a command. Where this raises, send the same one again.
  def send(command)
    publish('workspace.commands', command.fetch(:type), command, command.fetch(:id))
  end

  # Sends several commands as one message. They are executed in order, each as if it had been sent alone.
  def send_batch(commands)
    publish('workspace.commands', 'workspace.batch', commands, SecureRandom.uuid)
  end

  # The answer to a query; with a sequence, it includes the event with that sequence.
  def ask(query, sequence: nil)
    query[:minsequence] = sequence if sequence
    result(publish('workspace.queries', query.fetch(:type), query, query.fetch(:id)))
  end

  # The result of a command, or an array of those of a batch: all of them if they are smaller than 1 MiB and no command was
  # parked; the next call returns the next part. Other replies that arrive meanwhile are kept.
  def result(id)
    while @answers[id].empty?
      correlation_id, answer = pop(@arrived)
      @answers[correlation_id] << answer
    end
    answer = @answers[id].shift
    @answers.delete(id) if @answers[id].empty?
    answer
  end

  # The tenant's events from now on. A queue like this one ends with the client; a service that must not miss any event
  # declares a durable one with a name.
  def listen(exchange, tenant)
    arrived = Queue.new
    queue = @channel.queue('', exclusive: true)
    queue.bind(exchange, routing_key: '#')
    queue.subscribe(manual_ack: true) do |delivery, _, body|
      [JSON.parse(body)].flatten.each { |event| arrived << event if event['tenantid'] == tenant }
      @channel.ack(delivery.delivery_tag)
    end
    arrived
  end

  # The first events; each once, although delivery is at least once.
  def events(arrived, count)
    seen = {}
    while seen.size < count
      event = pop(arrived)
      seen[event.fetch('id')] ||= event
    end
    seen.values
  end

  def close
    @connection.close
  end

  private

  def publish(exchange, routing_key, content, id)
    @returned = nil
    @exchanges.fetch(exchange).publish(
      JSON.generate(content),
      routing_key: routing_key, mandatory: true, correlation_id: id, reply_to: @replies.name,
      content_type: "application/cloudevents#{'-batch' if content.is_a?(Array)}+json", **durability(exchange)
    )
    raise "the broker did not accept #{id}" unless @channel.wait_for_confirms
    raise "no queue for #{id}: #{@returned}" if @returned

    id
  end

  # Nobody needs the answer to a query later, or after the broker's restart.
  def durability(exchange)
    exchange == 'workspace.queries' ? { persistent: false, expiration: (TIMEOUT * 1000).to_s } : { persistent: true }
  end

  def pop(queue)
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + TIMEOUT
    sleep 0.005 while queue.empty? && Process.clock_gettime(Process::CLOCK_MONOTONIC) < deadline
    raise "nothing arrived within #{TIMEOUT} s" if queue.empty?

    queue.pop
  end
end

tenant = ARGV.fetch(0)
client = WorkspaceClient.new(ENV.fetch('AMQP_URL'))
events = client.listen(ARGV.fetch(1, 'workspace.events'), tenant)
root = client.result(client.send(client.command('workspace.create_root', tenant, { name: 'Home' }, user: 'ada')))
puts JSON.generate(root)
root_id = root.dig('data', 'workspace', 'id')
below = %w[Documents Music].map { |name| { name: name, parent_workspace_id: root_id } }
children = client.send_batch(below.map { |data| client.command('workspace.create', tenant, data, user: 'ada') })
client.result(children).each { |result| puts JSON.generate(result) }
hidden = client.send(client.command('workspace.get', tenant, { workspace_id: root_id }, user: 'bob'))
puts JSON.generate(client.result(hidden))
# The root, its founder's role in the new tenant, and the workspaces below.
told = client.events(events, 4)
told.each { |event| puts JSON.generate(event) }
find = client.command('workspace.find', tenant, { name: 'Music' }, user: 'ada')
puts JSON.generate(client.ask(find, sequence: told.last['sequence']))
client.close
