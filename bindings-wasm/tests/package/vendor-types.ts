// A catalog's generated types, `vendor.d.ts`, beside the package's own.
import { Catalog, Client, Webhooks } from "airudder";
import type { VendorClient, VendorEvents } from "./vendor.js";

export async function right(text: string): Promise<string | undefined> {
  const catalog = Catalog.extend(text);
  const client = new Client({ catalog }) as VendorClient;
  const windows = [{ days: [1], from: "09:00", to: "18:00" }];
  const { plan_id } = await client.plans.create({ name: "spring", template_id: "t-1", windows });
  const { response } = await client.plans.get({ plan_id }, { timeoutMs: 1000 }).withResponse();
  const runs = await client.call("plans.list_runs", { plan_id });
  const robots = await client.call("robots.list", {});
  const curl: string = client.prepare("plans.delete", { plan_id }).curl();
  const hooks = new Webhooks<VendorEvents>({ secret: "fake-secret", catalog })
    .on("plan.finished", ({ data }) => data.counts.called.toFixed())
    .on("message.send", (event) => event.data);
  const event = hooks.unwrap("{}", {}, { kind: "plan.finished" });
  if (event.known && event.type === "plan.finished") {
    const called: number = event.data.counts.called;
    return `${called} ${curl} ${runs} ${robots} ${response.status}`;
  }
  return catalog.operations[0]?.docs;
}

export async function wrong(client: VendorClient, hooks: Webhooks<VendorEvents>): Promise<void> {
  // @ts-expect-error no such field
  await client.plans.create({ naem: "spring", template_id: "t-1", windows: [] });
  // @ts-expect-error a field is missing
  await client.plans.get({});
  // @ts-expect-error no such operation
  await client.plans.creat({});
  // @ts-expect-error no such operation
  await client.call("plans.creat", {});
  // @ts-expect-error a wrong type
  client.prepare("plans.get", { plan_id: 7 });
  // @ts-expect-error no such result
  (await client.plans.get({ plan_id: "p" })).plna_id;
  // @ts-expect-error no such event
  hooks.on("plan.finnished", () => {});
  // @ts-expect-error no such field
  hooks.on("plan.finished", ({ data }) => data.cuonts);
  // @ts-expect-error a receiver without the catalog's events
  new Webhooks({ secret: "fake-secret" }).on("plan.finished", () => {});
  // @ts-expect-error a catalog is what Catalog.extend gives
  new Client({ catalog: {} });
  // @ts-expect-error it is made by extend alone
  new Catalog("{}");
}
