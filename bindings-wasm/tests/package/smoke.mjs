// What every runtime has to do with the installed package: `airudder` is what `import` or `require` gave.
export async function smoke(airudder, baseUrl) {
  const { Client, ValidationError, Webhooks, crypto } = airudder;
  const encryptionKey = "fake-key-of-16-b";
  const client = new Client({ appKey: "fake-app-key", appSecret: "fake-app-secret", baseUrl, encryptionKey });
  const details = [{ callee: "+6200012345678", platform: "TEMP1", caseid: "c-1", variables: {} }];
  const end_time = "2099-12-01 18:00:00+08:00";
  const { workflow_id } = await client.workflow.createInstance({ workflow_template_id: 7, name: "july", end_time });
  await client.workflow.uploadDetails({ workflow_id, details });
  const refused = await client.workflow.uploadDetails({ workflow_id, details: [{}] }).catch((error) => error);
  let text = "";
  const journal = {
    read: () => text,
    append: (lines) => {
      text += lines;
    },
  };
  const contacts = [{ ...details[0], caseid: "c-2" }];
  const report = await client.campaigns.run({ workflow_template_id: 7, name: "august", end_time, contacts, journal });
  const hooks = new Webhooks({ secret: "fake-hook-secret", encryptionKey, cipher: "aes-cbc:pkcs7:base64:iv=prefix" });
  const { headers, body } = hooks.seal('{"event":"message.send"}');
  const handle = hooks.fetchHandler(() => {});
  const answer = await handle(new Request("http://127.0.0.1/", { method: "POST", headers, body }));
  const own = new Webhooks({ verify: (sent, fields) => sent.length > 2 && fields.get("X-Own") === "1" });
  const sent = new Request("http://127.0.0.1/", { method: "POST", headers: { "x-own": "1" }, body: '{"event":"x"}' });
  const timed = new Webhooks({ secret: "fake-hook-secret", scheme: "slack" });
  const late = timed.sign("{}", {}, { signedAt: Date.now() - 3_600_000 });
  const checks = {
    verifier: (await own.fetchHandler(() => {})(sent)).status === 200 && code(() => own.unwrap("{}", {})) === "E5002",
    time: timed.unwrap("{}", timed.sign("{}")).verified && code(() => timed.unwrap("{}", late)) === "E5007",
    weak: typeof new Webhooks({ secret: "fake-hook-secret", scheme: "gitlab" }).weakness === "string",
    workflow: typeof workflow_id === "string",
    refused: refused instanceof ValidationError && refused.pointer.startsWith("/details/0"),
    campaign: report.accepted === 1,
    webhook: hooks.unwrap(body, headers).verified && answer.status === 200,
    crypto: crypto.digest("") === "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  };
  const failed = Object.keys(checks).filter((name) => !checks[name]);
  return failed.length === 0 ? "all good" : `failed: ${failed.join(", ")}`;
}

/** The code of the error that this throws. */
function code(run) {
  try {
    return run();
  } catch (error) {
    return error.code;
  }
}
