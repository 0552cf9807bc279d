#pragma once
#include <sys/time.h>
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#include <amqp_ssl_socket.h>

/* amqp_login_with_properties is variadic, which Swift does not import: one call per SASL mechanism. */
static inline amqp_rpc_reply_t amqp_login_plain(
    amqp_connection_state_t connection, const char *vhost, int frame_max, int heartbeat,
    const amqp_table_t *properties, const char *user, const char *password) {
  return amqp_login_with_properties(connection, vhost, 0, frame_max, heartbeat, properties,
                                    AMQP_SASL_METHOD_PLAIN, user, password);
}

static inline amqp_rpc_reply_t amqp_login_external(
    amqp_connection_state_t connection, const char *vhost, int frame_max, int heartbeat,
    const amqp_table_t *properties, const char *identity) {
  return amqp_login_with_properties(connection, vhost, 0, frame_max, heartbeat, properties,
                                    AMQP_SASL_METHOD_EXTERNAL, identity);
}
