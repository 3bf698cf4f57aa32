// Express, in TypeScript. Run it with AIRUDDER_WEBHOOK_SECRET; PORT is where it listens.
import type { AddressInfo } from "node:net";
import express from "express";
import { nodeReceiver } from "../serve.js";
import { Inbox } from "../store.js";

const inbox = await Inbox.fromEnv();

const app = express();
// Ahead of `express.json()`, which would parse the bytes away that the signature is about.
app.post("/events", nodeReceiver(inbox));
app.use(express.json());

const server = app.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}/events`);
});
