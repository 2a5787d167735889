// A worker's part of the history (docs/protocol/history.md): its own file, times from the machine's monotonic clock; the scenario merges and numbers the lines.
import { appendFileSync } from "node:fs";

export class History {
  constructor({ history, client, firstProcess }) {
    this.path = history;
    this.client = client;
    this.nextProcess = firstProcess;
  }

  newProcess() {
    return this.nextProcess++;
  }

  write(p, type, f, v, extra = {}) {
    const t = Number(process.hrtime.bigint());
    appendFileSync(this.path, `${JSON.stringify({ t, p, type, f, client: this.client, v, ...extra })}\n`);
  }
}

/** mulberry32 */
export function createChance(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  return { next, integer: (end) => Math.floor(next() * end) };
}

export const payload = (number, source = "") => `${number}:${source}:${String.fromCharCode(97 + (number % 26)).repeat(number % 200)}`;
export const key = (number) => `k${number % 97}`;
export const name = (topic, partition) => `${topic}-${partition}`;

export function messageOf(number) {
  return { key: key(number), value: payload(number), headers: { n: String(number) } };
}

/** A read as the history wants it, with what is wrong with it. `header` is the value of the one header. */
export function read(offset, recordKey, value, header) {
  const text = value?.toString() ?? "";
  const [word, source] = text.split(":");
  const number = Number(word);
  if (!Number.isSafeInteger(number) || source === undefined) return [Number(offset), -1, `payload ${text.slice(0, 40)}`];
  if (text !== payload(number, source)) return [Number(offset), number, "payload differs"];
  if (recordKey?.toString() !== key(number)) return [Number(offset), number, `key ${recordKey}`];
  if (header?.toString() !== String(number)) return [Number(offset), number, `header ${header}`];
  return [Number(offset), number];
}

/** Runs until it is asked to leave. `step` says how to end. */
export function untilStopped(step) {
  const state = { isStopping: false };
  process.once("SIGTERM", () => {
    state.isStopping = true;
  });
  return step(state);
}

export const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
