"""A client of workspace-worker in Python, on pika (https://pika.readthedocs.io).

python_client.py TENANT [EXCHANGE]: as the user ada, creates a root workspace, and two below it with one message; as the
user bob, who is not permitted to see it, reads the root; prints the four results and the events; reads the workspace of
the last event. Events come from EXCHANGE, by default workspace.events; the broker is the one in AMQP_URL."""
import json
import os
import sys
import time
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
        self.answers = {}
        self.replies = self.channel.queue_declare("", exclusive=True).method.queue
        self.channel.basic_consume(self.replies, self.on_reply, auto_ack=True)

    def command(self, kind, tenant, data, user=None):
        """A command or query. Without a user, it belongs to this service itself, and its permissions are not checked."""
        command = {
            "specversion": "1.0",
            "id": str(uuid.uuid4()),
            "source": "/clients/python",
            "type": kind,
            "tenantid": tenant,
            "data": data,
        }
        if user is not None:
            command["userid"] = user
        return command

    def send(self, command):
        """Sends a command. Where this raises, send the same one again."""
        self.publish("workspace.commands", command["type"], command, command["id"])
        return command["id"]

    def send_batch(self, commands):
        """Sends several commands as one message. They are executed in order, each as if it had been sent alone."""
        batch_id = str(uuid.uuid4())
        self.publish("workspace.commands", "workspace.batch", commands, batch_id)
        return batch_id

    def ask(self, query, sequence=None):
        """The answer to a query; with a sequence, it includes the event with that sequence."""
        if sequence is not None:
            query["minsequence"] = sequence
        self.publish("workspace.queries", query["type"], query, query["id"])
        return self.result(query["id"])

    def publish(self, exchange, routing_key, content, correlation_id):
        # Nobody needs the answer to a query later, or after the broker's restart.
        is_query = exchange == "workspace.queries"
        # Raises pika.exceptions.UnroutableError or NackError if the broker did not accept it.
        self.channel.basic_publish(
            exchange,
            routing_key,
            json.dumps(content).encode(),
            mandatory=True,
            properties=pika.BasicProperties(
                content_type=f"application/cloudevents{'-batch' if isinstance(content, list) else ''}+json",
                delivery_mode=1 if is_query else 2,
                expiration=str(TIMEOUT * 1000) if is_query else None,
                correlation_id=correlation_id,
                reply_to=self.replies,
            ),
        )

    def result(self, correlation_id):
        """The result of a command, or a list of those of a batch: all of them if they are smaller than 1 MiB and no command
        was parked; the next call returns the next part. Other replies that arrive meanwhile are kept."""
        self.wait(lambda: self.answers.get(correlation_id), f"result of {correlation_id}")
        answers = self.answers[correlation_id]
        answer = answers.pop(0)
        if not answers:
            del self.answers[correlation_id]
        return answer

    def on_reply(self, channel, method, properties, body):
        self.answers.setdefault(properties.correlation_id, []).append(json.loads(body))

    def subscribe(self, exchange, tenant):
        """The tenant's events from now on, by id: delivery is at least once. A queue like this one ends with the client; a
        service that must not miss any event declares a durable one with a name."""
        events = {}

        def on_message(channel, method, properties, body):
            content = json.loads(body)
            for event in content if isinstance(content, list) else [content]:
                if event.get("tenantid") == tenant:
                    events.setdefault(event["id"], event)
            channel.basic_ack(method.delivery_tag)

        queue = self.channel.queue_declare("", exclusive=True).method.queue
        self.channel.queue_bind(queue, exchange, "#")
        self.channel.basic_consume(queue, on_message)
        return events

    def wait(self, condition, what):
        end = time.monotonic() + TIMEOUT
        while not condition():
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"no {what} within {TIMEOUT} s")
            self.connection.process_data_events(time_limit=left)


def main():
    tenant = sys.argv[1]
    client = WorkspaceClient(os.environ["AMQP_URL"])
    events = client.subscribe(sys.argv[2] if len(sys.argv) > 2 else "workspace.events", tenant)
    root = client.result(client.send(client.command("workspace.create_root", tenant, {"name": "Home"}, user="ada")))
    print(json.dumps(root))
    root_id = root["data"]["workspace"]["id"]
    below = [{"name": name, "parent_workspace_id": root_id} for name in ("Documents", "Music")]
    children = client.send_batch([client.command("workspace.create", tenant, data, user="ada") for data in below])
    for result in client.result(children):
        print(json.dumps(result))
    hidden = client.send(client.command("workspace.get", tenant, {"workspace_id": root_id}, user="bob"))
    print(json.dumps(client.result(hidden)))
    # The root, its founder's role in the new tenant, and the workspaces below.
    client.wait(lambda: len(events) >= 4, "event")
    for event in events.values():
        print(json.dumps(event))
    find = client.command("workspace.find", tenant, {"name": "Music"}, user="ada")
    print(json.dumps(client.ask(find, sequence=event["sequence"])))
    client.connection.close()


main()
