import type { TransactionDetails } from "@millrace/client";
import type { TransactionListOptions } from "../commands/transaction.ts";
import type { GlobalOptions } from "../options.ts";
import { jsonLine } from "../output/json.ts";
import { table } from "../output/table.ts";
import type { CliWorld } from "../world.ts";
import { withClient } from "./with-client.ts";

const OPEN = "Ongoing";

/** `transaction list` */
export async function listTransactions(
  { state = [], openFor = 0, ...options }: TransactionListOptions & GlobalOptions,
  world: CliWorld,
): Promise<void> {
  await withClient(options, world, async (client) => {
    const found = await client.admin().listTransactions({ states: state, openForMs: openFor });
    if (options.json === true) {
      for (const each of found) await world.write(jsonLine(each));
      return;
    }
    if (found.length === 0) world.note(state.length > 0 || openFor > 0 ? "no such transactions" : "no transactional ids yet");
    else
      await world.write(
        table(
          ["transactional id", "state", "producer", "epoch", "open for", "coordinator"],
          found.map((each) => [
            each.transactionalId,
            each.state,
            String(each.producerId),
            String(each.producerEpoch),
            openForText(each, world.wallMs()),
            String(each.coordinatorBrokerId),
          ]),
        ),
      );
  });
}

/** `transaction describe` */
export async function describeTransaction(id: string, options: GlobalOptions, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    const found = await client.admin().describeTransaction(id);
    if (options.json === true) return world.write(jsonLine(found));
    const { state, producerId, producerEpoch, timeoutMs, coordinatorBrokerId, partitions } = found;
    const open = state === OPEN ? `, open for ${openForText(found, world.wallMs())} of ${seconds(timeoutMs)}` : "";
    await world.write(
      `transactional id ${id}: ${state}${open}, producer ${producerId} epoch ${producerEpoch}, coordinator broker ${coordinatorBrokerId}\n`,
    );
    if (partitions.length === 0) world.note("no partitions are in a transaction");
    else
      await world.write(
        table(
          ["topic", "partition"],
          partitions.map(({ topic, partition }) => [topic, String(partition)]),
        ),
      );
  });
}

/** `transaction abort` */
export async function abortTransaction(id: string, options: GlobalOptions, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    const before = await client.admin().abortTransaction(id);
    const isAborted = before.state === OPEN;
    if (options.json === true) return world.write(jsonLine({ transactionalId: id, aborted: isAborted, stateBefore: before.state }));
    await world.write(
      isAborted
        ? `transaction of ${id} is aborted, its producer is fenced\n`
        : `${id} has no open transaction (${before.state}): nothing to abort\n`,
    );
  });
}

function openForText({ state, startedAtMs }: TransactionDetails, nowMs: number): string {
  return state === OPEN ? seconds(Math.max(0, nowMs - startedAtMs)) : "–";
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
