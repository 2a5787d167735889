import { create } from "@bufbuild/protobuf";
import { expect, it } from "@jest/globals";
import { type CallContext, InitProducerIdRequestSchema } from "@millrace/contracts";
import { producerId } from "@millrace/model";
import { ManualClock } from "@millrace/testkit";
import { transactionHandlers } from "./transactions.ts";

const FRESH = producerId(7);

/** What is given back of the ids that InitProducerId took, when the coordinator answers so. */
async function givenBack(submit: () => Promise<unknown>): Promise<unknown[]> {
  const returned: unknown[] = [];
  const producerIds = { take: () => Promise.resolve(FRESH), giveBack: (id: unknown) => void returned.push(id) };
  const context = { coordinators: { submit }, view: {}, ports: { clock: new ManualClock() } };
  const handlers = transactionHandlers(context as never, { producerIds } as never);
  const request = create(InitProducerIdRequestSchema, { transactionalId: "x" });
  await Promise.resolve(handlers.initProducerId(request, {} as CallContext)).catch(() => undefined);
  return returned;
}

it("gives a fresh producer id back only if it is certain that nobody has it: a failed append may be in the log", async () => {
  const initialised = (id: number) => () => Promise.resolve({ kind: "initialised", producerId: producerId(id), producerEpoch: 1 });
  expect(await givenBack(initialised(3))).toEqual([FRESH]);
  expect(await givenBack(initialised(7))).toEqual([]);
  expect(await givenBack(() => Promise.reject(new Error("no longer the leader")))).toEqual([]);
});
