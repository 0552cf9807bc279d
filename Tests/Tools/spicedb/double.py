"""double.py: a double of SpiceDB for tests. It is not SpiceDB.

Decisions and storage are those of the engine pemba, which reads a part of SpiceDB's schema language; messages, services and
error reasons are those of the official package authzed. Prints "ready PORT CONTROL" when it serves on both ports of
127.0.0.1, and ends with the process that started it.

A test controls it by HTTP on the control port:
POST /faults   [{"method", "times", "code", "reason", "message", "after": bool, "hold": bool, "cut": number,
               "blank": bool, "onlyFirstCheck": bool}, ...]: the next calls of the method fail like this, before or after
               they are executed; with "hold" not before the caller gives up or other faults are ordered; with "cut" after
               this many answers of a stream; with "blank" answers come without their fields; with "onlyFirstCheck" only the
               first check of a bulk fails. Replaces earlier orders
POST /snapshot true: minimize_latency shows the current state, until false
POST /forget   existing tokens have expired
POST /serving  true or false: what the health service says
GET  /calls    the calls so far: {METHOD: NUMBER}
"""
import argparse
import base64
import http.server
import json
import os
import select
import threading
from concurrent import futures

import grpc
import pemba
from authzed.api.v1 import (core_pb2 as core, permission_service_pb2 as permissions, permission_service_pb2_grpc,
                            schema_service_pb2 as schemas, schema_service_pb2_grpc)
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_status import rpc_status

PERMISSIONS = "authzed.api.v1.PermissionsService"


class Problem(Exception):
    """A status as an answer: its code, SpiceDB's reason, and message."""

    def __init__(self, code, reason, message):
        super().__init__(message)
        self.status = status_pb2.Status(code=code_pb2.Code.Value(code), message=message)
        if reason:
            info = error_details_pb2.ErrorInfo(reason=f"ERROR_REASON_{reason}", domain="authzed.com")
            detail = any_pb2.Any()
            detail.Pack(info)
            self.status.details.append(detail)


def problem(error):
    """SpiceDB's answer for this error of the engine."""
    text, code = str(error), getattr(error, "code", "")
    unknown = "UNKNOWN_DEFINITION" if "TYPE" in code else "UNKNOWN_RELATION_OR_PERMISSION"
    if isinstance(error, pemba.NoSchemaError):
        return Problem("FAILED_PRECONDITION", "UNKNOWN_DEFINITION", text)
    if isinstance(error, pemba.SchemaError):
        return Problem("INVALID_ARGUMENT", "SCHEMA_PARSE_ERROR", text)
    if isinstance(error, pemba.SchemaChangeOrphansError):
        return Problem("INVALID_ARGUMENT", "SCHEMA_TYPE_ERROR", text)
    if isinstance(error, pemba.InvalidRelationshipError):
        if error.reason in ("E_UNKNOWN_TYPE", "E_UNKNOWN_RELATION"):
            reason = "UNKNOWN_DEFINITION" if error.reason == "E_UNKNOWN_TYPE" else "UNKNOWN_RELATION_OR_PERMISSION"
            return Problem("FAILED_PRECONDITION", reason, text)
        return Problem("INVALID_ARGUMENT", "INVALID_SUBJECT_TYPE", text)
    if isinstance(error, pemba.InvalidRequestError):
        return Problem("FAILED_PRECONDITION", unknown, text)
    if isinstance(error, pemba.WriteConflictError):
        return Problem("ALREADY_EXISTS", "ATTEMPT_TO_RECREATE_RELATIONSHIP", text)
    if isinstance(error, ValueError):
        return Problem("INVALID_ARGUMENT", None, text)
    if isinstance(error, pemba.ConsistencyError):
        return Problem("OUT_OF_RANGE", None, f"invalid zedtoken: {text}")
    if isinstance(error, pemba.EvaluationLimitError):
        return Problem("RESOURCE_EXHAUSTED", "MAXIMUM_DEPTH_EXCEEDED", text)
    return Problem("UNKNOWN", None, f"{type(error).__name__}: {text}")


