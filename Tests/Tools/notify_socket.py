"""notify_socket.py PATH: a service manager's socket, as sd_notify(3) writes to it: prints each assignment on a line."""
import socket
import sys

with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
    manager.bind(sys.argv[1])
    print("listening", flush=True)
    while True:
        print(manager.recv(4096).decode("utf-8"), flush=True)
