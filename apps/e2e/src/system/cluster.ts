import { join } from "node:path";
import type { Client } from "@millrace/client";
import { type ClusterClient, connectClient } from "./cluster-client.ts";
import { freePort } from "./free-port.ts";
import { ManagedProcess } from "./managed-process.ts";
import { createRedisServer, type RedisServer } from "./redis-server.ts";
import { nodeArgs } from "./sources.ts";

export interface ClusterSize {
  readonly coordinators: number;
  readonly brokers: number;
  readonly executors: number;
  /** More arguments of each coordinator. */
  readonly coordinatorArgs?: readonly string[];
}

export interface Member {
  readonly process: ManagedProcess;
  /** host:port of its gRPC listener; empty for executors, which have none. */
  readonly address: string;
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
  const redis = await createRedisServer(folder);
  await redis.process.start();
  const coordinators = await members(size.coordinators, (index) =>
    coordinator(index, { folder, store: redis.url, more: size.coordinatorArgs ?? [] }),
  );
  const known = coordinators.map((member) => member.address).join(",");
  const brokers = await members(size.brokers, (index) => broker(index, { folder, coordinators: known }));
  const executors = await members(size.executors, (index) => executor(index, { folder, coordinators: known }));
  const all = [...coordinators, ...brokers, ...executors].map((member) => member.process);
  const connection = connectClient(brokers.map((member) => member.address));
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

function coordinator(
  index: number,
  options: { readonly folder: string; readonly store: string; readonly more: readonly string[] },
): Promise<Member> {
  const name = `coordinator-${index}`;
  return service(name, "apps/coordinator/src/main.ts", options.folder, (address) => [
    "--coordinator-id",
    name,
    "--listen-address",
    address,
    "--store",
    options.store,
    ...options.more,
  ]);
}

async function broker(index: number, options: { readonly folder: string; readonly coordinators: string }): Promise<BrokerMember> {
  const name = `broker-${index}`;
  const kafkaAddress = `127.0.0.1:${await freePort()}`;
  const member = await service(name, "apps/broker/src/main.ts", options.folder, (address) => [
    ...["--broker-id", String(index), "--listen-address", address, "--coordinators", options.coordinators],
    ...["--data-folder", join(options.folder, name), "--kafka-listen-address", kafkaAddress],
  ]);
  return { ...member, id: index, kafkaAddress };
}

async function executor(index: number, options: { readonly folder: string; readonly coordinators: string }): Promise<Member> {
  const name = `executor-${index}`;
  return service(name, "apps/stream-executor/src/main.ts", options.folder, () => [
    ...["--executor-id", name, "--coordinators", options.coordinators, "--data-dir", join(options.folder, name)],
  ]);
}

async function service(name: string, main: string, folder: string, args: (address: string) => readonly string[]): Promise<Member> {
  const address = `127.0.0.1:${await freePort()}`;
  const adminAddress = `127.0.0.1:${await freePort()}`;
  const process_ = new ManagedProcess({
    name,
    program: process.execPath,
    args: nodeArgs(main, [...args(address), "--admin-address", adminAddress, "--log-format", "json"]),
    logFile: join(folder, `${name}.log`),
    isReady: () => isReady(adminAddress),
  });
  return { process: process_, address };
}

/** Whether the readiness page of an administration port says so. */
export async function isReady(adminAddress: string): Promise<boolean> {
  try {
    return (await fetch(`http://${adminAddress}/readyz`)).ok;
  } catch {
    return false;
  }
}
