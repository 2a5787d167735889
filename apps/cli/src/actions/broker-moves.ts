import { setTimeout as sleep } from "node:timers/promises";
import type { BrokerLoad } from "@millrace/contracts";
import type { Client } from "@millrace/client";
import type { MoveOptions } from "../commands/broker.ts";
import { MOVES_POLL_MS } from "../limits.ts";
import type { GlobalOptions } from "../options.ts";
import { bar } from "../output/bar.ts";
import { jsonLine } from "../output/json.ts";
import type { CliWorld } from "../world.ts";
import { brokerOf } from "./broker.ts";
import { withClient } from "./with-client.ts";

/** Replicas of a broker that are still to move. */
interface Left {
  readonly replicas: number;
  readonly leaders: number;
}

interface Move {
  readonly id: number;
  readonly verb: "drain" | "add";
  readonly options: MoveOptions & GlobalOptions;
  readonly world: CliWorld;
  left(load: BrokerLoad): Left;
}

/** `broker drain` */
export async function drainBroker(id: number, options: MoveOptions & GlobalOptions, world: CliWorld): Promise<void> {
  const left = ({ replicas, leaders }: BrokerLoad): Left => ({ replicas, leaders });
  await withClient(options, world, async (client) => {
    const partitions = await client.admin().drainBroker(id, { validateOnly: options.dryRun ?? false });
    await follow(client, partitions, { id, verb: "drain", options, world, left });
  });
}

/** `broker add` */
export async function addBroker(id: number, options: MoveOptions & GlobalOptions, world: CliWorld): Promise<void> {
  const left = ({ arriving }: BrokerLoad): Left => ({ replicas: arriving, leaders: 0 });
  await withClient(options, world, async (client) => {
    const partitions = await client.admin().addBroker(id, { validateOnly: options.dryRun ?? false });
    await follow(client, partitions, { id, verb: "add", options, world, left });
  });
}

/** Says what is planned, and shows how far it is until nothing is left or the user has seen enough. */
async function follow(client: Client, planned: number, move: Move): Promise<void> {
  const { id, verb, options, world } = move;
  const isDryRun = options.dryRun === true;
  if (isDryRun || options.wait === false) {
    const sentence = verb === "drain" ? `off broker ${id}` : `to broker ${id}`;
    const result = { brokerId: id, partitions: planned, dryRun: isDryRun };
    return world.write(
      options.json === true ? jsonLine(result) : `${planned} replicas ${isDryRun ? "would move" : "are moving"} ${sentence}\n`,
    );
  }
  let total: number | undefined;
  let last = "";
  while (!world.interrupt.aborted) {
    const left = move.left(brokerOf(await client.admin().describeBrokers(), id));
    total = Math.max(total ?? 0, left.replicas);
    const done = total - left.replicas;
    const line = `${bar(done, total)} ${done}/${total} replicas moved${left.leaders > 0 ? `, leads ${left.leaders}` : ""}`;
    if (options.json === true && line !== last) await world.write(jsonLine({ brokerId: id, moved: done, total, leaders: left.leaders }));
    else world.progress(`broker ${id}: ${line}`);
    last = line;
    if (left.replicas === 0 && left.leaders === 0) {
      world.progress("");
      if (options.json !== true)
        await world.write(`broker ${id}: ${verb === "drain" ? "empty" : "has its share"}, ${total} replicas moved\n`);
      return;
    }
    await sleep(MOVES_POLL_MS, undefined, { signal: world.interrupt }).catch(() => undefined); // aborted: the loop ends
  }
  world.progress("");
  world.note(`replicas go on moving; millrace broker status ${id} shows how far it is`);
}
