/** The entry `airudder/catalog`: whoever imports it has `Catalog.extend`, also in a page or a worker. */
import { base64 } from "./catalog/inlined.js";
import { provide } from "./catalog/native.js";
import { decoded } from "./runtime/base64.js";

provide(() => decoded(base64));

export { Catalog, type CatalogEvent, type CatalogOperation, type JsonSchema } from "./catalog/catalog.js";
