import type { Cluster } from "../system/cluster.ts";
import { check } from "../scenario.ts";

interface LogLine {
  readonly event?: string;
  readonly epoch?: number;
  readonly generation?: string;
  readonly coordinator?: string;
  readonly coordinatorEpoch?: number;
}

/** Who led in each epoch, by the coordinators' own account and by that of the brokers that obeyed them. */
export interface EpochLog {
  /** Terms of coordinators that began. */
  readonly terms: number;
  readonly generations: number;
  readonly epochMax: number;
}

/**
 * No epoch of one generation of the store has two coordinators, and no broker went back to an older epoch within a generation (P9): two that lead at once would need one,
 * as each write carries its epoch and the store takes the newest only. Throws with the lines that contradict it.
 */
export function checkEpochs({ coordinators, brokers }: Pick<Cluster, "coordinators" | "brokers">): EpochLog {
  const leaders = new Map<string, string>();
  /** What brokers heard: the name of a term begins with its coordinator's. */
  const termNames = new Map<string, string>();
  let terms = 0;
  let epochMax = 0;
  const claim = (generation: string, epoch: number, leader: string, claims = leaders): void => {
    const key = `${generation} ${epoch}`;
    const known = claims.get(key);
    check(known === undefined || known === leader, `epoch ${epoch} of generation ${generation} had two coordinators: ${known}, ${leader}`);
    claims.set(key, leader);
    epochMax = Math.max(epochMax, epoch);
  };
  for (const { process } of coordinators) {
    for (const { generation = "", epoch = 0 } of eventsOf(process.log(), "coordinator.active")) {
      terms++;
      claim(generation, epoch, process.name);
    }
  }
  for (const { process } of brokers) {
    const last = { generation: "", epoch: 0 };
    for (const { generation = "", coordinatorEpoch: epoch = 0, coordinator = "" } of eventsOf(process.log(), "broker registered")) {
      claim(generation, epoch, coordinator.split("/")[0] ?? "");
      claim(generation, epoch, coordinator, termNames);
      const wentBack = generation === last.generation && epoch < last.epoch;
      check(!wentBack, `${process.name} obeyed epoch ${epoch} after ${last.epoch} of generation ${generation}`);
      Object.assign(last, { generation, epoch });
    }
  }
  const generations = new Set([...leaders.keys()].map((key) => key.split(" ")[0])).size;
  return { terms, generations, epochMax };
}

function eventsOf(log: string, event: string): LogLine[] {
  return log.split("\n").flatMap((text) => {
    if (!text.includes(`"${event}"`)) return [];
    try {
      const line = JSON.parse(text) as LogLine;
      return line.event === event ? [line] : [];
    } catch {
      return []; // a kill tore it off
    }
  });
}
