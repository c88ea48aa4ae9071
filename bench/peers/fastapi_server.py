"""FastAPI with a dictionary of orchestrators. The argument is a file of SQLite; without one nothing is kept."""

import asyncio
import json
import socket
import sqlite3
import sys
import uuid

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

QUESTIONS = 50
FOLLOW_UPS = 3


class Orchestrator:
    """One interview, as course.mjs has it."""

    def __init__(self):
        self.question_index = 0
        self.follow_ups = 0
        self.answered = 0

    def advance(self):
        self.answered += 1
        if self.follow_ups < FOLLOW_UPS:
            self.follow_ups += 1
        else:
            self.question_index = (self.question_index + 1) % QUESTIONS
            self.follow_ups = 0

    def prompt(self):
        about = f"part {self.question_index + 1} of it"
        is_question = self.follow_ups == 0
        return {
            "id": f"question-{self.question_index + 1}.{self.follow_ups}.{self.answered}",
            "kind": "question" if is_question else "followUp",
            "text": f"How does a service stay correct when {about} fails while requests are being repeated?"
            if is_question
            else f"And what about the record of an attempt, so that a repeated one finds what was done before, in {about}?",
            "index": self.question_index + 1,
            "total": QUESTIONS,
        }


app = FastAPI()
orchestrators = {}
db = None
if len(sys.argv) > 1:
    db = sqlite3.connect(sys.argv[1], isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute(
        "CREATE TABLE answer (interview TEXT, number INTEGER, prompt TEXT, text TEXT, PRIMARY KEY (interview, number))"
    )


@app.websocket("/")
async def serve(websocket: WebSocket):
    await websocket.accept()
    interview_id = str(uuid.uuid4())
    orchestrator = orchestrators[interview_id] = Orchestrator()

    async def show():
        view = {"type": "view", "seq": orchestrator.answered, "state": "QUESTIONING", "prompt": orchestrator.prompt()}
        await websocket.send_text(json.dumps(view))

    try:
        await show()
        while True:
            frame = json.loads(await websocket.receive_text())
            prompt_id, text = frame.get("promptId"), frame.get("text")
            if prompt_id != orchestrator.prompt()["id"] or not isinstance(text, str) or not text.strip():
                continue
            if db is not None:
                db.execute("INSERT INTO answer VALUES (?, ?, ?, ?)", (interview_id, orchestrator.answered, prompt_id, text))
            orchestrator.advance()
            await show()
    except WebSocketDisconnect:
        del orchestrators[interview_id]


async def main():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="websockets"))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.listen(1024)
    print(json.dumps({"msg": "listening", "url": url}, separators=(",", ":")), flush=True)
    await server.serve(sockets=[listener])


try:
    import uvloop

    uvloop.install()
except ImportError:
    pass
asyncio.run(main())
