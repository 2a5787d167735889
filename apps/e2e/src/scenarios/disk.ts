import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { PartitionState } from "@millrace/contracts";
import { toAppError } from "@millrace/model";
import { FailingReads } from "../disk/failing-reads.ts";
import { flipBit, type SegmentFiles, someClosedSegment, tear } from "../disk/segment-files.ts";
import { SmallDisk } from "../disk/small-disk.ts";
import { checkNumbers } from "../numbers/check-numbers.ts";
import type { ProgressWatch } from "../replicated/progress-watch.ts";
import { allInSync, runReplicatedNumbers, TOPIC } from "../replicated/replicated-numbers.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import type { BrokerMember, Cluster } from "../system/cluster.ts";
import { HERE, type Place } from "../system/place.ts";
import { waitFor } from "../system/wait-for.ts";

const REPAIR_MS_MAX = 30_000;
const SEGMENT_MS = 1_500;
const RECORDS_MIN = 60_000;
const STALL_MS = 30_000;
/** 3 s until a broker that hangs is fenced, the election, and a second until producers look for another leader; else it gives itself up after 5 s. */
const STALL_WORST_MS_MAX = 10_000;
/** A second until the broker looks at its disk, and the election. */
const HAND_OVER_MS_MAX = 5_000;
const FULL_MS = 20_000;
const BACK_MS_MAX = 60_000;
/** Reads come from the disk, and closed segments are verified all the time. */
const BROKER_ARGS = ["--tail-cache-bytes", "0", "--scrub-interval-ms", "2000"];
const SMALL_DISK_BROKER = 3;

/** Acceptance 6 of replication: what disks do, on one replica of three. */
export const disk: Scenario = {
  name: "disk",
  what: "three replicas; bits flip, an index is torn and a file cannot be read under running brokers, a disk is full and another stalls for 30 s: no other byte is served, damage is repaired from a replica",
  run: async (context) => {
    const small = SmallDisk.open(context.folder, "small-disk");
    if (typeof small === "string") context.say(`no full and no stalled disk: ${small}`);
    const reads = FailingReads.build(context.folder);
    if (typeof reads === "string") context.say(`no read errors: ${reads}`);
    const place = (name: string): Place => {
      const here = typeof reads === "string" || !name.startsWith("broker-") ? HERE : reads.around(HERE);
      return typeof small !== "string" && name === `broker-${SMALL_DISK_BROKER}` ? { ...here, dataFolder: join(small.folder, name) } : here;
    };
    try {
      return await runReplicatedNumbers(
        {
          size: { brokerArgs: BROKER_ARGS, place },
          configs: { "segment.ms": String(SEGMENT_MS) },
          run: async (cluster, watch) => {
            const run = new DiskRun(cluster, { watch, context, place });
            const figures = { ...(await run.damages()), ...(typeof reads === "string" ? {} : await run.unreadable(reads)) };
            return typeof small === "string" ? figures : { ...figures, ...(await run.stalled(small)), ...(await run.full(small)) };
          },
        },
        context,
      );
    } finally {
      if (typeof small !== "string") small.remove();
    }
  },
};

interface RunOptions {
  readonly watch: ProgressWatch;
  readonly context: ScenarioContext;
  readonly place: (name: string) => Place;
}

class DiskRun {
  readonly #cluster: Cluster;
  readonly #options: RunOptions;

  constructor(cluster: Cluster, options: RunOptions) {
    this.#cluster = cluster;
    this.#options = options;
  }

  /** A flipped bit on a leader and on a follower, a torn index. */
  async damages(): Promise<Figures> {
    const { watch, context } = this.#options;
    await waitFor("enough segments", BACK_MS_MAX, () =>
      Promise.resolve(watch.acknowledged.reduce((sum, count) => sum + count, 0) > RECORDS_MIN ? true : undefined),
    );
    const state = await this.#partition(0);
    const leader = this.#broker(state.leader);
    const follower = this.#broker(state.replicas.find((id) => id !== state.leader));
    const onLeader = await this.#repaired(leader, ({ log }) => ({ path: log, damage: flipBit }));
    const onFollower = await this.#repaired(follower, ({ log }) => ({ path: log, damage: flipBit }));
    const torn = await this.#repaired(leader, ({ index }) => ({ path: index, damage: tear }));
    context.say(`flipped bit: leader ${onLeader.ms} ms, follower ${onFollower.ms} ms; torn index ${torn.ms} ms until whole again`);
    const refused = onLeader.refused + onFollower.refused + torn.refused;
    const repairs = { leaderRepairedMs: onLeader.ms, followerRepairedMs: onFollower.ms, indexRebuiltMs: torn.ms };
    return { ...repairs, readsRefusedMeanwhile: refused, corruptBytesServed: 0 };
  }

