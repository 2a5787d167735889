import { afterEach, beforeEach, expect, it } from "@jest/globals";
import type { Admin } from "@millrace/client";
import { TRANSACTION_STATE_TOPIC } from "@millrace/model";
import { bytes, World } from "./world.ts";

let world: World;
let admin: Admin;

beforeEach(async () => {
  world = await World.create([1, 2]);
  await world.createTopic("out", { partitions: 2 });
  await world.createTopic(TRANSACTION_STATE_TOPIC, { partitions: 4 });
  admin = world.client().admin();
});
afterEach(() => world.stop());

async function open(transactionalId: string) {
  const producer = world.client().producer({ transactionalId });
  await world.run(producer.open(["out"]));
  producer.beginTransaction();
  await world.run(producer.sendAndWait("out", { value: bytes("x"), partition: 1 }));
  return producer;
}

it("finds the transactions of all brokers, and aborts one that hangs", async () => {
  for (const id of ["a", "b", "c"]) await open(id);
  const hanging = await open("d");
  const listed = await world.run(admin.listTransactions({ states: ["ongoing"] }));
  expect(listed.map(({ transactionalId, state }) => [transactionalId, state])).toEqual(["a", "b", "c", "d"].map((id) => [id, "Ongoing"]));
  expect(new Set(listed.map(({ coordinatorBrokerId }) => coordinatorBrokerId)).size).toBe(2);
  expect((await world.run(admin.describeTransaction("d"))).partitions).toEqual([{ topic: "out", partition: 1 }]);
  expect((await world.run(admin.abortTransaction("d"))).state).toBe("Ongoing");
  await expect(world.run(hanging.commitTransaction())).rejects.toMatchObject({ kind: "fenced" });
  const after = await world.run(admin.describeTransaction("d"));
  expect([after.state, after.partitions]).toEqual(["Empty", []]);
  expect((await world.run(admin.abortTransaction("d"))).state).toBe("Empty");
  expect((await world.run(admin.listTransactions({ states: ["Ongoing"] }))).map(({ transactionalId }) => transactionalId)).toEqual([
    "a",
    "b",
    "c",
  ]);
});

it("finds those that are open for long, and says of unknown ids that they are", async () => {
  await open("old");
  await world.run(world.clock.advance(30_000));
  await open("new");
  expect((await world.run(admin.listTransactions({ openForMs: 20_000 }))).map(({ transactionalId }) => transactionalId)).toEqual(["old"]);
  await expect(world.run(admin.describeTransaction("nobody"))).rejects.toMatchObject({ code: "transactional-id-not-found" });
});
