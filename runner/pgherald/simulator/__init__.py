"""A simulated Twilio: the Messages API on loopback, to develop without an account and to test against.

It answers as Twilio does, including the numbers that Twilio keeps for tests, keeps a book of what it accepted, and
reports what becomes of each text by signed callbacks. On demand it misbehaves, which Twilio does rarely enough that
nobody is ready for it: `Faults` has the ways.

`GET`, `POST` and `DELETE /_simulator/faults`, `GET /_simulator/messages`, `POST /_simulator/inbound` and
`POST /_simulator/reset` do over HTTP what the object does in the process.
"""

from pgherald.simulator.api import Simulator
from pgherald.simulator.book import Message, Request
from pgherald.simulator.faults import Fault, FaultKind, Faults

__all__ = ["Fault", "FaultKind", "Faults", "Message", "Request", "Simulator"]