  /** The leader's disk cannot read a segment any more: readers wait until another replica has given it. */
  async unreadable(reads: FailingReads): Promise<Figures> {
    const leader = this.#broker((await this.#partition(0)).leader);
    const { topicId } = await this.#cluster.client.admin().describeTopic(TOPIC);
    const { log } = someClosedSegment(this.#dataFolder(leader), `${topicId}-0`);
    const before = statSync(log).ino;
    const startedMs = performance.now();
    reads.fail(log);
    try {
      await this.#read();
    } finally {
      reads.heal();
    }
    check(statSync(log).ino !== before, "the file that cannot be read was replaced before its records were served");
    const ms = Math.round(performance.now() - startedMs);
    this.#options.context.say(`read errors: ${ms} ms until every record could be read again`);
    return { readErrorRepairedMs: ms };
  }

  /** Writes and syncs of a broker's disk hang; it leads some partitions. */
  async stalled(small: SmallDisk): Promise<Figures> {
    const { watch, context } = this.#options;
    const led = await this.#ledBySmallDisk();
    watch.reset();
    small.freeze();
    try {
      await delay(STALL_MS);
    } finally {
      small.thaw();
    }
    const worstMs = Math.round(Math.max(...watch.longestMs));
    await allInSync(this.#cluster.client);
    context.say(
      `a disk that stalled for ${STALL_MS} ms: ${led.length} partitions led there; partitions stood still for at most ${worstMs} ms`,
    );
    check(worstMs < STALL_WORST_MS_MAX, `a stalled disk held partitions up for ${worstMs} ms`);
    return { stallWorstMs: worstMs };
  }

  /** A broker's disk is full, and later is not. */
  async full(small: SmallDisk): Promise<Figures> {
    const { watch, context } = this.#options;
    const led = await this.#ledBySmallDisk();
    watch.reset();
    small.fill();
    try {
      await delay(FULL_MS);
    } finally {
      small.makeRoom();
    }
    const stood = watch.longestMs.map(Math.round);
    const elsewhereMs = Math.max(...stood.filter((_, partition) => !led.includes(partition)));
    const ledMs = Math.max(0, ...led.map((partition) => stood[partition] ?? 0));
    const before = watch.acknowledged;
    await waitFor("every partition acknowledges again", BACK_MS_MAX, () =>
      Promise.resolve(watch.acknowledged.every((count, partition) => count > (before[partition] ?? 0) + 200) ? true : undefined),
    );
    await allInSync(this.#cluster.client);
    context.say(
      `a disk full for ${FULL_MS} ms: ${led.length} partitions led there stood still for ${ledMs} ms, others for ${elsewhereMs} ms`,
    );
    check(ledMs < HAND_OVER_MS_MAX, `a full disk held partitions that it led up for ${ledMs} ms`);
    return { fullDiskLedWorstMs: ledMs, fullDiskFollowedWorstMs: elsewhereMs };
  }

  /** Partitions whose leader is on the small disk, after leaders went back to where they belong. */
  async #ledBySmallDisk(): Promise<readonly number[]> {
    const admin = this.#cluster.client.admin();
    await admin.electLeaders("preferred");
    const { partitions } = await admin.describeTopic(TOPIC);
    const led = partitions.flatMap(({ partition, leader }) => (leader === SMALL_DISK_BROKER ? [partition] : []));
    check(led.length > 0, `broker ${SMALL_DISK_BROKER} leads a partition`);
    return led;
  }

  /** Damages a file of partition 0 under a running broker, reads the partition until the file is as it was, and says how long that took and how many reads were refused. */
  async #repaired(
    broker: BrokerMember,
    choose: (files: SegmentFiles) => { readonly path: string; readonly damage: (path: string) => void },
  ): Promise<{ readonly ms: number; readonly refused: number }> {
    const { client } = this.#cluster;
    const { topicId } = await client.admin().describeTopic(TOPIC);
    const { path, damage } = choose(someClosedSegment(this.#dataFolder(broker), `${topicId}-0`));
    const whole = readFileSync(path);
    damage(path);
    const startedMs = performance.now();
    let refused = 0;
    const isWhole = (): boolean => readFileSync(path).equals(whole);
    while (!isWhole()) {
      check(performance.now() - startedMs < REPAIR_MS_MAX, `${path} is not repaired after ${REPAIR_MS_MAX} ms`);
      refused += await this.#read();
    }
    const ms = Math.round(performance.now() - startedMs);
    check((await this.#read()) === 0, "records cannot be read after the repair");
    return { ms, refused };
  }

  /** Reads all that was acknowledged of partition 0 and checks every value; 1 if it was refused as damaged. Any other failure, or another value, is thrown. */
  async #read(): Promise<0 | 1> {
    const end = this.#options.watch.acknowledged[0] ?? 0;
    try {
      await checkNumbers(this.#cluster.client, { topic: TOPIC, partition: 0, start: 0, end });
      return 0;
    } catch (error) {
      if (toAppError(error).code === "log-corrupt") return 1;
      throw error;
    }
  }

  async #partition(partition: number): Promise<PartitionState> {
    const state = (await this.#cluster.client.admin().describeTopic(TOPIC)).partitions[partition];
    check(state !== undefined, `partition ${partition} is there`);
    return state;
  }

  #broker(id: number | undefined): BrokerMember {
    const broker = this.#cluster.brokers.find((member) => member.id === id);
    check(broker !== undefined, "a broker of the cluster");
    return broker;
  }

  #dataFolder({ process }: BrokerMember): string {
    return this.#options.place(process.name).dataFolder ?? join(this.#options.context.folder, process.name);
  }
}
