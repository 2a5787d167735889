import type { ChaosFault, ChaosRig, Inflicted } from "./chaos-fault.ts";

async function killRedis({ cluster: { redis } }: ChaosRig): Promise<Inflicted> {
  await redis.process.kill();
  return { victim: "redis", heal: () => redis.process.start() };
}

function pauseRedis({ cluster: { redis } }: ChaosRig): Promise<Inflicted> {
  redis.process.pause();
  const heal = (): Promise<void> => {
    redis.process.resume();
    return Promise.resolve();
  };
  return Promise.resolve({ victim: "redis", heal });
}

/** Redis goes away and comes back with all that it had acknowledged. */
export const REDIS_FAULTS: readonly ChaosFault[] = [
  { kind: "redis killed", weight: 2, holdMs: [0, 8_000], inflict: killRedis },
  { kind: "redis paused", weight: 2, holdMs: [500, 8_000], inflict: pauseRedis },
];
