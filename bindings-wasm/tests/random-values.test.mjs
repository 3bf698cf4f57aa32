// Values of any kind as parameters, contacts and settings: a request that says the same, or an error that names the place.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { check, Mine, named, value } from "./chance.mjs";
import { APP, airudder, contacts, TOKEN, vectors } from "./support.mjs";

const { Catalog, Client, crypto, partitionOf, ValidationError, Webhooks } = airudder;

/** The JSON text of a value that was not refused. */
function said(value) {
  if (typeof value !== "object" || value === null) {
    return typeof value === "bigint" || Object.is(value, -0) ? String(value) : JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map(said).join(",")}]`;
  }
  const fields = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{${fields.map(([name, one]) => `${JSON.stringify(name)}:${said(one)}`).join(",")}}`;
}

/** What is thrown of such a value: the library's own error, which names a place, or the program's. */
function refused(error) {
  if (!(error instanceof Mine)) {
    assert.ok(named(error) instanceof ValidationError, error);
    assert.equal(typeof error.pointer, "string", error);
  }
}

const signs = { signKey: "fake-key", signSecret: "fake-sign-secret" };
const fetch = async () => new Response(TOKEN);
const client = new Client({ ...APP, ...signs, baseUrl: "https://api.example.test", fetch });
const cases = vectors("operation").cases.filter(({ operation }) => operation !== "auth.token");
const PARAMS = Object.fromEntries(cases.reverse().map(({ operation, params }) => [operation, params]));

/** Where in parameters something may stand. */
function* places(value, path = []) {
  for (const [name, one] of Object.entries(Object(value))) {
    yield [...path, name];
    if (typeof one === "object") {
      yield* places(one, [...path, name]);
    }
  }
}
const CHANGES = Object.entries(PARAMS).flatMap(([operation, params]) =>
  [["new field"], ...places(params)].map((path) => [operation, path]),
);

test("a value somewhere in parameters is sent as it is, or refused with its place", () => {
  const sent = ([operation, path], value, strict) => {
    const params = structuredClone(PARAMS[operation]);
    const parent = path.slice(0, -1).reduce((inner, step) => inner[step], params);
    parent[path.at(-1)] = value;
    try {
      const { body, url } = client.prepare(operation, params, { strict });
      assert.ok(url.startsWith("https://api.example.test/"));
      const read = JSON.parse(Buffer.from(body).toString() || "{}");
      const all = Object.entries(JSON.parse(said(params)));
      assert.deepEqual(read, Object.fromEntries(all.filter(([name]) => Object.hasOwn(read, name))));
    } catch (error) {
      refused(error);
    }
    client.prepare(operation, PARAMS[operation]);
  };
  check(fc.property(fc.constantFrom(...CHANGES), value, fc.boolean(), sent));
});

test("any JSON is sent as it is", async () => {
  let body;
  const answer = '{"code":200,"data":{"token":"fake"}}';
  const fetch = async (url, init) => {
    body = url.endsWith("/auth") ? body : init.body;
    return new Response(answer, { headers: { "content-type": "application/json" } });
  };
  const sending = new Client({ ...APP, fetch });
  const sent = async (json) => {
    body = null;
    try {
      await sending.request("POST", "/service/things", { json });
    } catch (error) {
      refused(error);
      return;
    }
    assert.equal(body === null ? undefined : Buffer.from(body).toString(), said(json));
  };
  await check(fc.asyncProperty(value, sent));
});

test("odd contacts are rejected, and the others are not", async () => {
  const [first, second] = contacts(2);
  const contact = fc.oneof(
    value,
    fc
      .record({ callee: fc.oneof(value, fc.constant("+62 812 000 000")), caseid: value })
      .map((one) => ({ ...first, ...one })),
  );
  const others = [first, second].map((one, index) => ({ ...one, callee: `+628120000000${index}` }));
  const checked = async (odd, defaultCountry) => {
    let report;
    try {
      report = await client.campaigns.check({ contacts: [others[0], ...odd, others[1]], defaultCountry });
    } catch (error) {
      assert.ok(error instanceof Mine, error);
      return;
    }
    assert.equal(report.accepted + report.rejected.length, odd.length + 2);
    assert.ok(report.rejected.every(({ contact, code }) => contact % (odd.length + 1) !== 0 && code.startsWith("E10")));
  };
  await check(fc.asyncProperty(fc.array(contact, { maxLength: 4 }), fc.constantFrom(undefined, "ID"), checked));
});

