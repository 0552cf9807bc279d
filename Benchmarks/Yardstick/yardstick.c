/* The yardstick: the same I/O as one workspace command, with no domain logic, one step after another.
 * Consume a batch from a queue, write inbox + workspace + outbox rows in one transaction,
 * publish a result and an event per command with confirms, acknowledge the batch.
 * Queues are durable quorum queues; write the default vhost as %2f in URI.
 *   yardstick purge URI QUEUE 0            empty a queue
 *   yardstick listen URI EXCHANGE N        subscribe to an exchange; say "ready", "first" and, at N results, "last"
 *   yardstick fill  URI QUEUE N            publish N persistent 300-byte commands, confirmed
 *   yardstick amqp  URI QUEUE N BATCH      consume/publish/confirm/ack only
 *   yardstick pg    URI CONNINFO N BATCH   the transaction only
 *   yardstick full  URI QUEUE N BATCH CONNINFO [alike]
 *     A queue keeps what it publishes. With BATCH 1, the first output of a command with reply_to goes there.
 *     alike: messages have the sizes, properties, exchanges, channels and routing keys of the worker's, the queue keeps the
 *     events only, results have their size in the inbox, and the outbox one row for all messages of a batch.
 * OUTPUTS in the environment: messages published per command (2).
 * Prints: mode, N, batch, seconds, per second.
 * cc -O2 -I$(pg_config --includedir) yardstick.c -o yardstick -lrabbitmq -lpq */
#define _GNU_SOURCE /* memmem */
#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec / 1e9; }
static void die(const char *what) { fprintf(stderr, "yardstick: %s\n", what); exit(1); }

