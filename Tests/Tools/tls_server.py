"""tls_server.py CERTIFICATE KEY [postgres]: prints its port and speaks TLS with whoever comes, as far as the handshake.
With `postgres` it first agrees to TLS as PostgreSQL does (an SSLRequest of eight bytes, answered by S)."""
import socket
import ssl
import sys

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
with socket.create_server(("127.0.0.1", 0)) as server:
    print(server.getsockname()[1], flush=True)
    while True:
        connection, _ = server.accept()
        try:
            if sys.argv[3:] == ["postgres"]:
                connection.recv(8)
                connection.sendall(b"S")
            context.wrap_socket(connection, server_side=True).close()
        except OSError:
            connection.close()
