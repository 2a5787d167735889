import { createHash } from "node:crypto";
import { type BrokerNode, brokerSettingsSchema, createBrokerNode } from "@millrace/broker-node";
import { type Client, createClient } from "@millrace/client";
import { crc32c, createCompressionCodecs } from "@millrace/codecs";
import { createLoopback, type ServiceClient } from "@millrace/contracts";
import type { DescService } from "@bufbuild/protobuf";
import { type CoordinatorNode, coordinatorSettingsSchema, createCoordinatorNode, createJobsPart } from "@millrace/coordinator-node";
import { type KafkaListener, NO_EXPRESSIONS, NO_METRICS, NO_TRACER, SILENT_LOGGER, type Storage } from "@millrace/ports";
import { createSimulatedStorage, ManualClock, MemoryCoordination, SeededRandom, type SimulatedStorage } from "@millrace/testkit";

const COORDINATOR = "coordinator:9191";
const STEP_MS = 10;
const TURNS_PER_STEP = 20;
const RUN_MS_MAX = 300_000;

interface Machine {
  readonly brokerId: number;
  readonly storage: SimulatedStorage;
  broker: BrokerNode;
}

export interface ClusterOptions {
  readonly seed: number;
  readonly brokers: number;
  readonly mount: (storage: Storage) => Storage;
  /** Absent: no door for Kafka clients. */
  readonly kafkaListener?: KafkaListener;
}

/** The real coordinator and brokers in this process: simulated disks, a clock that moves by itself while something waits, calls without sockets. */
export class SimulatedCluster {
  readonly clock = new ManualClock();
  readonly random: SeededRandom;
  readonly #loopback = createLoopback();
  readonly #machines: Machine[] = [];
  readonly #coordinator: CoordinatorNode;
  readonly #clients: Client[] = [];
  readonly #mount: (storage: Storage) => Storage;
  readonly #kafkaListener: KafkaListener | undefined;

  private constructor(options: ClusterOptions) {
    this.random = new SeededRandom(options.seed);
    this.#mount = options.mount;
    this.#kafkaListener = options.kafkaListener;
    const store = new MemoryCoordination({ clock: this.clock, random: this.random }).client();
    const settings = coordinatorSettingsSchema.parse({ coordinatorId: "coordinator", listenAddress: COORDINATOR });
    this.#coordinator = createCoordinatorNode(settings, {
      ...this.#ports(),
      store,
      createJobs: createJobsPart({ sha256, expressions: NO_EXPRESSIONS }),
    });
  }

  /** Brokers on disks of their own. `mount` may put something between a broker and its disk. */
  static async start(options: ClusterOptions): Promise<SimulatedCluster> {
    const cluster = new SimulatedCluster(options);
    await cluster.#coordinator.start();
    for (let brokerId = 1; brokerId <= options.brokers; brokerId++) {
      const storage = createSimulatedStorage({ seed: options.seed * 31 + brokerId });
      cluster.#machines.push({ brokerId, storage, broker: await cluster.#startBroker(brokerId, storage) });
    }
    return cluster;
  }

  /** host:port where Kafka clients reach each broker. */
  get kafkaAddresses(): readonly string[] {
    return this.#machines.flatMap(({ broker }) => broker.kafkaAddress ?? []);
  }

  client(): Client {
    const bootstrap = this.#machines.map(({ brokerId }) => addressOf(brokerId));
    const ports = { transport: this.#loopback, clock: this.clock, random: this.random, crc32c, compression: createCompressionCodecs() };
    const client = createClient({ bootstrap }, ports);
    this.#clients.push(client);
    return client;
  }

  /** A service of the first broker, or of the coordinator, as a peer of any language calls it. */
  serviceClient<S extends DescService>(service: S, at: "broker" | "coordinator"): ServiceClient<S> {
    return this.#loopback.client(service, at === "broker" ? addressOf(1) : COORDINATOR);
  }

  /** Power of every machine goes in the middle of what it does within `withinMs`, and comes back; resolves when all brokers serve again. */
  async powerLoss(options: { readonly withinMs: number; readonly operationsMax: number }): Promise<void> {
    for (const { storage } of this.#machines) storage.powerOffAfter(this.random.integer(options.operationsMax));
    await this.#pass(options.withinMs);
    for (const { storage } of this.#machines) storage.powerLoss();
    // Their processes are gone: whatever they still try meets a dead disk, and nobody reaches them.
    for (const { broker } of this.#machines) await this.run(broker.stop().catch(() => undefined));
    for (const machine of this.#machines) machine.broker = await this.#startBroker(machine.brokerId, machine.storage);
  }

  /** Waits while time passes in small steps; a hang fails. */
  async run<T>(work: Promise<T>): Promise<T> {
    const done = new AbortController();
    const settled = work.finally(() => {
      done.abort();
    });
    settled.catch(() => undefined); // thrown by the await below
    const isDone = (): boolean => done.signal.aborted;
    for (let passedMs = 0; !isDone(); passedMs += STEP_MS) {
      if (passedMs > RUN_MS_MAX) throw new Error(`nothing came within ${RUN_MS_MAX} simulated ms`);
      for (let turn = 0; turn < TURNS_PER_STEP && !isDone(); turn++) await nextTurn();
      if (!isDone()) await this.clock.advance(STEP_MS);
    }
    return settled;
  }

  async stop(): Promise<void> {
    await this.run(Promise.all(this.#clients.map((client) => client.close())));
    await this.run(Promise.all(this.#machines.map(({ broker }) => broker.stop())));
    await this.run(this.#coordinator.stop());
  }

  async #startBroker(brokerId: number, storage: SimulatedStorage): Promise<BrokerNode> {
    const kafka = this.#kafkaListener === undefined ? {} : { kafkaListenAddress: "127.0.0.1:0" };
    const settings = brokerSettingsSchema.parse({ brokerId, listenAddress: addressOf(brokerId), coordinators: [COORDINATOR], ...kafka });
    const broker = createBrokerNode(settings, {
      ...this.#ports(),
      ...(this.#kafkaListener === undefined ? {} : { kafkaListener: this.#kafkaListener }),
      storage: this.#mount(storage.mount()),
      crc32c,
      compression: createCompressionCodecs(),
      defer: setImmediate,
    });
    await this.run(broker.start());
    await this.run(broker.ready());
    return broker;
  }

  async #pass(ms: number): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += STEP_MS) {
      await this.clock.advance(STEP_MS);
      await nextTurn();
    }
  }

  #ports() {
    const { clock, random } = this;
    return {
      clock,
      random,
      logger: SILENT_LOGGER,
      metrics: NO_METRICS,
      tracer: NO_TRACER,
      listener: this.#loopback,
      transport: this.#loopback,
    };
  }
}

function sha256(chunks: readonly (Uint8Array | string)[]): string {
  const hash = createHash("sha256");
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
}

function addressOf(brokerId: number): string {
  return `broker-${brokerId}:9190`;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