class Moments:
    """Tokens and cursors, and which revision a reader sees."""

    def __init__(self, engine):
        self.engine, self.snapshot = engine, None
        # Others don't know our revisions.
        self.store = base64.b32encode(os.urandom(5)).decode()

    def token(self, revision):
        return core.ZedToken(token=base64.b64encode(f"{self.store}.{int(revision)}".encode()).decode())

    def revision(self, token):
        """None for another datastore's: SpiceDB then reads the current state."""
        try:
            store, number = base64.b64decode(token.token, validate=True).decode().split(".")
            return int(number) if store == self.store else None
        except ValueError:
            raise Problem("INVALID_ARGUMENT", None, "error decoding zedtoken") from None

    def seen(self, consistency):
        head = self.engine.head_revision()
        snapshot = head if self.snapshot is None else self.snapshot
        match consistency.WhichOneof("requirement"):
            case "fully_consistent":
                return head
            case "at_least_as_fresh":
                asked = self.revision(consistency.at_least_as_fresh)
                return head if asked is None else max(asked, snapshot)
            case "at_exact_snapshot":
                asked = self.revision(consistency.at_exact_snapshot)
                return head if asked is None else asked
            case _:
                return snapshot

    def cursor(self, revision, request, place):
        text = json.dumps([int(revision), question(request), place])
        return core.Cursor(token=base64.b64encode(text.encode()).decode())

    def place(self, request):
        """Where to continue, and at which revision."""
        if not request.optional_cursor.token:
            return self.seen(request.consistency), None
        try:
            revision, asked, place = json.loads(base64.b64decode(request.optional_cursor.token, validate=True))
        except ValueError:
            raise Problem("FAILED_PRECONDITION", "INVALID_CURSOR", "the cursor is not valid") from None
        if asked != question(request):
            raise Problem("FAILED_PRECONDITION", "INVALID_CURSOR", "the cursor is another call's")
        return revision, place


def question(request):
    """A request without its cursor."""
    copy = type(request)()
    copy.CopyFrom(request)
    copy.ClearField("optional_cursor")
    copy.ClearField("consistency")
    return base64.b64encode(copy.SerializeToString(deterministic=True)).decode()


def stored(relationship):
    resource, subject = relationship.resource, relationship.subject
    return pemba.Relationship(resource.object_type, resource.object_id, relationship.relation, subject.object.object_type,
                              subject.object.object_id, subject.optional_relation or None)


def sent(relationship):
    return core.Relationship(
        resource=core.ObjectReference(object_type=relationship.resource_type, object_id=relationship.resource_id),
        relation=relationship.relation,
        subject=core.SubjectReference(
            object=core.ObjectReference(object_type=relationship.subject_type, object_id=relationship.subject_id),
            optional_relation=relationship.subject_relation or ""))


def name(reference):
    return f"{reference.object_type}:{reference.object_id}"


def subject_name(subject):
    return name(subject.object) + (f"#{subject.optional_relation}" if subject.optional_relation else "")


def bounded(number, limit, reason, what):
    if number > limit:
        raise Problem("INVALID_ARGUMENT", reason, f"{number} {what}, more than {limit}")


