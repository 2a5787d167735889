import assert from "node:assert/strict";
import { check, numbers, run } from "../checks.mjs";
import { admin, create, readAll, sendAll } from "./common.mjs";

check("headers", async () => {
  const topic = await create("headers");
  await sendAll(topic, [{ value: "v", headers: { a: "1", b: "" } }]);
  const [{ headers }] = await readAll(topic, 1);
  assert.deepEqual(
    [...headers],
    [
      ["a", "1"],
      ["b", ""],
    ],
  );
});

check("no keys, no values", async () => {
  const topic = await create("nulls");
  await sendAll(topic, [{ value: "v" }, { key: "k" }]);
  const found = await readAll(topic, 2);
  assert.deepEqual(
    found.map(({ key, value }) => [key ?? "none", value ?? "none"]),
    [
      ["none", "v"],
      ["k", "none"],
    ],
  );
});

check("a record of 1,000,000 bytes", async () => {
  const topic = await create("large");
  const value = "0123456789".repeat(100_000);
  await sendAll(topic, [{ value }]);
  assert.equal((await readAll(topic, 1))[0].value, value);
});

check("timestamps: CreateTime, offsets for times", async () => {
  const topic = await create("times");
  const start = BigInt(Date.now() - 100_000);
  await sendAll(
    topic,
    numbers(10).map((number) => ({ value: "v", timestamp: start + BigInt(number * 1_000) })),
  );
  assert.equal((await readAll(topic, 10))[3].timestamp, start + 3_000n);
  const [{ partitions }] = await admin.listOffsets({
    topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp: start + 4_500n }] }],
  });
  assert.equal(partitions[0].offset, 5n);
});

await run();
