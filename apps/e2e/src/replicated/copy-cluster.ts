import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "@millrace/client";
import { partitionOfGroup } from "@millrace/groups";
import { GROUP_OFFSETS_TOPIC, TRANSACTION_STATE_TOPIC } from "@millrace/model";
import { partitionOfTransactionalId } from "@millrace/transactions";
import { check, type ScenarioContext } from "../scenario.ts";
import { type BrokerMember, type Cluster, startCluster } from "../system/cluster.ts";
import { createDevProcess } from "../system/dev-process.ts";

const AWAY_MS_MAX = 4_000;

/** Where a topic is copied: one process or several brokers; the broker that matters can be killed and comes back. */
export interface CopyCluster {
  readonly kafkaAddress: string;
  /** Of each partition. */
  readonly replicas: number;
  /** Kills a broker of the copy by this transactional id, and has it started again; says which one it was, and why. */
  killBroker(transactionalId: string): Promise<string>;
  stop(): Promise<void>;
}

interface Copied {
  readonly group: string;
  readonly topic: string;
}

/** As many brokers as the command line says, with two coordinators and Redis; `millrace dev` if it says nothing. */
export async function createCopyCluster(context: ScenarioContext, copied: Copied): Promise<CopyCluster> {
  const { brokers } = context.flags;
  if (brokers === undefined) return startDev(context.folder);
  const cluster = await startCluster(context.folder, { coordinators: 2, brokers, executors: 0 });
  return new ReplicatedCopyCluster(cluster, copied, context);
}

async function startDev(folder: string): Promise<CopyCluster> {
  const dev = await createDevProcess(folder);
  await dev.process.start();
  return {
    kafkaAddress: dev.kafkaAddress,
    replicas: 1,
    killBroker: async () => {
      await dev.process.kill();
      await dev.process.start();
      return "broker";
    },
    stop: async () => {
      await dev.process.stop();
    },
  };
}

/** Leaders that the copy needs, by what they are for it. */
const ROLES = ["transaction coordinator", "group coordinator", "leader of the output"] as const;

class ReplicatedCopyCluster implements CopyCluster {
  readonly kafkaAddress: string;
  readonly replicas: number;
  readonly #cluster: Cluster;
  readonly #copied: Copied;
  readonly #context: ScenarioContext;
  /** Of a broker that was killed: its return. One is away at a time, else two replicas that must be in sync are not there. */
  #returning: Promise<unknown> = Promise.resolve();

  constructor(cluster: Cluster, copied: Copied, context: ScenarioContext) {
    this.#cluster = cluster;
    this.#copied = copied;
    this.#context = context;
    this.kafkaAddress = cluster.kafkaAddress;
    this.replicas = cluster.brokers.length;
  }

  async killBroker(transactionalId: string): Promise<string> {
    await this.#returning;
    const { random } = this.#context;
    const role = ROLES[random.integer(ROLES.length)] ?? ROLES[0];
    const victim = await this.#leader(role, transactionalId);
    await victim.process.kill();
    this.#returning = delay(random.next() * AWAY_MS_MAX).then(() => victim.process.start());
    this.#returning.catch(() => undefined); // told by whoever waits for it
    return `${victim.process.name}, ${role},`;
  }

  async stop(): Promise<void> {
    await this.#returning;
    await this.#cluster.stop();
  }

  async #leader(role: (typeof ROLES)[number], transactionalId: string): Promise<BrokerMember> {
    const { client, brokers } = this.#cluster;
    const leader = await (role === "leader of the output"
      ? leaderOf(client, this.#copied.topic, (count) => this.#context.random.integer(count))
      : role === "group coordinator"
        ? leaderOf(client, GROUP_OFFSETS_TOPIC, (count) => partitionOfGroup(this.#copied.group, count))
        : leaderOf(client, TRANSACTION_STATE_TOPIC, (count) => partitionOfTransactionalId(transactionalId, count)));
    // Between two leaders there is none: then whoever was about to be it may die.
    const victim = brokers.find(({ id }) => id === leader) ?? brokers[this.#context.random.integer(brokers.length)];
    check(victim !== undefined, "a cluster without brokers");
    return victim;
  }
}

async function leaderOf(client: Client, topic: string, choose: (partitionCount: number) => number): Promise<number | undefined> {
  const { partitions } = await client.admin().describeTopic(topic);
  return partitions[choose(partitions.length)]?.leader;
}