class Store:
    """What both services work on. One write at a time, so that its preconditions hold when it is made."""

    def __init__(self):
        self.engine = pemba.Engine.memory()
        self.moments = Moments(self.engine)
        self.lock = threading.Lock()

    def matching(self, filter, revision):
        optional = {"resource_id": filter.optional_resource_id, "relation": filter.optional_relation}
        if filter.HasField("optional_subject_filter"):
            subject = filter.optional_subject_filter
            optional |= {"subject_type": subject.subject_type, "subject_id": subject.optional_subject_id}
        found = self.engine.read_relationships(
            resource_type=filter.resource_type, at_exactly=revision, **{key: value for key, value in optional.items() if value})
        if filter.HasField("optional_subject_filter") and filter.optional_subject_filter.HasField("optional_relation"):
            wanted = filter.optional_subject_filter.optional_relation.relation
            found = [one for one in found if (one.subject_relation or "") == wanted]
        return sorted(found, key=place_of)

    def require(self, preconditions):
        for condition in preconditions:
            is_there = bool(self.matching(condition.filter, self.engine.head_revision()))
            if is_there != (condition.operation == permissions.Precondition.OPERATION_MUST_MATCH):
                raise Problem("FAILED_PRECONDITION", "WRITE_OR_DELETE_PRECONDITION_FAILURE", "a precondition failed")


def place_of(one):
    return [one.resource_type, one.resource_id, one.relation, one.subject_type, one.subject_id, one.subject_relation or ""]


class Permissions(permission_service_pb2_grpc.PermissionsServiceServicer):
    def __init__(self, store):
        self.store, self.engine, self.moments = store, store.engine, store.moments

    def WriteRelationships(self, request, context):
        bounded(len(request.updates), 1000, "TOO_MANY_UPDATES_IN_REQUEST", "updates")
        bounded(len(request.optional_preconditions), 1000, "TOO_MANY_PRECONDITIONS_IN_REQUEST", "preconditions")
        bounded(request.optional_transaction_metadata.ByteSize(), 65000, "TRANSACTION_METADATA_TOO_LARGE", "bytes")
        relationships = [stored(update.relationship) for update in request.updates]
        if len(set(relationships)) < len(relationships):
            raise Problem("INVALID_ARGUMENT", "UPDATES_ON_SAME_RELATIONSHIP", "two updates of one relationship")
        changes = {"touch": [], "create": [], "delete": []}
        for update, relationship in zip(request.updates, relationships):
            operation = core.RelationshipUpdate.Operation.Name(update.operation).removeprefix("OPERATION_").lower()
            changes[operation].append(relationship)
        with self.store.lock:
            self.store.require(request.optional_preconditions)
            return permissions.WriteRelationshipsResponse(written_at=self.moments.token(self.engine.write(**changes)))

    def DeleteRelationships(self, request, context):
        bounded(request.optional_limit, 1000, "EXCEEDS_MAXIMUM_ALLOWABLE_LIMIT", "relationships")
        with self.store.lock:
            self.store.require(request.optional_preconditions)
            found = self.store.matching(request.relationship_filter, self.engine.head_revision())
            some = found[:request.optional_limit or None]
            if len(some) < len(found) and not request.optional_allow_partial_deletions:
                raise Problem("INVALID_ARGUMENT", "TOO_MANY_RELATIONSHIPS_FOR_TRANSACTIONAL_DELETE", "more than the limit")
            revision = self.engine.write(delete=some) if some else self.engine.head_revision()
        progress = permissions.DeleteRelationshipsResponse.DeletionProgress
        return permissions.DeleteRelationshipsResponse(
            deleted_at=self.moments.token(revision), relationships_deleted_count=len(some),
            deletion_progress=progress.DELETION_PROGRESS_COMPLETE if len(some) == len(found)
            else progress.DELETION_PROGRESS_PARTIAL)

    def ReadRelationships(self, request, context):
        bounded(request.optional_limit, 1000, "EXCEEDS_MAXIMUM_ALLOWABLE_LIMIT", "relationships")
        revision, place = self.moments.place(request)
        found = self.store.matching(request.relationship_filter, revision)
        if place is not None:
            found = [one for one in found if place_of(one) > place]
        for one in found[:request.optional_limit or None]:
            yield permissions.ReadRelationshipsResponse(
                read_at=self.moments.token(revision), relationship=sent(one),
                after_result_cursor=self.moments.cursor(revision, request, place_of(one)))

    def LookupResources(self, request, context):
        bounded(request.optional_limit, 1000, "EXCEEDS_MAXIMUM_ALLOWABLE_LIMIT", "resources")
        revision, place = self.moments.place(request)
        ids = sorted(self.engine.iter_resources(
            request.resource_object_type, request.permission, subject_name(request.subject), at_exactly=revision))
        if place is not None:
            ids = [one for one in ids if one > place]
        for one in ids[:request.optional_limit or None]:
            yield permissions.LookupResourcesResponse(
                looked_up_at=self.moments.token(revision), resource_object_id=one,
                permissionship=permissions.LOOKUP_PERMISSIONSHIP_HAS_PERMISSION,
                after_result_cursor=self.moments.cursor(revision, request, one))

    def CheckPermission(self, request, context):
        revision = self.moments.seen(request.consistency)
        allowed = self.engine.check(
            name(request.resource), request.permission, subject_name(request.subject), at_exactly=revision)
        return permissions.CheckPermissionResponse(
            checked_at=self.moments.token(revision), permissionship=permissionship(allowed))

    def CheckBulkPermissions(self, request, context):
        bounded(len(request.items), 10000, None, "checks")
        revision = self.moments.seen(request.consistency)
        answers = self.engine.check_bulk(
            [(name(item.resource), item.permission, subject_name(item.subject)) for item in request.items],
            at_exactly=revision)
        pairs = []
        for item, answer in zip(request.items, answers):
            pair = permissions.CheckBulkPermissionsPair(request=item)
            if isinstance(answer, pemba.PembaError):
                pair.error.CopyFrom(problem(answer).status)
            else:
                pair.item.permissionship = permissionship(answer)
            pairs.append(pair)
        return permissions.CheckBulkPermissionsResponse(checked_at=self.moments.token(revision), pairs=pairs)


