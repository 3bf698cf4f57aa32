// A catalog of one's own where nothing but the package's main entry was loaded.
import { Catalog, Client } from "airudder";

const params = { properties: { plan_id: { type: "string" } }, required: ["plan_id"] };
const operations = [{ name: "plans.get", method: "GET", path: "/service/plans/{plan_id}", params }];
let url;
try {
  const catalog = Catalog.extend({ airudder_catalog: 1, operations, events: [] });
  const client = new Client({ appKey: "fake-app-key", appSecret: "fake-app-secret", catalog });
  url = client.prepare("plans.get", { plan_id: "p-1" }).url;
} catch (error) {
  url = `${error.code} ${error.message}`;
}
console.log(url === "https://api.airudder.com/service/plans/p-1" ? "all good" : url);
