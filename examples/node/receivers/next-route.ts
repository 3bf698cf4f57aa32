// A route handler of Next.js: put it into `app/events/route.ts`.
import { fetchReceiver } from "../serve.js";
import { Inbox } from "../store.js";

export const POST = fetchReceiver(await Inbox.fromEnv());