def permissionship(allowed):
    answer = permissions.CheckPermissionResponse
    return answer.PERMISSIONSHIP_HAS_PERMISSION if allowed else answer.PERMISSIONSHIP_NO_PERMISSION


class Schemas(schema_service_pb2_grpc.SchemaServiceServicer):
    def __init__(self, store):
        self.engine, self.moments = store.engine, store.moments

    def ReadSchema(self, request, context):
        text = self.engine.read_schema()
        if text is None:
            raise Problem("NOT_FOUND", None, "No schema has been defined; please call WriteSchema to start")
        return schemas.ReadSchemaResponse(schema_text=text, read_at=self.moments.token(self.engine.head_revision()))

    def WriteSchema(self, request, context):
        self.engine.write_schema(request.schema)
        return schemas.WriteSchemaResponse(written_at=self.moments.token(self.engine.head_revision()))


class Gate(grpc.ServerInterceptor):
    """Runs before each call: checks the key, and applies the faults that a test has ordered."""

    def __init__(self, token_file):
        self.token_file, self.lock, self.faults, self.calls, self.held = token_file, threading.Lock(), [], {}, []

    def order(self, faults):
        with self.lock:
            self.faults, held, self.held = faults, self.held, []
        for call in held:
            call.set()

    def intercept_service(self, continuation, details):
        handler = continuation(details)
        if handler is None or not details.method.startswith("/authzed."):
            return handler
        method, metadata = details.method.rsplit("/", 1)[1], dict(details.invocation_metadata)
        if handler.response_streaming:
            def stream(request, context):
                for answer in self.run(method, metadata, lambda: list(handler.unary_stream(request, context)), context):
                    if isinstance(answer, Problem):
                        context.abort_with_status(rpc_status.to_status(answer.status))
                    yield answer
            return grpc.unary_stream_rpc_method_handler(stream, handler.request_deserializer, handler.response_serializer)

        def unary(request, context):
            return self.run(method, metadata, lambda: handler.unary_unary(request, context), context)
        return grpc.unary_unary_rpc_method_handler(unary, handler.request_deserializer, handler.response_serializer)

    def run(self, method, metadata, call, context):
        try:
            fault = self.admit(method, metadata)
            if fault and fault.get("blank"):
                return blank(call())
            if fault and fault.get("onlyFirstCheck"):
                answer = call()
                answer.pairs[0].error.CopyFrom(ordered(fault).status)
                return answer
            if fault and fault.get("cut") is not None:
                return call()[:fault["cut"]] + [ordered(fault)]
            if fault and not fault.get("after"):
                self.fail(fault, context)
            answer = call()
            if fault:
                self.fail(fault, context)
            return answer
        except Problem as found:
            context.abort_with_status(rpc_status.to_status(found.status))
        except (pemba.PembaError, ValueError) as error:
            context.abort_with_status(rpc_status.to_status(problem(error).status))

    def admit(self, method, metadata):
        with self.lock:
            self.calls[method] = self.calls.get(method, 0) + 1
            self.authenticate(metadata.get("authorization"))
            for fault in self.faults:
                if fault["method"] == method and fault["times"] > 0:
                    fault["times"] -= 1
                    gone = threading.Event()
                    self.held += [gone] if fault.get("hold") else []
                    return fault | {"gone": gone}
        return None

    def authenticate(self, header):
        if header is None:
            raise Problem("UNAUTHENTICATED", None, "invalid preshared key: missing key")
        with open(self.token_file, encoding="utf-8") as file:
            if header not in [f"Bearer {line}" for line in file.read().split()]:
                raise Problem("PERMISSION_DENIED", None, "invalid preshared key: invalid token")

    def fail(self, fault, context):
        if fault.get("hold") and context.add_callback(fault["gone"].set):
            fault["gone"].wait()
        raise ordered(fault)


