import { join } from "node:path";
import type { Client } from "@millrace/client";
import { type ClusterClient, connectClient } from "./cluster-client.ts";
import { freePort } from "./free-port.ts";
import { ManagedProcess } from "./managed-process.ts";
import { HERE, type Place } from "./place.ts";
import { createRedisServer, type RedisServer } from "./redis-server.ts";
import { nodeArgs } from "./sources.ts";

export interface ClusterSize {
  readonly coordinators: number;
  readonly brokers: number;
  readonly executors: number;
  /** More arguments of each coordinator. */
  readonly coordinatorArgs?: readonly string[];
  /** More arguments of each broker. */
  readonly brokerArgs?: readonly string[];
  /** More arguments of each executor. */
  readonly executorArgs?: readonly string[];
  /** Where each process runs, by its name; absent: all beside this one. */
  readonly place?: (name: string) => Place;
  /** Environment of every process but Redis. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Member {
  readonly process: ManagedProcess;
  /** host:port of its gRPC listener; empty for executors, which have none. */
  readonly address: string;
  /** host:port of its administration: metrics, health. */
  readonly adminAddress: string;
}

export interface BrokerMember extends Member {
  /** Its number in the cluster. */
  readonly id: number;
  /** host:port for Kafka clients. */
  readonly kafkaAddress: string;
}

/** A whole cluster as real processes on this machine, with a Redis of its own. */
export interface Cluster {
  readonly redis: RedisServer;
  readonly coordinators: readonly Member[];
  readonly brokers: readonly BrokerMember[];
  readonly executors: readonly Member[];
  readonly client: Client;
  /** Addresses of the brokers, as the command line takes them. */
  readonly address: string;
  /** The same for Kafka clients. */
  readonly kafkaAddress: string;
  /** Coordinator that leads now, by its own account and the brokers'. */
  activeCoordinator(): Promise<Member>;
  stop(): Promise<void>;
}

/** Starts every process and waits until each serves and the brokers and executors are registered. */
export async function startCluster(folder: string, size: ClusterSize): Promise<Cluster> {
  const place = size.place ?? (() => HERE);
  const of = { folder, place, env: size.env ?? {} };
  const redis = await createRedisServer(folder, { place: place("redis") });
  await redis.process.start();
  const coordinators = await members(size.coordinators, (index) =>
    coordinator(index, { ...of, store: redis.url, more: size.coordinatorArgs ?? [] }),
  );
  const coordinatorsKnown = coordinators.map((member) => member.address).join(",");
  const brokers = await members(size.brokers, (index) => broker(index, { ...of, coordinatorsKnown, more: size.brokerArgs ?? [] }));
  const executors = await members(size.executors, (index) => executor(index, { ...of, coordinatorsKnown, more: size.executorArgs ?? [] }));
  const all = [...coordinators, ...brokers, ...executors].map((member) => member.process);
  // Without brokers there are coordinators, which answer for topics.
  const connection = connectClient((size.brokers > 0 ? brokers : coordinators).map((member) => member.address));
  const cluster = clusterOf({ redis, coordinators, brokers, executors, connection });
  try {
    await Promise.all(all.map((process) => process.start()));
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

function clusterOf(parts: {
  readonly redis: RedisServer;
  readonly coordinators: readonly Member[];
  readonly brokers: readonly BrokerMember[];
  readonly executors: readonly Member[];
  readonly connection: ClusterClient;
}): Cluster {
  const { redis, coordinators, brokers, executors, connection } = parts;
  return {
    redis,
    coordinators,
    brokers,
    executors,
    client: connection.client,
    address: brokers.map((member) => member.address).join(","),
    kafkaAddress: brokers.map((member) => member.kafkaAddress).join(","),
    async activeCoordinator() {
      const { coordinatorAddress } = await connection.client.admin().describeCluster();
      const active = coordinators.find((member) => member.address === coordinatorAddress);
      if (active === undefined) throw new Error(`no coordinator of ours leads address=${coordinatorAddress}`);
      return active;
    },
    async stop() {
      await connection.close();
      // Those that talk to others first, so that nobody waits for what is gone.
      for (const group of [executors, brokers, coordinators]) await Promise.all(group.map((member) => member.process.stop()));
      await redis.process.stop();
    },
  };
}

function members<M extends Member>(count: number, create: (index: number) => Promise<M>): Promise<M[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => create(index + 1)));
}

interface Surroundings {
  readonly folder: string;
  readonly place: (name: string) => Place;
  readonly env: Readonly<Record<string, string>>;
}

function coordinator(index: number, of: Surroundings & { readonly store: string; readonly more: readonly string[] }): Promise<Member> {
  const name = `coordinator-${index}`;
  return service(name, "apps/coordinator/src/main.ts", of, (address) => [
    ...["--coordinator-id", name, "--listen-address", address, "--store", of.store],
    ...of.more,
  ]);
}

async function broker(
  index: number,
  of: Surroundings & { readonly coordinatorsKnown: string; readonly more: readonly string[] },
): Promise<BrokerMember> {
  const name = `broker-${index}`;
  const { ip, dataFolder } = of.place(name);
  const kafkaAddress = `${ip}:${await freePort()}`;
  const member = await service(name, "apps/broker/src/main.ts", of, (address) => [
    ...["--broker-id", String(index), "--listen-address", address, "--coordinators", of.coordinatorsKnown],
    ...["--data-folder", dataFolder ?? join(of.folder, name), "--kafka-listen-address", kafkaAddress],
    ...of.more,
  ]);
  return { ...member, id: index, kafkaAddress };
}

function executor(
  index: number,
  of: Surroundings & { readonly coordinatorsKnown: string; readonly more: readonly string[] },
): Promise<Member> {
  const name = `executor-${index}`;
  const { ip } = of.place(name);
  return service(name, "apps/stream-executor/src/main.ts", of, () => [
    ...["--executor-id", name, "--coordinators", of.coordinatorsKnown, "--data-dir", join(of.folder, name)],
    ...["--host", ip],
    ...of.more,
  ]);
}

async function service(name: string, main: string, of: Surroundings, args: (address: string) => readonly string[]): Promise<Member> {
  const { ip, command } = of.place(name);
  const address = `${ip}:${await freePort()}`;
  const adminAddress = `${ip}:${await freePort()}`;
  const process_ = new ManagedProcess({
    name,
    ...command(process.execPath, nodeArgs(main, [...args(address), "--admin-address", adminAddress, "--log-format", "json"])),
    logFile: join(of.folder, `${name}.log`),
    env: of.env,
    isReady: () => isReady(adminAddress),
  });
  return { process: process_, address, adminAddress };
}

/** Whether the readiness page of an administration port says so. */
export async function isReady(adminAddress: string): Promise<boolean> {
  try {
    return (await fetch(`http://${adminAddress}/readyz`)).ok;
  } catch {
    return false;
  }
}
