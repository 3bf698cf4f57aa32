// A receiver, and a delivery to it, for the tests of webhooks.
import { airudder } from "./support.mjs";

const { Webhooks } = airudder;

export const SECRET = "fake-hook-secret";
export const hooks = () => new Webhooks({ secret: SECRET });
export const SENT = '{"event":"channel.message.sent","call_id":"c-1","messages":[]}';
export const delivery = (one, body) => new Request("http://x/", { method: "POST", body, headers: one.sign(body) });
