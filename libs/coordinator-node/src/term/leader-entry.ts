import { z } from "zod";
import type { CoordinationStore } from "@millrace/ports";
import type { FencedStore } from "./fenced-store.ts";

const KEY = "coordinator";

const leaderSchema = z.object({ coordinatorId: z.string(), address: z.string(), epoch: z.number() });

/** Who leads and where: standbys answer with it. A hint only; the lease decides. */
export type LeaderEntry = z.output<typeof leaderSchema>;

export async function writeLeader(store: FencedStore, leader: LeaderEntry): Promise<void> {
  await store.commit([{ key: KEY, expect: "any", value: new TextEncoder().encode(JSON.stringify(leader)) }]);
}

/** The address of the leader of this epoch; empty while it has not written it yet. */
export async function readLeaderAddress(store: CoordinationStore, epoch: number): Promise<string> {
  const entry = await store.read(KEY);
  if (entry === undefined) return "";
  const parsed = leaderSchema.safeParse(JSON.parse(new TextDecoder().decode(entry.value)));
  return parsed.success && parsed.data.epoch === epoch ? parsed.data.address : "";
}