def blank(answer):
    return [type(one)() for one in answer] if isinstance(answer, list) else type(answer)()


def ordered(fault):
    return Problem(fault["code"], fault.get("reason"), fault.get("message", "a fault requested by a test"))


def control(gate, store, health_servicer):
    class Control(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.answer(gate.calls)

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            engine = store.engine
            match self.path:
                case "/faults":
                    gate.order(body)
                case "/snapshot":
                    store.moments.snapshot = engine.head_revision() if body else None
                case "/forget":
                    engine.gc(engine.head_revision())
                case "/serving":
                    states = health_pb2.HealthCheckResponse
                    health_servicer.set(PERMISSIONS, states.SERVING if body else states.NOT_SERVING)
            self.answer({})

        def answer(self, value):
            body = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Control)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--token-file", required=True, help="the keys that are taken, one a line; read for each call")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--max-connection-age-ms", type=int, default=30000)
    arguments = parser.parse_args()
    parent = os.pidfd_open(os.getppid())

    store, gate, health_servicer = Store(), Gate(arguments.token_file), health.HealthServicer()
    health_servicer.set(PERMISSIONS, health_pb2.HealthCheckResponse.SERVING)
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=32), interceptors=[gate],
        options=[("grpc.max_connection_age_ms", arguments.max_connection_age_ms), ("grpc.so_reuseport", 0)])
    permission_service_pb2_grpc.add_PermissionsServiceServicer_to_server(Permissions(store), server)
    schema_service_pb2_grpc.add_SchemaServiceServicer_to_server(Schemas(store), server)
    health_pb2_grpc.add_HealthServicer_to_server(health_servicer, server)
    address = f"127.0.0.1:{arguments.port}"
    if arguments.certificate:
        with open(arguments.key, "rb") as key, open(arguments.certificate, "rb") as certificate:
            credentials = grpc.ssl_server_credentials([(key.read(), certificate.read())])
        port = server.add_secure_port(address, credentials)
    else:
        port = server.add_insecure_port(address)
    server.start()
    print(f"ready {port} {control(gate, store, health_servicer)}", flush=True)
    watch = select.poll()
    watch.register(parent, select.POLLIN)
    watch.poll()
    os._exit(0)


main()
