import assert from "node:assert/strict";
import { check, numbers, run } from "../checks.mjs";
import { create, readAll, sendAll } from "./common.mjs";

for (const compression of ["none", "gzip", "snappy", "lz4", "zstd"])
  check(compression, async () => {
    const topic = await create(compression);
    const values = numbers(200).map((number) => `value ${number} `.repeat(50));
    await sendAll(
      topic,
      values.map((value) => ({ value })),
      { compression },
    );
    assert.deepEqual(
      (await readAll(topic, values.length)).map(({ value }) => value),
      values,
    );
  });

check("acks 0, 1 and all; idempotent", async () => {
  for (const acks of [0, 1, -1]) {
    const topic = await create("acks");
    await sendAll(
      topic,
      numbers(20).map((number) => ({ value: `${number}` })),
      acks === -1 ? { acks, idempotent: true } : { acks },
    );
    assert.equal((await readAll(topic, 20)).length, 20);
  }
});

await run();
