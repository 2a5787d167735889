import { createLoopback, type RpcTransport } from "@millrace/contracts";
import { createClient, type Client } from "@millrace/client";
import { AppError } from "@millrace/model";
import { NO_METRICS, NO_TRACER, SILENT_LOGGER, type Logger, type Metrics, type Storage } from "@millrace/ports";
import type { CompressionCodecs } from "@millrace/records";
import { createSimulatedStorage, ManualClock, referenceCrc32c, SeededRandom, settle, type SimulatedStorage } from "@millrace/testkit";
import { type BrokerNode, createBrokerNode } from "../src/broker-node.ts";
import { type BrokerSettings, brokerSettingsSchema } from "../src/settings.ts";
import { KafkaLoopback } from "./kafka-loopback.ts";
import { FakeCoordinator } from "./fake-coordinator.ts";

const NO_COMPRESSION: CompressionCodecs = {
  compress: () => {
    throw new AppError({ kind: "invalid", code: "unsupported-compression", message: "no codecs in this test" });
  },
  decompress: () => {
    throw new AppError({ kind: "invalid", code: "unsupported-compression", message: "no codecs in this test" });
  },
};

/** Brokers, a fake coordinator and clients in one process: loopback transport, simulated storage, a clock that moves by itself while something waits. */
export class World {
  readonly clock = new ManualClock();
  readonly random = new SeededRandom(1);
  readonly loopback = createLoopback();
  readonly kafka = new KafkaLoopback();
  readonly coordinator = new FakeCoordinator();
  readonly storages = new Map<number, SimulatedStorage>();
  readonly brokers = new Map<number, BrokerNode>();
  logger: Logger = SILENT_LOGGER;
  metrics: Metrics = NO_METRICS;
  /** What brokers are told when they start. */
  coordinators: readonly string[] = [this.coordinator.address];
  /** Settings of each broker beside the usual ones. */
  settingsOf: (id: number) => Partial<BrokerSettings> = () => ({});
  readonly #clients: Client[] = [];

  static async create(
    brokerIds: readonly number[] = [1],
    settingsOf: (id: number) => Partial<BrokerSettings> = () => ({}),
    metrics: Metrics = NO_METRICS,
  ): Promise<World> {
    const world = new World();
    world.settingsOf = settingsOf;
    world.metrics = metrics;
    await world.coordinator.listen(world.loopback);
    for (const id of brokerIds) await world.startBroker(id);
    return world;
  }

  async startBroker(id: number, storage: Storage = this.storageOf(id).mount()): Promise<BrokerNode> {
    const settings = brokerSettingsSchema.parse({
      brokerId: id,
      listenAddress: `broker-${id}:9190`,
      coordinators: this.coordinators,
      ...this.settingsOf(id),
    });
    const broker = createBrokerNode(settings, {
      storage,
      clock: this.clock,
      random: this.random,
      logger: this.logger,
      metrics: this.metrics,
      tracer: NO_TRACER,
      listener: this.loopback,
      kafkaListener: this.kafka,
      transport: this.loopback,
      crc32c: referenceCrc32c,
      compression: NO_COMPRESSION,
      compilePattern: (pattern) => (pattern === "(" ? undefined : (topic) => new RegExp(`^(?:${pattern})$`).test(topic)),
      defer: setImmediate,
    });
    this.brokers.set(id, broker);
    await broker.start();
    await broker.ready();
    return broker;
  }

  /** The broker dies in the middle of what it does, loses what was not synced, and starts again. */
  async powerLoss(id: number): Promise<void> {
    const dead = this.brokers.get(id);
    this.storageOf(id).powerLoss();
    // Its process is gone: whatever it still tries meets a dead disk, and nobody reaches it.
    await this.run(dead?.stop().catch(() => undefined) ?? Promise.resolve());
    await this.startBroker(id);
  }

  storageOf(id: number): SimulatedStorage {
    const storage = this.storages.get(id) ?? createSimulatedStorage({ seed: id });
    this.storages.set(id, storage);
    return storage;
  }

  /** A topic that its leaders serve. */
  async createTopic(name: string, options: { partitions: number; configs?: { [key: string]: string } }): Promise<void> {
    this.coordinator.createTopic(name, options);
    await settle();
    for (let turn = 0; turn < 5; turn++) await settle();
  }

  client(transport: RpcTransport = this.loopback, bootstrap = [...this.brokers.keys()].map((id) => `broker-${id}:9190`)): Client {
    const client = createClient({ bootstrap }, { transport, clock: this.clock, random: this.random, crc32c: referenceCrc32c });
    this.#clients.push(client);
    return client;
  }

  /** Runs while time passes in small steps: waits of the product end, and a hang fails. */
  async run<T>(work: Promise<T>, limitMs = 300_000): Promise<T> {
    const done = new AbortController();
    const settled = work.finally(() => done.abort());
    settled.catch(() => undefined); // thrown by the await below
    const isDone = (): boolean => done.signal.aborted;
    for (let passedMs = 0; passedMs < limitMs && !(await this.#settles(isDone)); passedMs += STEP_MS) await this.clock.advance(STEP_MS);
    if (!isDone()) throw new Error(`nothing came within ${limitMs} ms`);
    return settled;
  }

  /** Gives running work turns of the event loop, before time passes. */
  async #settles(isDone: () => boolean): Promise<boolean> {
    for (let turn = 0; turn < TURNS_PER_STEP && !isDone(); turn++) await new Promise((resolve) => setImmediate(resolve));
    return isDone();
  }

  async stop(): Promise<void> {
    await this.run(Promise.allSettled(this.#clients.map((client) => client.close()))); // a producer with failed records says so again
    for (const broker of this.brokers.values()) await this.run(broker.stop());
  }
}

const STEP_MS = 10;
const TURNS_PER_STEP = 20;

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (value: Uint8Array | null): string => (value === null ? "null" : new TextDecoder().decode(value));
