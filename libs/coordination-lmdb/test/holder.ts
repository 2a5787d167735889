import { createInterface } from "node:readline";
import { runLeaseHolder } from "@millrace/testkit";
import { createLmdbStore } from "../src/index.ts";

// A process that holds the lease, for the spec beside it: node holder.ts <folder>.
const folder = process.argv[2] ?? "";
const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now(), setTimer: () => ({ cancel: () => undefined }) };
const random = {
  next: () => Math.random(),
  hex: (bytes: number) => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString("hex"),
};
const store = await createLmdbStore({ folder, exclusive: false }, { clock, random });
await runLeaseHolder(store, createInterface({ input: process.stdin }), (line) => {
  process.stdout.write(`${line}\n`);
});
await store.close();
