// What can be made to go wrong, in words, and what belongs to each: the rules of POST /_sandbox/faults.

const UPLOAD = "workflow.upload_details";

/** Each kind: its name, what it does, where it fits by itself, and its own settings with what the page begins with. */
export const KINDS = [
  { fault: "delay", name: "Late answer", what: "The answer takes longer.", settings: { delay_ms: 2000 } },
  { fault: "reset_before", name: "Reset before", what: "The connection is reset; nothing was carried out." },
  { fault: "reset_after", name: "Reset after", what: "Carried out, then the connection is reset without an answer." },
  {
    fault: "status",
    name: "HTTP status",
    what: "A status instead of an answer.",
    settings: { status: 503, retry_after: "", after: false },
  },
  { fault: "unauthorized", name: "Token refused", what: "HTTP 401, as if the token had expired." },
  {
    fault: "refuse_after_part",
    name: "Part taken",
    what: "The first contacts of an upload are taken, then it is refused.",
    operation: UPLOAD,
    settings: { part: 0.5, status: 400 },
  },
  {
    fault: "proxy_403",
    name: "Proxy’s page",
    what: "HTML as of a proxy or firewall, without an envelope.",
    settings: { status: 403, after: false },
  },
  {
    fault: "interim",
    name: "Interim answer",
    what: "102 or 103 comes ahead of the answer.",
    settings: { status: 103 },
  },
  {
    fault: "lag",
    name: "Found late",
    what: "Contacts are found only some time after they came.",
    operation: "workflow.detail_instances",
    settings: { delay_ms: 5000 },
  },
  { fault: "truncate", name: "Broken off", what: "Carried out, but the answer breaks off in the middle." },
  { fault: "tamper", name: "Changed", what: "Carried out, but the answer arrives changed." },
  { fault: "redeliver", name: "Event again", what: "An acknowledged event is sent again.", events: true },
  {
    fault: "tamper_signature",
    name: "Forged event",
    what: "A copy with a wrong signature comes ahead of the event.",
    events: true,
  },
];

/** The settings: label, and how the value is written in a field. Shares are written in percent. */
export const SETTINGS = {
  probability: { label: "Probability", unit: "%", percent: true, min: 0, max: 100 },
  times: { label: "At most", unit: "times", min: 0, placeholder: "no limit" },
  delay_ms: { label: "Delay", unit: "ms", min: 0 },
  status: { label: "Status", min: 102, max: 599 },
  retry_after: { label: "Retry-After", text: true, placeholder: "none" },
  part: { label: "Part taken", unit: "%", percent: true, min: 0, max: 100 },
  after: { label: "Carry it out first", check: true },
};
