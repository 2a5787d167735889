import { setTimeout as delay } from "node:timers/promises";
import type { ProgressWatch } from "../replicated/progress-watch.ts";
import { check, type ScenarioContext } from "../scenario.ts";
import { waitFor } from "../system/wait-for.ts";
import { type ChaosFault, type ChaosRig, type Inflicted, someFault } from "./chaos-fault.ts";
import type { Timeline } from "./timeline.ts";

const OVERLAP_SHARE = 0.2;
const GAP_MS_MAX = 1_500;
/** Liveness: when all faults have ended, every partition must take writes within this. Connections that a cut left half open take their time. */
const RECOVERY_MS_MAX = 120_000;
const ACKNOWLEDGED_MIN = 20;

/** One random fault after another, now and then two at once; after each every partition must take writes again. */
export class ChaosRun {
  readonly #rig: ChaosRig;
  readonly #faults: readonly ChaosFault[];
  readonly #watch: ProgressWatch;
  readonly #timeline: Timeline;
  readonly #say: ScenarioContext["say"];

  constructor(rig: ChaosRig, of: { faults: readonly ChaosFault[]; watch: ProgressWatch; timeline: Timeline; say: ScenarioContext["say"] }) {
    this.#rig = rig;
    this.#faults = of.faults.filter((fault) => fault.isPossible?.(rig) ?? true);
    this.#watch = of.watch;
    this.#timeline = of.timeline;
    this.#say = of.say;
  }

  async until(endMs: number): Promise<void> {
    while (this.#timeline.nowMs < endMs) {
      const { random } = this.#rig;
      const first = someFault(this.#faults, random);
      // Of two that hit the same process at once the second could not be inflicted.
      const others = this.#faults.filter(({ kind }) => kind !== first.kind && subjectOf(kind) !== subjectOf(first.kind));
      const faults = random.next() < OVERLAP_SHARE && others.length > 0 ? [first, someFault(others, random)] : [first];
      await this.#inflict(faults);
      await delay(random.next() * GAP_MS_MAX);
    }
  }

  async #inflict(faults: readonly ChaosFault[]): Promise<void> {
    this.#watch.reset();
    const ends = await Promise.all(faults.map((fault) => this.#one(fault)));
    const before = this.#watch.acknowledged;
    const healedMs = this.#timeline.nowMs;
    const what = faults.map(({ kind }) => kind).join(" and ");
    await waitFor(`writes to every partition after: ${what}`, RECOVERY_MS_MAX, () =>
      Promise.resolve(this.#allMoved(before) ? true : undefined),
    );
    const recoveryMs = this.#timeline.nowMs - healedMs;
    for (const { kind, victim, startMs, endMs, led } of ends) {
      const unavailableMs = led === undefined || faults.length > 1 ? undefined : this.#outageMs(led);
      this.#timeline.faults.push({ kind, victim, startMs, endMs, recoveryMs, ...(unavailableMs !== undefined && { unavailableMs }) });
      const outage = unavailableMs === undefined ? "" : `, its partitions unavailable for ${unavailableMs} ms`;
      this.#say(
        `${this.#timeline.faults.length}. ${kind}: ${victim} for ${endMs - startMs} ms${outage}; writes everywhere after ${recoveryMs} ms`,
      );
    }
  }

  async #one(fault: ChaosFault) {
    const led = fault.kind === "leader killed" ? await this.#rig.leaders() : undefined;
    const startMs = this.#timeline.nowMs;
    const inflicted: Inflicted = await fault.inflict(this.#rig);
    const [minMs, maxMs] = fault.holdMs;
    await delay(minMs + this.#rig.random.next() * (maxMs - minMs));
    await inflicted.heal();
    const victimId = inflicted.killedLeader?.id;
    const ledByVictim = led?.flatMap((leader, partition) => (leader === victimId ? [partition] : []));
    return { kind: fault.kind, victim: inflicted.victim, startMs, endMs: this.#timeline.nowMs, led: ledByVictim };
  }

  #outageMs(led: readonly number[]): number | undefined {
    check(this.#watch.longestMs.length > 0, "nothing is watched");
    return led.length === 0 ? undefined : Math.round(Math.max(...led.map((partition) => this.#watch.longestMs[partition] ?? 0)));
  }

  #allMoved(before: readonly number[]): boolean {
    return this.#watch.acknowledged.every((count, partition) => count >= (before[partition] ?? 0) + ACKNOWLEDGED_MIN);
  }
}

/** Process that a fault is about; two faults of one subject do not go together. */
function subjectOf(kind: string): string {
  return /broker|leader/.test(kind) && !kind.includes("cut") ? "broker" : (/executor|coordinator|redis/.exec(kind)?.[0] ?? "network");
}
