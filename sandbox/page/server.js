// The sandbox's own endpoints. Nothing else is ever asked.

/** Asks; gives the answer, or throws what the sandbox says is wrong. */
async function request(path, init) {
  const response = await fetch(`/_sandbox/${path}`, { ...init, cache: "no-store" });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? `HTTP ${response.status}`);
  return answer;
}

/** Looks at something; `query` leaves out what is empty. */
export function ask(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== "" && value !== undefined);
  return request(given.length ? `${path}?${new URLSearchParams(given)}` : path);
}

/** Changes something. */
export function tell(path, body = {}) {
  return request(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}
