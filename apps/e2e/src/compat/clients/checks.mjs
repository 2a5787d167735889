// How a JavaScript script tells what works: one JSON line per check, {"check": name, "error": text or null}. Its first argument is the broker's address.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

export const ADDRESS = process.argv[2];
const checks = [];

/** Registers a check. */
export const check = (name, run) => void checks.push({ name, run });

/** Runs every check in order; the rest go on when one fails. Ends the process, whatever a client leaves open. */
export async function run() {
  for (const { name, run } of checks) {
    const startMs = performance.now();
    let error = null;
    try {
      await run();
    } catch (thrown) {
      error = thrown instanceof Error ? (thrown.stack ?? thrown.message).split("\n").slice(0, 6).join("\n") : String(thrown);
    }
    console.log(JSON.stringify({ check: name, error, seconds: Math.round(performance.now() - startMs) / 1000 }));
  }
  process.exit(0);
}

/** A name that no other run has used. */
export const unique = (name) => `${name}-${randomBytes(4).toString("hex")}`;

export const numbers = (count, start = 0) => Array.from({ length: count }, (_, index) => start + index);

export async function until(what, holds, withinMs = 40_000) {
  for (let waited = 0; !(await holds()); waited += 50) {
    assert.ok(waited < withinMs, `not within ${withinMs} ms: ${typeof what === "function" ? what() : what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** One member, a second comes, the second leaves; `send()` writes 100 records each time and all are read. `join(name, found)` resolves to its leave. */
export async function joinAndLeave(join, send, startFirst = 0) {
  const found = { a: new Set(), b: new Set() };
  const all = () => new Set([...found.a, ...found.b]).size;
  let sent = startFirst;
  const sendAndRead = async () => {
    await send();
    sent += 100;
    await until(
      () => `all is read ${all()} of ${sent}`,
      () => all() === sent,
    );
  };
  const leaveFirst = await join("a", found.a);
  await sendAndRead();
  const leaveSecond = await join("b", found.b);
  // The new protocol moves partitions at the members' heartbeats, every 5 s.
  await until("the second member reads", async () => {
    await sendAndRead();
    await new Promise((resolve) => setTimeout(resolve, 200));
    return found.b.size > 0;
  });
  await leaveSecond();
  await sendAndRead();
  await leaveFirst();
}
