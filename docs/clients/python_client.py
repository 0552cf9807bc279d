"""A client of workspace-worker in Python, on pika (https://pika.readthedocs.io): pip install pika.

python_client.py TENANT [EXCHANGE]: as the user ada, creates a root workspace, and two below it with one message; as the
user bob, who is not permitted to see it, reads the root; prints the four results and the events; reads the workspace of
the last event. Events come from EXCHANGE, by default workspace.events; the broker is the one in AMQP_URL."""
import json
import os
import sys
import uuid

import pika

TIMEOUT = 30


class WorkspaceClient:
    """Sends commands and waits for their results. A command without a confirm or result can be sent again with the same
    id: it is executed once."""

    def __init__(self, url):
        self.connection = pika.BlockingConnection(pika.URLParameters(url))
        self.channel = self.connection.channel()
        # Without confirms, the client does not know whether a command has reached the broker.
        self.channel.confirm_delivery()
        self.replies = self.channel.queue_declare("", exclusive=True).method.queue

    def ask(self, kind, tenant, data, user=None, sequence=None):
        """The answer to a query; with a sequence, it includes the event with that sequence."""
        return self.result(self.send(kind, tenant, data, user, exchange="workspace.queries", sequence=sequence))

    def send(self, kind, tenant, data, user=None, command_id=None, exchange="workspace.commands", sequence=None):
        """Without a user, the command belongs to this service itself, and its permissions are not checked."""
        command = self.command(kind, tenant, data, user, command_id)
        if sequence is not None:
            command["minsequence"] = sequence
        self.publish(exchange, kind, command, "application/cloudevents+json", command["id"])
        return command["id"]

    def send_batch(self, commands):
        """Sends several commands as one message. They are executed in order, each as if it had been sent alone."""
        batch_id = str(uuid.uuid4())
        self.publish("workspace.commands", "workspace.batch", commands, "application/cloudevents-batch+json", batch_id)
        return batch_id

    def command(self, kind, tenant, data, user=None, command_id=None):
        command = {
            "specversion": "1.0",
            "id": command_id or str(uuid.uuid4()),
            "source": "/clients/python",
            "type": kind,
            "tenantid": tenant,
            "data": data,
        }
        if user is not None:
            command["userid"] = user
        return command

    def publish(self, exchange, routing_key, content, content_type, correlation_id):
        # Raises pika.exceptions.UnroutableError or NackError if the broker did not accept it.
        self.channel.basic_publish(
            exchange,
            routing_key,
            json.dumps(content).encode(),
            mandatory=True,
            properties=pika.BasicProperties(
                content_type=content_type,
                delivery_mode=2,
                correlation_id=correlation_id,
                reply_to=self.replies,
            ),
        )

    def result(self, command_id):
        """The result of a command, or a list of those of a batch: all of them if they are smaller than 1 MiB and no command
        was parked. Skips other replies that arrive meanwhile."""
        for _, properties, body in self.channel.consume(self.replies, auto_ack=True, inactivity_timeout=TIMEOUT):
            if properties is None:
                raise TimeoutError(f"no result of {command_id} within {TIMEOUT} s")
            if properties.correlation_id == command_id:
                return json.loads(body)

    def subscribe(self, exchange, routing_key="#"):
        queue = self.channel.queue_declare("", exclusive=True).method.queue
        self.channel.queue_bind(queue, exchange, routing_key)
        return queue

    def events(self, queue, count):
        """The first events of a queue, single or in batches; each once, although delivery is at least once."""
        seen = {}
        for _, properties, body in self.channel.consume(queue, auto_ack=True, inactivity_timeout=TIMEOUT):
            if properties is None:
                raise TimeoutError(f"no event within {TIMEOUT} s")
            content = json.loads(body)
            for event in content if isinstance(content, list) else [content]:
                seen[event["id"]] = event
            if len(seen) >= count:
                self.channel.cancel()
                return list(seen.values())[:count]


def main():
    tenant = sys.argv[1]
    client = WorkspaceClient(os.environ["AMQP_URL"])
    events = client.subscribe(sys.argv[2] if len(sys.argv) > 2 else "workspace.events")
    root = client.result(client.send("workspace.create_root", tenant, {"name": "Home"}, user="ada"))
    print(json.dumps(root))
    client.channel.cancel()
    root_id = root["data"]["workspace"]["id"]
    below = [{"name": name, "parent_workspace_id": root_id} for name in ("Documents", "Music")]
    children = client.send_batch([client.command("workspace.create", tenant, data, user="ada") for data in below])
    for result in client.result(children):
        print(json.dumps(result))
    client.channel.cancel()
    hidden = client.send("workspace.get", tenant, {"workspace_id": root_id}, user="bob")
    print(json.dumps(client.result(hidden)))
    client.channel.cancel()
    # The root, its founder's role in the new tenant, and the workspaces below.
    for event in client.events(events, 4):
        print(json.dumps(event))
    found = client.ask("workspace.find", tenant, {"name": "Music"}, user="ada", sequence=event["sequence"])
    print(json.dumps(found))
    client.connection.close()


main()
