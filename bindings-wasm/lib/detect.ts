/** The entry `airudder/detect`: whoever imports it has `crypto.detect`, also in a page or a worker. */
import { provide } from "./detect/detect.js";
import { base64 } from "./detect/inlined.js";
import { decoded } from "./runtime/base64.js";

provide(() => decoded(base64));

export type { Captured, Detection } from "./detect/captured.js";
export { detect } from "./detect/detect.js";
