"""An OTLP receiver: prints its port, then the body of each request to /v1/traces on a line."""
import http.server


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        isTraces = self.path == "/v1/traces" and self.headers["Content-Type"] == "application/json"
        if isTraces:
            print(body.decode("utf-8"), flush=True)
        self.send_response(200 if isTraces else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_port, flush=True)
server.serve_forever()
