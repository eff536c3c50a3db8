"""A mail server by others, aiosmtpd: says its port, prints each letter as one line of JSON, and ends when its stdin does."""

import json
import sys

from aiosmtpd.controller import Controller


class Printer:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("unknown@"):
            return "550 no such person"
        if address.startswith("busy@"):
            return "451 later"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        say({"to": envelope.rcpt_tos, "text": envelope.content.decode()})
        return "250 taken"


def say(what):
    print(json.dumps(what), flush=True)


class Loopback(Controller):
    """Listens on a port that the system picks."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


controller = Loopback(Printer(), hostname="127.0.0.1", port=0)
controller.start()
say({"port": controller.port})
sys.stdin.read()
controller.stop()