static amqp_connection_state_t dial(char *uri) {
  struct amqp_connection_info ci; char copy[512]; snprintf(copy, sizeof copy, "%s", uri);
  if (amqp_parse_url(copy, &ci)) die("bad uri");
  amqp_connection_state_t c = amqp_new_connection();
  if (amqp_socket_open(amqp_tcp_socket_new(c), ci.host, ci.port)) die("connect");
  if (amqp_login(c, ci.vhost, 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, ci.user, ci.password).reply_type != AMQP_RESPONSE_NORMAL) die("login");
  amqp_channel_open(c, 1);
  if (amqp_get_rpc_reply(c).reply_type != AMQP_RESPONSE_NORMAL) die("channel");
  return c;
}
/* The longest wait: whoever started this program learns that it hangs. */
static const struct timeval patience = {60, 0};
static void declare_quorum(amqp_connection_state_t c, const char *queue) {
  amqp_table_entry_t e = {amqp_cstring_bytes("x-queue-type"), {AMQP_FIELD_KIND_UTF8, {.bytes = amqp_cstring_bytes("quorum")}}};
  amqp_table_t args = {1, &e};
  amqp_queue_declare(c, 1, amqp_cstring_bytes(queue), 0, 1, 0, 0, args);
  if (amqp_get_rpc_reply(c).reply_type != AMQP_RESPONSE_NORMAL) die("queue.declare");
}
static void declare_topic(amqp_connection_state_t c, const char *exchange) {
  amqp_exchange_declare(c, 1, amqp_cstring_bytes(exchange), amqp_cstring_bytes("topic"), 0, 1, 0, 0, amqp_empty_table);
  if (amqp_get_rpc_reply(c).reply_type != AMQP_RESPONSE_NORMAL) die("exchange.declare");
}
/* What a channel has confirmed: all up to here, and beyond it these, since two queues confirm in different orders. */
static struct { uint64_t acked; char early[1 << 16]; } confirms[3];
static void await_confirms(amqp_connection_state_t c, int channel, uint64_t upto) {
  while (confirms[channel].acked < upto) {
    amqp_frame_t f;
    amqp_maybe_release_buffers(c);
    struct timeval limit = patience;
    if (amqp_simple_wait_frame_noblock(c, &f, &limit)) die("confirm");
    if (f.frame_type == AMQP_FRAME_METHOD && f.payload.method.id == AMQP_BASIC_ACK_METHOD) {
      amqp_basic_ack_t *a = f.payload.method.decoded;
      uint64_t *acked = &confirms[f.channel].acked; char *early = confirms[f.channel].early; size_t size = sizeof confirms->early;
      for (uint64_t tag = a->multiple ? *acked + 1 : a->delivery_tag; tag <= a->delivery_tag; tag++) early[tag % size] = 1;
      while (early[(*acked + 1) % size]) early[++*acked % size] = 0;
    } else die("unexpected frame");
  }
}
static int alike;
enum { result_bytes = 650, event_bytes = 640 }; /* as the worker's are */
static void publish(amqp_connection_state_t c, int channel, const char *ex, const char *key, const char *body, size_t n) {
  amqp_basic_properties_t p; memset(&p, 0, sizeof p);
  p._flags = AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG | AMQP_BASIC_CONTENT_TYPE_FLAG;
  p.delivery_mode = 2; p.message_id = amqp_cstring_bytes("01J00000000000000000000000"); p.content_type = amqp_cstring_bytes("application/json");
  amqp_table_entry_t tenant = {amqp_cstring_bytes("tenantid"), {AMQP_FIELD_KIND_UTF8, {.bytes = amqp_cstring_bytes("01J00000000000000000000000")}}};
  if (alike) {
    p._flags |= AMQP_BASIC_TYPE_FLAG | AMQP_BASIC_TIMESTAMP_FLAG | AMQP_BASIC_APP_ID_FLAG | AMQP_BASIC_CORRELATION_ID_FLAG | AMQP_BASIC_HEADERS_FLAG;
    p.content_type = amqp_cstring_bytes("application/cloudevents+json"); p.type = amqp_cstring_bytes(key); p.timestamp = 1790000000;
    p.app_id = amqp_cstring_bytes("workspace-worker"); p.correlation_id = amqp_cstring_bytes("benchmark-1-20000");
    p.headers.num_entries = 1; p.headers.entries = &tenant;
  }
  amqp_bytes_t b = {n, (void *)body};
  if (amqp_basic_publish(c, channel, amqp_cstring_bytes(ex), amqp_cstring_bytes(key), 0, 0, &p, b)) die("publish");
}
static void run(PGconn *pg, const char *sql) {
  PGresult *r = PQexec(pg, sql); ExecStatusType s = PQresultStatus(r);
  if (s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK) { fprintf(stderr, "%s\n", PQerrorMessage(pg)); exit(1); }
  PQclear(r);
}
static void prepare_tables(PGconn *pg) {
  run(pg, "drop table if exists l_inbox, l_ws, l_outbox;"
          "create table l_inbox(id text primary key, at timestamptz not null default now(), result jsonb);"
          "create table l_ws(id text primary key, tenant text not null, name text not null, parent text, at timestamptz not null default now(), unique(tenant,name));"
          "create table l_outbox(seq bigint generated always as identity primary key, agg text, kind text, payload jsonb)");
  if (alike) run(pg, "alter table l_outbox alter payload type text, alter payload set storage external");
}
static long serial;
static void commit_batch(PGconn *pg, int n) {
  /* text-array parameters: what a real worker would send */
  static char *ids, *names, *messages;
  if (!ids) { ids = malloc(64 * 4096); names = malloc(64 * 4096); messages = calloc(4097, result_bytes + event_bytes); }
  char *p = ids, *q = names; *p++ = '{'; *q++ = '{';
  for (int i = 0; i < n; i++) { serial++; p += sprintf(p, "%s01J%023ld", i ? "," : "", serial); q += sprintf(q, "%sname-%ld", i ? "," : "", serial); }
  strcpy(p, "}"); strcpy(q, "}");
  if (alike) { size_t size = (size_t)n * (result_bytes + event_bytes); memset(messages, 'x', size); messages[size] = 0; }
  const char *v[3] = {ids, names, messages};
  run(pg, "begin");
  PGresult *r = PQexecParams(pg, alike ?
    "with i as (insert into l_inbox(id,result) select x, jsonb_build_object('status','ok','id',x,'more',repeat('x',600)) from unnest($1::text[]) x on conflict do nothing),"
    " o as (insert into l_outbox(agg,kind,payload) values ('batch','messages',$3)),"
    " c as (delete from l_outbox)" /* those that were there before */
    " insert into l_ws(id,tenant,name,parent) select x,'01JTENANT00000000000000000',n,'01JROOT0000000000000000000' from unnest($1::text[],$2::text[]) t(x,n) on conflict do nothing" :
    "with i as (insert into l_inbox(id,result) select x, jsonb_build_object('status','ok','id',x) from unnest($1::text[]) x on conflict do nothing returning id),"
    " w as (insert into l_ws(id,tenant,name,parent) select x,'01JTENANT00000000000000000',n,'01JROOT0000000000000000000' from unnest($1::text[],$2::text[]) t(x,n) on conflict do nothing returning id)"
    " insert into l_outbox(agg,kind,payload) select x,'WorkspaceCreated',jsonb_build_object('workspace_id',x,'name',n,'tenant_id','01JTENANT00000000000000000','is_root',false) from unnest($1::text[],$2::text[]) t(x,n) where x in (select id from w)",
    alike ? 3 : 2, NULL, v, NULL, NULL, 0);
  if (PQresultStatus(r) != PGRES_COMMAND_OK) { fprintf(stderr, "%s\n", PQerrorMessage(pg)); exit(1); }
  if (atoi(PQcmdTuples(r)) != n) die("rows lost");
  PQclear(r); run(pg, "commit");
}
/* The results in a message: one, or as many as an array has. */
static long results_in(amqp_bytes_t body) {
  const char *at = body.bytes, *end = at + body.len, *key = "\"commandid\"";
  if (!body.len || *at != '[') return 1;
  long count = 0;
  while ((at = memmem(at, end - at, key, strlen(key)))) { count++; at += strlen(key); }
  return count;
}
/* A cheap subscriber: a quorum queue, like all others here, without acknowledgements. */
static void listen_to(char *uri, const char *exchange, long n) {
  amqp_connection_state_t c = dial(uri);
  amqp_bytes_t name = amqp_cstring_bytes("yardstick.listener");
  amqp_queue_delete(c, 1, name, 0, 0); /* what the last one was bound to */
  declare_quorum(c, "yardstick.listener");
  declare_topic(c, exchange);
  amqp_queue_bind(c, 1, name, amqp_cstring_bytes(exchange), amqp_cstring_bytes("#"), amqp_empty_table);
  amqp_basic_consume(c, 1, name, amqp_empty_bytes, 0, 1, 0, amqp_empty_table);
  if (amqp_get_rpc_reply(c).reply_type != AMQP_RESPONSE_NORMAL) die("basic.consume");
  puts("ready"); fflush(stdout);
  double first = 0;
  for (long i = 0; i < n;) {
    amqp_envelope_t e; amqp_maybe_release_buffers(c);
    if (amqp_consume_message(c, &e, &patience, 0).reply_type != AMQP_RESPONSE_NORMAL) die("consume");
    if (i == 0) { first = now(); puts("first"); fflush(stdout); }
    i += results_in(e.message.body);
    amqp_destroy_envelope(&e);
  }
  printf("last %.6f\n", now() - first);
}
int main(int argc, char **argv) {
  if (argc < 5) die("usage");
  const char *mode = argv[1]; long n; int batch = 0; double t0;
  int outputs = getenv("OUTPUTS") ? atoi(getenv("OUTPUTS")) : 2;
  char body[result_bytes]; memset(body, 'x', sizeof body);
  if (!strcmp(mode, "listen")) { listen_to(argv[2], argv[3], atol(argv[4])); return 0; }
  if (!strcmp(mode, "purge")) {
    amqp_connection_state_t c = dial(argv[2]);
    amqp_queue_purge(c, 1, amqp_cstring_bytes(argv[3]));
    if (amqp_get_rpc_reply(c).reply_type != AMQP_RESPONSE_NORMAL) die("queue.purge");
    return 0;
  }
  if (!strcmp(mode, "fill")) {
    amqp_connection_state_t c = dial(argv[2]); n = atol(argv[4]);
    declare_quorum(c, argv[3]);
    amqp_queue_purge(c, 1, amqp_cstring_bytes(argv[3])); amqp_confirm_select(c, 1); t0 = now();
    for (long i = 1; i <= n; i++) { publish(c, 1, "", argv[3], body, 300); if (i % 512 == 0) await_confirms(c, 1, i); }
    await_confirms(c, 1, n);
  } else {
    amqp_connection_state_t in = NULL, out = NULL; PGconn *pg = NULL;
    n = atol(argv[4]); batch = atoi(argv[5]);
    const char *conninfo = !strcmp(mode, "pg") ? argv[3] : argc > 6 ? argv[6] : NULL;
    alike = argc > 7;
    if (strcmp(mode, "amqp")) { pg = PQconnectdb(conninfo); if (PQstatus(pg) != CONNECTION_OK) die(PQerrorMessage(pg)); prepare_tables(pg); }
    if (strcmp(mode, "pg")) {
      in = dial(argv[2]); out = dial(argv[2]);
      amqp_queue_delete(out, 1, amqp_cstring_bytes("l.out.q"), 0, 0); /* and with it what it kept before */
      declare_topic(out, "l.out");
      declare_topic(out, "l.events");
      declare_quorum(out, "l.out.q");
      amqp_queue_bind(out, 1, amqp_cstring_bytes("l.out.q"), amqp_cstring_bytes(alike ? "l.events" : "l.out"), amqp_cstring_bytes("#"), amqp_empty_table);
      amqp_confirm_select(out, 1); amqp_channel_open(out, 2); amqp_confirm_select(out, 2);
      if (amqp_get_rpc_reply(out).reply_type != AMQP_RESPONSE_NORMAL) die("confirm.select");
      amqp_basic_qos(in, 1, 0, batch * 4, 0);
      amqp_basic_consume(in, 1, amqp_cstring_bytes(argv[3]), amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
    }
    t0 = now(); uint64_t sent[3] = {0}; char reply[256] = "";
    for (long done = 0; done < n;) {
      int k = n - done < batch ? n - done : batch; uint64_t last = 0;
      if (in) for (int i = 0; i < k; i++) {
        amqp_envelope_t e; amqp_maybe_release_buffers(in);
        if (amqp_consume_message(in, &e, &patience, 0).reply_type != AMQP_RESPONSE_NORMAL) die("consume");
        amqp_basic_properties_t *p = &e.message.properties;
        int replies = batch == 1 && p->_flags & AMQP_BASIC_REPLY_TO_FLAG;
        snprintf(reply, sizeof reply, "%.*s", replies ? (int)p->reply_to.len : 0, replies ? (char *)p->reply_to.bytes : "");
        last = e.delivery_tag; amqp_destroy_envelope(&e);
      }
      if (pg) commit_batch(pg, k);
      if (out) { for (int i = 0; i < k * outputs; i++) {
          int channel = alike ? 1 + i % 2 : 1;
          if (i == 0 && *reply) publish(out, channel, "", reply, body, 250);
          else if (alike) publish(out, channel, i % 2 ? "l.events" : "l.out", i % 2 ? "workspace.created" : "workspace.create.succeeded", body, i % 2 ? event_bytes : result_bytes);
          else publish(out, channel, "l.out", i % 2 ? "workspace.created" : "workspace.result", body, 250);
          sent[channel]++;
        }
        for (int channel = 1; channel <= 2; channel++) await_confirms(out, channel, sent[channel]); }
      if (in) amqp_basic_ack(in, 1, last, 1);
      done += k;
    }
  }
  double s = now() - t0;
  printf("%s n=%ld batch=%d seconds=%.2f per_second=%.0f\n", mode, n, batch, s, n / s);
}
