import type { BrokerLoad, OngoingReassignment } from "@millrace/contracts";
import { cliError } from "../errors.ts";
import type { GlobalOptions } from "../options.ts";
import { jsonLine } from "../output/json.ts";
import { table } from "../output/table.ts";
import type { CliWorld } from "../world.ts";
import { withClient } from "./with-client.ts";

const HEADING = ["broker", "state", "address", "rack", "leaders", "replicas", "out of sync", "arriving", "leaving"];

/** `broker list` */
export async function listBrokers(options: GlobalOptions, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    const brokers = await client.admin().describeBrokers();
    if (options.json === true) for (const load of brokers) await world.write(jsonLine({ ...load, state: stateOf(load) }));
    else await world.write(table(HEADING, brokers.map(rowOf)));
  });
}

/** `broker status` */
export async function brokerStatus(id: number, options: GlobalOptions, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    const load = brokerOf(await client.admin().describeBrokers(), id);
    const moves = (await client.admin().listReassignments()).filter(
      ({ addingReplicas, removingReplicas }) => addingReplicas.includes(id) || removingReplicas.includes(id),
    );
    if (options.json === true) return world.write(jsonLine({ ...load, state: stateOf(load), moves }));
    await world.write(table(HEADING, [rowOf(load)]));
    if (moves.length > 0) await world.write(`\n${table(["partition", "replicas", "adding", "removing", ""], moves.map(moveRow))}`);
  });
}

/** Fails with what a user who mistyped a number needs to hear. */
export function brokerOf(brokers: readonly BrokerLoad[], id: number): BrokerLoad {
  const found = brokers.find(({ broker }) => broker?.brokerId === id);
  if (found === undefined) throw cliError("unknown-broker", `there is no broker ${id}: millrace broker list names them`);
  return found;
}

function rowOf(load: BrokerLoad): readonly string[] {
  const { broker, leaders, replicas, outOfSync, arriving, leaving } = load;
  const numbers = [leaders, replicas, outOfSync, arriving, leaving].map(String);
  return [String(broker?.brokerId), stateOf(load), broker?.address ?? "", broker?.rack ?? "", ...numbers];
}

function stateOf({ broker, replicas }: BrokerLoad): string {
  if (broker?.draining === true) return replicas === 0 ? (broker.fenced ? "drained, away" : "drained") : "draining";
  if (broker?.fenced === true) return "away";
  if (broker?.stopping === true) return "stopping";
  return broker?.diskFull === true ? "disk full" : "up";
}

function moveRow({ topic, partition, replicas, addingReplicas, removingReplicas, started }: OngoingReassignment): readonly string[] {
  return [
    `${topic}-${partition}`,
    replicas.join(" "),
    addingReplicas.join(" ") || "–",
    removingReplicas.join(" ") || "–",
    started ? "under way" : "waiting",
  ];
}
