// What a server sees at its socket: a request that may phone somebody comes once, whatever goes wrong with it.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import * as undici6 from "undici";
import * as undici7 from "undici-7";
import { APP, airudder, canned, closedPort, http, serve, TOKEN, warnings } from "./support.mjs";

const { Client, OutcomeUnknown, TransportError } = airudder;

const WORKFLOW = { workflow_template_id: 7, name: "july", end_time: "2099-12-01 18:00:00+08:00" };
const CREATED = '{"code":200,"status":"OK","data":{"workflow_id":"w-1"}}';
const CREATE = "/service/cloud/workflow/createinstance";

/** How a call ends against such a server, and how often the server saw it. */
async function outcome(answer, options, call = (client) => client.workflow.createInstance(WORKFLOW)) {
  const server = await serve(answer);
  try {
    const client = new Client({ ...APP, baseUrl: server.url, timeoutMs: 60_000, ...options });
    const result = await call(client).catch((error) => error);
    return { result, seen: server.seen[CREATE] ?? 0, all: server.seen };
  } finally {
    server.close();
  }
}

const doubtful = {
  "the connection is reset without an answer": (socket) => socket.resetAndDestroy(),
  "the connection is closed without an answer": (socket) => socket.end(),
  "the answer breaks off": (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{"),
  "the answer is no HTTP": (socket) => socket.end("what?\r\n\r\n"),
  "a gateway fails": (socket) => socket.write(http("502 Bad Gateway", "")),
  "the answer cannot be read": (socket) => socket.write(http("200 OK", "<html>")),
};

for (const [what, answer] of Object.entries(doubtful)) {
  test(`sent once, outcome unknown: ${what}`, async () => {
    const { result, seen } = await outcome(answer);
    assert.ok(result instanceof OutcomeUnknown, result);
    assert.equal(result.outcome, "unknown");
    assert.equal(seen, 1);
  });

  test(`sent once over a connection that was used before: ${what}`, async () => {
    // This is where clients of HTTP like to try again by themselves.
    const used = [];
    const { result, seen } = await outcome(
      (socket, { head, onSocket }) => {
        if (head.includes("/service/cloud/robot")) {
          socket.write(http("200 OK", '{"code":200,"data":[]}'));
        } else {
          used.push(onSocket);
          answer(socket);
        }
      },
      {},
      async (client) => {
        await client.robots.list();
        await setTimeout(20); // the connection goes back to the pool
        return client.workflow.createInstance(WORKFLOW);
      },
    );
    assert.ok(result instanceof OutcomeUnknown, result);
    assert.equal(seen, 1);
    assert.ok(used[0] > 1, "the connection was a new one");
  });
}

for (const status of ["301 Moved", "302 Found", "307 Temporary Redirect", "401 Unauthorized"]) {
  test(`not followed and not repeated by the runtime: ${status}`, async () => {
    const { result, seen, all } = await outcome((socket) => socket.write(http(status, "", "Location: /elsewhere")));
    assert.ok(result instanceof Error);
    // What is behind a redirect may have been carried out.
    assert.equal(result.outcome, status.startsWith("3") ? "unknown" : "rejected");
    assert.equal(seen, status.startsWith("401") ? 2 : 1); // a token that was refused is renewed, once
    assert.equal(all["/elsewhere"], undefined);
  });
}

const sentOnce = (options) => async () => {
  const heads = [];
  const { result, seen } = await outcome((socket, { head, body }) => {
    heads.push([head, body.length]);
    socket.write(http("421 Misdirected Request", ""));
  }, options);
  assert.equal(result.outcome, "unknown");
  assert.equal(seen, 1);
  const [[head, length]] = heads;
  assert.match(head, new RegExp(`content-length: ${length}(\r\n|$)`, "i"));
  assert.doesNotMatch(head, /transfer-encoding/i);
  await options.dispatcher?.close();
};

test("sent once, in one piece, though fetch would take another connection after a 421", sentOnce({}));
for (const [what, options] of Object.entries({
  "a dispatcher": { dispatcher: new undici6.Agent() },
  "undici 6": { fetch: undici6.fetch, dispatcher: new undici6.Agent() },
  "undici 7": { fetch: undici7.fetch, dispatcher: new undici7.Agent() },
})) {
  test(`sent once, in one piece, after a 421, with ${what}`, sentOnce(options));
}

test("a recording that stops coming ends with the time limit", async () => {
  const stalling = (socket) =>
    socket.write("HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nContent-Length: 9\r\n\r\nRIFF");
  const begin = performance.now();
  const { result } = await outcome(stalling, { timeoutMs: 500 }, async (client) => {
    const file = await client.tasks.recording(RECORDING);
    await setTimeout(1000); // what its reader does meanwhile does not count
    return file.bytes();
  });
  assert.ok(result instanceof TransportError, result);
  assert.deepEqual([result.code, result.outcome], ["E7002", "accepted"]);
  assert.ok(performance.now() - begin < 10_000);
});

test("sent once: no answer comes in time", async () => {
  const { result, seen } = await outcome(() => {}, { timeoutMs: 1000 });
  assert.ok(result instanceof OutcomeUnknown);
  assert.equal(seen, 1);
});

test("sent once: a fetch that does not heed its signal is cut off, too", async () => {
  let sent = 0;
  const deaf = (url) => {
    sent += 1;
    return url.endsWith("/auth") ? Promise.resolve(new Response(TOKEN)) : new Promise(() => {});
  };
  const client = new Client({ ...APP, timeoutMs: 50, fetch: deaf });
  await assert.rejects(client.workflow.createInstance(WORKFLOW), OutcomeUnknown);
  assert.equal(sent, 2);
});

test("sent once: the answer is of no use", async () => {
  for (const useless of [undefined, null, {}, { status: 0, headers: [] }, { status: 200, headers: 7 }]) {
    let sent = 0;
    const fetch = async (url) => {
      sent += 1;
      return url.endsWith("/auth") ? new Response(TOKEN) : useless;
    };
    const error = await new Client({ ...APP, fetch }).workflow.createInstance(WORKFLOW).catch((error) => error);
    assert.ok(error instanceof OutcomeUnknown, error);
    assert.equal(sent, 2);
  }
});

test("aborted on its way: the outcome is unknown, and the reason is the cause", async () => {
  const another = await outcome((socket) => socket.write(http("400 Bad Request", "")));
  for (const reason of [
    new Error("the user went away"),
    Object.assign(new Error("the database refused"), { code: "ECONNREFUSED", syscall: "connect" }),
    another.result, // of this library
  ]) {
    const controller = new AbortController();
    const { result, seen } = await outcome(
      () => controller.abort(reason),
      {},
      (client) => client.workflow.createInstance(WORKFLOW, { signal: controller.signal }),
    );
    assert.ok(result instanceof OutcomeUnknown, result);
    assert.equal(result.cause, reason);
    assert.equal(seen, 1);
  }
});

test("aborted where that is harmless: the signal's reason is thrown", async () => {
  const reason = new Error("the user went away");
  const before = await outcome(
    () => {},
    {},
    (client) => client.workflow.createInstance(WORKFLOW, { signal: AbortSignal.abort(reason) }),
  );
  assert.equal(before.result, reason);
  assert.equal(before.seen, 0);

  const controller = new AbortController();
  const search = await outcome(
    () => controller.abort(reason),
    {},
    (client) =>
      client.workflow.detailInstances(
        { case_id: "c", start_time: "2020-01-01 00:00:00+08:00", end_time: "2021-01-01 00:00:00+08:00" },
        { signal: controller.signal },
      ),
  );
  assert.equal(search.result, reason);
});

test("an aborted token request keeps nobody else waiting", async () => {
  const { fetch } = globalThis;
  const controller = new AbortController();
  let tokens = 0;
  const slowOnce = async (url, init) => {
    if (url.endsWith("/auth")) {
      tokens += 1;
      if (tokens === 1) {
        await new Promise((_, reject) => init.signal.addEventListener("abort", () => reject(init.signal.reason)));
      }
    }
    return fetch(url, init);
  };
  const server = await serve((socket) => socket.write(http("200 OK", CREATED)));
  try {
    const client = new Client({ ...APP, baseUrl: server.url, fetch: slowOnce });
    const first = client.workflow.createInstance(WORKFLOW, { signal: controller.signal });
    const second = client.workflow.createInstance(WORKFLOW);
    await setTimeout(50);
    controller.abort(new Error("enough"));
    await assert.rejects(first, /enough/);
    assert.deepEqual(await second, { workflow_id: "w-1" });
    assert.equal(tokens, 2);
  } finally {
    server.close();
  }
});

test("an answer that would fill the memory is not read: the outcome is unknown", async () => {
  let written = 0;
  const endless = (socket) => {
    socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const more = () => {
      while (!socket.destroyed && socket.write(`10000\r\n${" ".repeat(0x10000)}\r\n`)) written += 0x10000;
    };
    socket.on("drain", more);
    more();
  };
  const { result, seen } = await outcome(endless, { maxResponseBytes: 1_000_000 });
  assert.ok(result instanceof OutcomeUnknown, result);
  assert.deepEqual([result.outcome, seen], ["unknown", 1]);
  assert.match(result.message, /more than 1000000 bytes: raise maxResponseBytes/);
  assert.ok(written < 50_000_000, "it was read to no end");

  const search = { case_id: "c", start_time: "2020-01-01 00:00:00+08:00", end_time: "2021-01-01 00:00:00+08:00" };
  const options = { maxResponseBytes: 1_000_000, maxRetries: 0 };
  const { result: found } = await outcome(endless, options, (client) => client.workflow.detailInstances(search));
  assert.ok(found instanceof TransportError, found);
  assert.deepEqual([found.code, found.outcome], ["E7004", "unknown"]);
});

test("the limit is in bytes, and a file has none", async () => {
  const limit = CREATED.length;
  const answer = (socket, { head }) =>
    head.includes("/createinstance")
      ? socket.write(http("200 OK", CREATED))
      : socket.write(http("200 OK", "RIFF".repeat(limit), "Content-Type: audio/wav"));
  assert.deepEqual((await outcome(answer, { maxResponseBytes: limit })).result, { workflow_id: "w-1" });
  assert.equal((await outcome(answer, { maxResponseBytes: limit - 1 })).result.code, "E7005");
  const { result } = await outcome(answer, { maxResponseBytes: limit }, async (client) =>
    (await client.tasks.recording(RECORDING)).bytes(),
  );
  assert.equal(result.length, limit * 4);
});

const RECORDING = { TaskID: "t", Callee: "+6200012345678" };

/** A recording that breaks off in the middle, read in one way. */
const broken = (read) =>
  outcome(
    (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nContent-Length: 999\r\n\r\nRIFF"),
    {},
    async (client) => read(await client.tasks.recording(RECORDING)),
  );

test("a recording that breaks off is no whole one, and says so", async () => {
  const folder = mkdtempSync(join(tmpdir(), "airudder-"));
  try {
    for (const read of [(file) => file.bytes(), (file) => writeFile(join(folder, "call.wav"), file.stream)]) {
      const { result } = await broken(read);
      assert.ok(result instanceof TransportError, result);
      assert.deepEqual([result.code, result.outcome], ["E7003", "accepted"]);
      assert.ok(result.cause instanceof Error);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("one signal for many calls and recordings: no warning, and no listener stays", async () => {
  const { signal } = new AbortController();
  const waiting = () => getEventListeners(signal, "abort").length;
  const answer = async (socket, { head }) => {
    await setTimeout(20); // all of them are under way at once
    if (head.includes("/createinstance")) {
      socket.write(http("200 OK", CREATED));
    } else if (head.includes("broken")) {
      socket.end("HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nContent-Length: 999\r\n\r\nRIFF");
    } else {
      socket.write(http("200 OK", "RIFF", "Content-Type: audio/wav"));
    }
  };
  let result;
  const seen = await warnings(async () => {
    ({ result } = await outcome(answer, {}, async (client) => {
      const recording = (TaskID = "t") => client.tasks.recording({ ...RECORDING, TaskID }, { signal });
      await Promise.all(Array.from({ length: 40 }, () => client.workflow.createInstance(WORKFLOW, { signal })));
      assert.equal(waiting(), 0);
      const files = await Promise.all(Array.from({ length: 40 }, () => recording()));
      assert.equal(waiting(), 1);
      for (const file of files.slice(20)) await file.stream.cancel();
      assert.equal(waiting(), 1);
      for (const file of files.slice(0, 20)) assert.equal((await file.bytes()).length, 4);
      assert.equal(waiting(), 0);
      await assert.rejects((await recording("broken")).bytes(), { code: "E7003" });
      assert.equal(waiting(), 0);
    }));
  });
  assert.equal(result, undefined); // an assertion that failed is a result, too
  assert.deepEqual(seen, []);
});

test("many calls that wait for their next try are aborted by one signal", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  let result;
  let answers = 0;
  const answer = (socket) => {
    socket.write(http("503 Service Unavailable", "", "Retry-After: 5"));
    answers += 1;
    if (answers === 20) setTimeout(500).then(() => controller.abort(reason));
  };
  const seen = await warnings(async () => {
    ({ result } = await outcome(answer, {}, async (client) => {
      const options = { signal: controller.signal };
      const calls = Array.from({ length: 20 }, () => client.workflow.createInstance(WORKFLOW, options));
      for (const { reason: thrown } of await Promise.allSettled(calls)) assert.equal(thrown, reason);
    }));
  });
  assert.equal(result, undefined);
  assert.deepEqual(seen, []);
  assert.equal(getEventListeners(controller.signal, "abort").length, 0);
});

test("a recording may be aborted, or not be read at all", async () => {
  const controller = new AbortController();
  const reason = new Error("the user went away");
  const never = (socket) =>
    socket.write("HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nContent-Length: 999\r\n\r\nRIFF");
  const { result } = await outcome(never, {}, async (client) => {
    const file = await client.tasks.recording(RECORDING, { signal: controller.signal });
    controller.abort(reason);
    return file.bytes();
  });
  assert.equal(result, reason);
  const { result: nothing } = await outcome(never, {}, async (client) => {
    const file = await client.tasks.recording(RECORDING);
    return file.stream.cancel();
  });
  assert.equal(nothing, undefined);
});

test("sent again where it surely had no effect", async () => {
  const { result, seen } = await outcome((socket, { count }) =>
    socket.write(count < 3 ? http("503 Service Unavailable", "", "Retry-After: 0") : http("200 OK", CREATED)),
  );
  assert.deepEqual(result, { workflow_id: "w-1" });
  assert.equal(seen, 3);
});

for (const [what, stop] of Object.entries({
  "stands still": (now) => () => now,
  "is set back an hour with each look": (now) => {
    let looks = 0;
    return () => now - 3_600_000 * looks++;
  },
})) {
  test(`a clock that ${what} keeps no call waiting for ever, and lets none go on at once`, async () => {
    const { now } = Date;
    const { now: elapsed } = performance;
    const began = elapsed.call(performance);
    for (const both of [false, true]) {
      Date.now = stop(now());
      if (both) performance.now = () => 7;
      try {
        const { result, seen } = await outcome((socket, { count }) =>
          socket.write(count === 1 ? http("503 Service Unavailable", "", "Retry-After: 1") : http("200 OK", CREATED)),
        );
        assert.deepEqual([result, seen], [{ workflow_id: "w-1" }, 2]);
      } finally {
        Date.now = now;
        performance.now = elapsed;
      }
    }
    assert.ok(performance.now() - began > 1900);
  });
}

test("a clock that is set forward ends no deadline and no wait", async () => {
  const { now } = Date;
  try {
    const { result, seen } = await outcome(
      (socket, { count }) => {
        Date.now = () => now() + 1e10;
        socket.write(count === 1 ? http("503 Service Unavailable", "", "Retry-After: 0") : http("200 OK", CREATED));
      },
      {},
      (client) => client.workflow.createInstance(WORKFLOW, { deadlineMs: 60_000 }),
    );
    assert.deepEqual([result, seen], [{ workflow_id: "w-1" }, 2]);
  } finally {
    Date.now = now;
  }
});

test("no cache keeps an answer", async () => {
  const { fetch, sent } = canned({ body: TOKEN }, { body: CREATED });
  await new Client({ ...APP, fetch }).workflow.createInstance(WORKFLOW);
  assert.deepEqual(
    sent.map(({ cache }) => cache),
    ["no-store", "no-store"],
  );
});

test("a server may ask for a wait of months, and the caller decides", async () => {
  const { result, seen } = await outcome((socket) =>
    socket.write(http("429 Too Many Requests", "", "Retry-After: 9999999")),
  );
  assert.deepEqual([result.code, result.retry, result.outcome], ["E3002", { afterMs: 9_999_999_000 }, "rejected"]);
  assert.equal(seen, 1);
});

test("sent again where no connection was made", async () => {
  const server = await serve((socket) => socket.write(http("200 OK", CREATED)));
  const closed = await closedPort();
  let tries = 0;
  const flaky = (url, init) => {
    tries += 1;
    return fetch(tries === 1 ? closed : url, init);
  };
  try {
    const client = new Client({ ...APP, baseUrl: server.url, fetch: flaky });
    assert.deepEqual(await client.workflow.createInstance(WORKFLOW), { workflow_id: "w-1" });
    assert.equal(server.seen[CREATE], 1);
  } finally {
    server.close();
  }
});

test("a name that does not exist is a connection that was not made", async () => {
  // A label of more than 63 letters exists nowhere, so nobody is asked for it.
  const client = new Client({ ...APP, baseUrl: `https://${"a".repeat(64)}.invalid`, maxRetries: 0 });
  await assert.rejects(client.workflow.createInstance(WORKFLOW), (error) => {
    assert.ok(error instanceof TransportError);
    assert.equal(error.code, "E7001");
    return true;
  });
});

test("a broken connection with the number of one that was not made is told apart", async () => {
  const client = new Client({
    ...APP,
    maxRetries: 0,
    fetch: async (url) => {
      if (url.endsWith("/auth")) return new Response(TOKEN);
      throw Object.assign(new TypeError("fetch failed"), {
        cause: Object.assign(new Error("read EHOSTUNREACH"), { code: "EHOSTUNREACH", syscall: "read" }),
      });
    },
  });
  await assert.rejects(client.workflow.createInstance(WORKFLOW), OutcomeUnknown);
});
