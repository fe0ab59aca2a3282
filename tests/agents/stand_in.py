"""stand_in.py FOLDER - stands where a model's address would be, for agents under test. Nothing leaves the machine.

It speaks the streaming Responses API on a port of its own (FOLDER/port), and is the agents' proxy as well: whatever else
they would look up outside is written to FOLDER/outside and refused. What a user said is written, byte for byte, to
FOLDER/turns/NNN.txt, the whole request to FOLDER/requests/NNN.json; questions that an agent asks for itself (a title for
the session) are answered and counted there alone.

It does what the newest user text says, as a model would that does exactly that:
    stand-in: hold           answers when FOLDER/release is there
    stand-in: run COMMAND    has the agent run it
    stand-in: ask COMMAND    has the agent run it with more rights than it has, so that it must ask a person
    …/DONE.marker and DONE … has the agent write the marker that the prompt asks for
    anything else            says a word
"""

import http.server
import json
import os
import re
import sys
import threading
import time

FOLDER = sys.argv[1]
HOLD_SECONDS = 120

lock = threading.Lock()
count = {"turns": 0, "requests": 0}


def keep(kind, ending, data):
    with lock:
        count[kind] += 1
        number = count[kind]
    path = os.path.join(FOLDER, kind, "%03d.%s" % (number, ending))
    with open(path + ".new", "wb") as file:
        file.write(data)
    os.rename(path + ".new", path)
    return number


def newest_user_text(request):
    for item in reversed(request["input"]):
        if item.get("role") == "user":
            return "".join(part.get("text", "") for part in item["content"] if part.get("type") == "input_text")
    return ""


def tools_of(request):
    return {tool.get("name") for tool in request.get("tools") or [] if tool.get("type") == "function"}


def order_of(text):
    """What the text has the agent do: kind, command."""
    order = re.search(r"^stand-in: (hold|run|ask) ?(.*)$", text, re.M)
    if order:
        return order[1], order[2]
    path = re.search(r"\S*runs/(\w+)/(\w+)/DONE\.marker", text)
    token = path and re.search(r"DONE %s %s\b" % (path[1], path[2]), text)
    if token:
        return "run", "mkdir -p '%s' && echo '%s' > '%s'" % (os.path.dirname(path[0]), token[0], path[0])
    return "say", ""


def call(tools, command, asking):
    """The agent's own tool that runs a command."""
    if "exec_command" in tools:
        arguments = {"cmd": command}
        if asking:
            arguments.update(sandbox_permissions="require_escalated", justification="May this be done?")
        return "exec_command", arguments
    return "bash", {"command": command, "description": "does what the prompt says"}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def refuse(self, status):
        with lock, open(os.path.join(FOLDER, "outside"), "a", encoding="utf-8") as file:
            file.write("%s %s\n" % (self.command, self.path))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def do_CONNECT(self):
        self.refuse(403)

    def do_GET(self):
        self.refuse(403)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/v1/responses":
            self.refuse(403)
            return
        request = json.loads(body)
        number = keep("requests", "json", body)
        tools, text = tools_of(request), newest_user_text(request)
        kind, command = order_of(text) if tools else ("say", "")
        answered = request["input"][-1].get("type") == "function_call_output"
        if tools and not answered:
            keep("turns", "txt", text.encode())
        self.begin(number)
        if kind == "hold":
            self.hold()
        if kind in ("run", "ask") and not answered:
            self.tool_call(number, *call(tools, command, kind == "ask"))
        else:
            self.say(number, "Answer %d." % number)
        self.end(number)

    # The events of a streamed answer.

    def event(self, kind, **fields):
        data = ("event: %s\ndata: %s\n\n" % (kind, json.dumps({"type": kind, **fields}))).encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def begin(self, number):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.event("response.created", response=self.response(number))

    def hold(self):
        last = time.monotonic() + HOLD_SECONDS
        while time.monotonic() < last and not os.path.exists(os.path.join(FOLDER, "release")):
            time.sleep(0.05)

    def item(self, begun, done, *between):
        self.event("response.output_item.added", output_index=0, item=begun)
        for kind, fields in between:
            self.event(kind, output_index=0, item_id=begun["id"], **fields)
        self.event("response.output_item.done", output_index=0, item=done)

    def say(self, number, text):
        part = {"type": "output_text", "text": text, "annotations": []}
        message = {"type": "message", "id": "msg_%d" % number, "role": "assistant"}
        self.item(
            {**message, "status": "in_progress", "content": []},
            {**message, "status": "completed", "content": [part]},
            ("response.output_text.delta", {"content_index": 0, "delta": text}),
        )

    def tool_call(self, number, name, arguments):
        order = {"type": "function_call", "id": "fc_%d" % number, "call_id": "call_%d" % number, "name": name}
        text = json.dumps(arguments)
        self.item(
            {**order, "status": "in_progress", "arguments": ""},
            {**order, "status": "completed", "arguments": text},
            ("response.function_call_arguments.delta", {"delta": text}),
            ("response.function_call_arguments.done", {"arguments": text}),
        )

    def response(self, number, **more):
        return {"id": "resp_%d" % number, "object": "response", "created_at": 1, "model": "one", "output": [], **more}

    def end(self, number):
        usage = {
            "input_tokens": 1,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 1,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 2,
        }
        self.event("response.completed", response=self.response(number, status="completed", usage=usage))
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """An agent that breaks off a turn closes the line; that is no fault of ours."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


for each in count:
    os.makedirs(os.path.join(FOLDER, each), exist_ok=True)
server = Server(("127.0.0.1", int(sys.argv[2]) if len(sys.argv) > 2 else 0), Handler)
with open(os.path.join(FOLDER, "port.new"), "w", encoding="utf-8") as port:
    port.write("%d\n" % server.server_port)
os.rename(os.path.join(FOLDER, "port.new"), os.path.join(FOLDER, "port"))
server.serve_forever()
