import { assertProperties, initialState, type Limits, type Mutation, type State, steps } from "./model.ts";

export interface Exploration {
  readonly states: number;
  /** Names of the steps to a broken property, and what it says. */
  readonly broken: { readonly path: readonly string[]; readonly reason: string } | undefined;
  readonly isComplete: boolean;
}

/** How a state was reached; the states on the way are not kept. */
interface Trail {
  readonly step: string;
  readonly before: Trail | undefined;
}

interface Node {
  readonly state: State;
  readonly trail: Trail | undefined;
}

/** Every state that can be reached, nearest first, so that a broken property comes with a shortest way to it. */
export function explore(limits: Limits, options: { mutation?: Mutation; statesMax: number }): Exploration {
  const { mutation } = options;
  const seen = new Set<string>();
  let level: Node[] = [{ state: initialState(limits), trail: undefined }];
  while (level.length > 0) {
    const next: Node[] = [];
    for (const node of level) {
      for (const [step, run] of steps(node.state, limits, mutation)) {
        try {
          const state = run();
          const key = keyOf(state);
          if (seen.has(key)) continue;
          seen.add(key);
          assertProperties(state);
          next.push({ state, trail: { step, before: node.trail } });
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          return { states: seen.size, broken: { path: [...pathOf(node.trail), step], reason }, isComplete: false };
        }
      }
      if (seen.size > options.statesMax) return { states: seen.size, broken: undefined, isComplete: false };
    }
    level = next;
  }
  return { states: seen.size, broken: undefined, isComplete: true };
}

function pathOf(trail: Trail | undefined): string[] {
  const path: string[] = [];
  for (let at = trail; at !== undefined; at = at.before) path.unshift(at.step);
  return path;
}

/** A short text that two states share only if they are the same. */
function keyOf(state: State): string {
  const replicas = state.replicas.map((replica) => {
    const known = replica.leader >= 0 ? replica.known.map(({ end, brokerEpoch }) => `${end}.${brokerEpoch}`).join() : "";
    const log = replica.log.map(({ epoch, value }) => `${epoch}.${value}`).join();
    const wish = replica.wish === undefined ? "" : `${replica.wish.inSync.join("")}.${replica.wish.brokerEpochs.join("")}`;
    const { isUp, brokerEpoch, synced, highWatermark, epoch, leader, partitionEpoch, inSync, epochStart } = replica;
    return `${isUp ? 1 : 0};${brokerEpoch};${log};${synced};${highWatermark};${epoch};${leader};${partitionEpoch};${inSync.join("")};${epochStart};${known};${wish}`;
  });
  const { leader, epoch, partitionEpoch, inSync, brokerEpochs, isFenced, committed, crashesLeft, wipesLeft, recordsLeft, wishesLeft } =
    state;
  return [
    ...replicas,
    leader,
    epoch,
    partitionEpoch,
    inSync.join(""),
    brokerEpochs.join(""),
    isFenced.map(Number).join(""),
    committed.join(),
    crashesLeft,
    wipesLeft,
    recordsLeft,
    wishesLeft,
  ].join("|");
}

/** Random ways through the model, each from a seed of its own: deeper than every state can be looked at. */
export function walk(limits: Limits, options: { mutation?: Mutation; walks: number; stepsMax: number; seed: number }): Exploration {
  const { mutation, walks, stepsMax, seed } = options;
  let states = 0;
  for (let number = 0; number < walks; number++) {
    const next = randomFrom(seed + number);
    const path: string[] = [];
    let state = initialState(limits);
    try {
      for (let step = 0; step < stepsMax; step++) {
        const possible = steps(state, limits, mutation);
        const chosen = possible[Math.floor(next() * possible.length)];
        if (chosen === undefined) break;
        path.push(chosen[0]);
        state = chosen[1]();
        states++;
        assertProperties(state);
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { states, broken: { path: [`seed ${seed + number}`, ...path], reason }, isComplete: false };
    }
  }
  return { states, broken: undefined, isComplete: false };
}

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let at = seed | 0;
  return () => {
    at = (at + 0x6d2b79f5) | 0;
    let mixed = Math.imul(at ^ (at >>> 15), 1 | at);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
