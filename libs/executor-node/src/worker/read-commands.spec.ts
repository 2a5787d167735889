import { expect, it } from "@jest/globals";
import { create, toBinary } from "@bufbuild/protobuf";
import { type WorkerCommand, WorkerCommandSchema } from "@millrace/contracts";
import { BoundedQueue } from "@millrace/stdx";
import { settle } from "@millrace/testkit";
import { readCommands } from "./read-commands.ts";

const mark = (batch: bigint) => ({ case: "mark", value: { batch } }) as const;
const recorded = (batch: bigint) => ({ case: "planRecorded", value: { batch } }) as const;

it("tells of a stored plan at once, although commands before it wait for their turn", async () => {
  const commands = new BoundedQueue<Uint8Array>({ weightMax: 10 });
  for (const command of [mark(1n), mark(2n), recorded(2n), mark(3n)])
    commands.tryPush(toBinary(WorkerCommandSchema, create(WorkerCommandSchema, { command })));
  commands.end();
  const waiting = new BoundedQueue<WorkerCommand>({ weightMax: 10 });
  const stored: number[] = [];
  void readCommands(commands, { waiting, planRecorded: (batch) => void stored.push(batch) });
  await settle();
  expect(stored).toEqual([2]);
  const taken: unknown[] = [];
  for await (const { command } of waiting) taken.push(command.value);
  expect(taken).toMatchObject([{ batch: 1n }, { batch: 2n }, { batch: 3n }]);
});

it("ends with what is wrong with a command", async () => {
  const commands = new BoundedQueue<Uint8Array>({ weightMax: 10 });
  commands.tryPush(new Uint8Array([255]));
  const waiting = new BoundedQueue<WorkerCommand>({ weightMax: 10 });
  void readCommands(commands, { waiting, planRecorded: () => undefined });
  await expect(waiting[Symbol.asyncIterator]().next()).rejects.toThrow();
});
