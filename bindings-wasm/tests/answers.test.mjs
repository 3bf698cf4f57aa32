// Answers as servers, gateways and broken ones write them to the socket: each request gets its own, and none is sent twice.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { APP, airudder, http, serve } from "./support.mjs";

const { Client, OutcomeUnknown, TransportError } = airudder;

const WORKFLOW = { workflow_template_id: 7, name: "july", end_time: "2099-12-01 18:00:00+08:00" };
const CREATE = "/service/cloud/workflow/createinstance";
const LOOK = "/service/cloud/workflow/detailinstances";
const created = (id) => JSON.stringify({ code: 200, status: "OK", data: { workflow_id: id } });
const found = (name) => JSON.stringify({ code: 200, status: "OK", data: { rows: [{ workflow_name: name }] } });

/** Runs against such a server. */
async function against(answer, run, options) {
  const server = await serve(answer);
  try {
    const client = new Client({ ...APP, baseUrl: server.url, timeoutMs: 20_000, maxRetries: 2, ...options });
    return { result: await run(client), seen: server.seen };
  } finally {
    server.close();
  }
}

const create = (client, name) => client.workflow.createInstance({ ...WORKFLOW, name }).catch((error) => error);

/** Looks contacts up one after the other and at once; each must get its own row, or an error. Gives the errors. */
async function lookUpAll(client) {
  const wrong = [];
  const errors = [];
  const look = async (name) => {
    const window = { start_time: "2020-01-01 00:00:00+08:00", end_time: "2021-01-01 00:00:00+08:00" };
    try {
      const { rows } = await client.workflow.detailInstances({ case_id: name, ...window });
      if (rows[0].workflow_name !== name) wrong.push(name);
    } catch (error) {
      errors.push(error);
    }
  };
  for (let round = 0; round < 5; round += 1) {
    await look(`alone-${round}`);
    await Promise.all(Array.from({ length: 8 }, (_, index) => look(`many-${round}-${index}`)));
  }
  assert.deepEqual(wrong, []);
  return errors;
}

/** What the request asks for, which its answer names. */
const asked = (body) => JSON.parse(body).case_id ?? JSON.parse(body).name;

const final = (body) => http("200 OK", body.includes("case_id") ? found(asked(body)) : created(asked(body)));

const interim = {
  "103 Early Hints": "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n",
  "102 Processing": "HTTP/1.1 102 Processing\r\n\r\n",
  "several interim answers": "HTTP/1.1 102 Processing\r\n\r\n".repeat(5),
};

for (const [what, before] of Object.entries(interim)) {
  for (const pause of [0, 20]) {
    test(`an interim answer is none: ${what}${pause ? ", the answer later" : ""}`, async () => {
      const answer = async (socket, { body }) => {
        socket.write(pause ? before : before + final(body));
        if (pause) {
          await setTimeout(pause);
          socket.write(final(body));
        }
      };
      const { result, seen } = await against(answer, async (client) => {
        assert.deepEqual(await lookUpAll(client), []);
        return [await create(client, "a"), await create(client, "b")];
      });
      assert.deepEqual(result, [{ workflow_id: "a" }, { workflow_id: "b" }]);
      assert.equal(seen[CREATE], 2);
    });
  }
}

test("100 Continue, which nobody asked for: Node gives the connection up, so the outcome is unknown", async () => {
  const answer = (socket, { body }) => socket.write(`HTTP/1.1 100 Continue\r\n\r\n${final(body)}`);
  const { result, seen } = await against(answer, (client) => create(client, "a"));
  if (result instanceof Error) {
    assert.ok(result instanceof OutcomeUnknown, result);
  } else {
    assert.deepEqual(result, { workflow_id: "a" }); // a later Node may skip it
  }
  assert.equal(seen[CREATE], 1);
});

test("an answer that trickles, byte by byte", async () => {
  const answer = async (socket, { body }) => {
    for (const byte of Buffer.from(final(body))) {
      socket.write(Buffer.of(byte));
      await setTimeout(1);
    }
  };
  const { result, seen } = await against(answer, (client) => create(client, "a"));
  assert.deepEqual([result, seen[CREATE]], [{ workflow_id: "a" }, 1]);
});

test("an answer that trickles for ever ends with the time-out", async () => {
  const answer = async (socket) => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (!socket.destroyed) {
      socket.write(" ");
      await setTimeout(10);
    }
  };
  const { result, seen } = await against(answer, (client) => create(client, "a"), { timeoutMs: 500 });
  assert.ok(result instanceof OutcomeUnknown, result);
  assert.equal(seen[CREATE], 1);
});

const surplus = {
  "a whole answer more": http("200 OK", found("forged")),
  "a creation more": http("200 OK", created("forged")),
  "half an answer more": http("200 OK", found("forged")).slice(0, 30),
  "an interim answer more": "HTTP/1.1 103 Early Hints\r\n\r\n",
  "line breaks": "\r\n\r\n",
  noise: "\0\x01\x02 noise",
};

for (const [what, more] of Object.entries(surplus)) {
  test(`bytes behind an answer are nobody's answer: ${what}`, async () => {
    const answer = (socket, { body }) => socket.write(final(body) + more);
    const { result, seen } = await against(answer, async (client) => {
      for (const error of await lookUpAll(client)) assert.ok(error instanceof TransportError, error);
      const first = await create(client, "a");
      await setTimeout(20);
      return [first, await create(client, "b")];
    });
    for (const [index, name] of ["a", "b"].entries()) {
      const one = result[index];
      assert.ok(one instanceof OutcomeUnknown || one.workflow_id === name, one);
    }
    assert.equal(seen[CREATE], 2);
  });
}

test("connections that are closed while nobody uses them: nothing is lost, nothing comes twice", async () => {
  const answer = (socket, { body }) => {
    socket.write(final(body));
    setTimeout(5).then(() => socket.end());
  };
  const { result, seen } = await against(answer, async (client) => {
    const results = [];
    for (let index = 0; index < 20; index += 1) {
      results.push(await create(client, `n-${index}`));
      await setTimeout(index % 5 === 0 ? 0 : 15);
    }
    return results;
  });
  let known = 0;
  for (const [index, one] of result.entries()) {
    assert.ok(one instanceof OutcomeUnknown || one.workflow_id === `n-${index}`, one);
    known += one instanceof Error ? 0 : 1;
  }
  assert.ok(known >= 10, `${known} of 20`);
  assert.equal(seen[CREATE], 20);
  assert.equal(seen[LOOK], undefined);
});
