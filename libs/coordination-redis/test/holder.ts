import { createInterface } from "node:readline";
import { runLeaseHolder } from "@millrace/testkit";
import { createRedisStore } from "../src/index.ts";
import { testPorts, testSettings } from "./redis-for-tests.ts";

// A process that holds the lease, for the spec beside it: node holder.ts <cluster>.
const store = await createRedisStore(testSettings(process.argv[2] ?? ""), testPorts);
await runLeaseHolder(store, createInterface({ input: process.stdin }), (line) => {
  process.stdout.write(`${line}\n`);
});
await store.close();