const OPTIONS = ["timeoutMs", "deadlineMs", "maxRetries", "strict", "baseUrl", "headers", "signal", "other"];
const CLIENT = ["appKey", "appSecret", "baseUrl", "authScheme", "encryptionKey", "requireEncryption", "signKey"].concat(
  ["signSecret", "signScheme", "timeoutMs", "maxRetries", "requestsPerSecond", "strict", "fetch", "dispatcher"],
  ["maxResponseBytes", "catalog", "logger", "other"],
);
const WEBHOOKS = ["secret", "scheme", "tolerance", "verify", "encryptionKey", "cipher", "requireSignature"].concat([
  "requireEncryption",
  "signKey",
  "maxBodyBytes",
  "maxDepth",
  "catalog",
  "other",
]);
const CAMPAIGN = ["workflow_template_id", "name", "end_time", "contacts", "batchSize", "inFlight", "settleMs"].concat(
  ["lookupsInFlight", "allowDuplicates", "defaultCountry", "retryRejected", "journalKey", "sameAccount", "recover"],
  ["requireJournal", "partition", "maxRejected", "maxRejectedShare", "maxOutageMs", "maxDoubtfulBatches", "rate"],
  ["window", "windowMarginMs", "suppress", "suppressCaseIds", "deadlineMs", "stopAt", "onProgress", "signal", "other"],
);
const campaign = (one) =>
  client.campaigns.run({
    workflow_template_id: 7,
    name: "july",
    end_time: "2099-12-01 18:00:00+08:00",
    contacts: [],
    journal: { read: () => "", append: () => {} },
    ...one,
  });

test("an odd setting is refused by its name", async () => {
  const settings = fc.oneof(
    fc.tuple(
      fc.constant((one) => client.prepare("robots.list", {}, one)),
      fc.constantFrom(...OPTIONS),
    ),
    fc.tuple(
      fc.constant((one) => new Client({ ...APP, ...one })),
      fc.constantFrom(...CLIENT),
    ),
    fc.tuple(
      fc.constant((one) => new Webhooks({ secret: "fake", ...one })),
      fc.constantFrom(...WEBHOOKS),
    ),
    fc.tuple(fc.constant(campaign), fc.constantFrom(...CAMPAIGN)),
  );
  const set = async ([make, name], value) => {
    try {
      await make({ [name]: value });
    } catch (error) {
      assert.ok(error instanceof Mine || named(error), error);
    }
    client.prepare("robots.list", {});
  };
  await check(fc.asyncProperty(settings, value, set));
});

const KEY = "fake-key-16bytes";
const HOOKS = new Webhooks({ secret: "fake", requireSignature: false });
/** Functions that take texts, bytes and header fields, with arguments that fit. */
const FUNCTIONS = [
  [crypto.encrypt, ["text", KEY, {}]],
  [crypto.decrypt, ["dGV4dA==", KEY, {}]],
  [crypto.digest, ["text"]],
  [crypto.sign, ["text", "secret", {}]],
  [crypto.verify, ["00", "text", "secret", {}]],
  [(...all) => HOOKS.unwrap(...all), ["{}", {}, {}]],
  [(...all) => HOOKS.sign(...all), ["{}", {}, {}]],
  [(...all) => HOOKS.seal(...all), ["{}", {}, {}]],
  [(...all) => client.prepare(...all), ["robots.list", {}, {}]],
  [partitionOf, [{ callee: "+6200012345678" }, 4]],
  [Catalog.extend, ["{}"]],
];
const NAMES = ["cipher", "iv", "headers", "scheme", "key", "method", "url", "plain", "kind", "receivedAt", "signedAt"];

test("an odd argument is refused, and never by a fault of the module", () => {
  const called = ([call, args], index, value, name) => {
    const given = [...args];
    const at = index % given.length;
    given[at] = at > 0 && name !== undefined ? { [name]: value } : value;
    try {
      call(...given);
    } catch (error) {
      assert.ok(error instanceof Mine || named(error), error);
    }
  };
  check(fc.property(fc.constantFrom(...FUNCTIONS), fc.nat(4), value, fc.constantFrom(undefined, ...NAMES), called));
});
