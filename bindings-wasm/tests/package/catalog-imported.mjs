// A catalog in a page or a worker: it was imported.
import { Client } from "airudder";
import { Catalog } from "airudder/catalog";

export function made() {
  const params = { properties: { plan_id: { type: "string" } }, required: ["plan_id"] };
  const operations = [{ name: "plans.get", method: "GET", path: "/service/plans/{plan_id}", params }];
  const catalog = Catalog.extend({ airudder_catalog: 1, operations, events: [] });
  const client = new Client({ appKey: "fake-app-key", appSecret: "fake-app-secret", catalog });
  const { url } = client.prepare("plans.get", { plan_id: "p-1" });
  return url === "https://api.airudder.com/service/plans/p-1" ? "all good" : `failed: ${url}`;
}

console.log(made());
