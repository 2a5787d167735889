import { crc32c } from "@millrace/codecs";
import { Acks, BrokerService, errorFromWire, type RpcTransport, TransactionService } from "@millrace/contracts";
import { producerEpoch, producerId, timestampMs, toAppError } from "@millrace/model";
import { BatchBuilder } from "@millrace/records";
import type { SimProcess } from "../world/sim-process.ts";
import { simulatedTransport } from "../world/transport.ts";
import { encodeValue } from "./values.ts";
import type { KeyOf, Workload } from "./workload.ts";

const ANSWER_MS_MAX = 3_000;
const TRANSACTION_MS_MAX = 10_000;
/** Between two requests that a well-behaved producer would send one after the other's answer. */
const HASTE_MS_MAX = 12;
const ABORT_CHANCE = 0.7;

interface Owner {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

interface Outgoing {
  readonly key: KeyOf;
  readonly value: number;
  readonly sequence: number;
}

/**
 * A producer that speaks to brokers itself and does what the SDK never does, and networks and other clients may: its batches arrive in another order than their sequences,
 * and it ends a transaction while a record of it is on its way. Brokers must put the former right, and keep the latter out.
 */
export class UnrulyProducer {
  readonly #workload: Workload;
  readonly #process: SimProcess;
  readonly #transport: RpcTransport;
  readonly #transactionalId: string;
  readonly #sequences = new Map<string, number>();
  #owner: Owner | undefined;
  /** What it has just aborted: it goes on there, and commits. Whatever came too late would be in what it commits. */
  #aborted: KeyOf | undefined;

  /** Without a transactional id: the one with the batches in another order. */
  constructor(workload: Workload, of: { process: SimProcess; transactionalId: string }) {
    this.#workload = workload;
    this.#process = of.process;
    this.#transactionalId = of.transactionalId;
    this.#transport = simulatedTransport(of.process, workload.cluster.network);
  }

  async run(): Promise<void> {
    while (!this.#workload.isOver) {
      await this.#process.sleep(-Math.log(1 - this.#chance()) * this.#workload.plan.thinkMs);
      try {
        this.#owner ??= await this.#newOwner();
        if (this.#transactionalId === "") await this.#swapped(this.#owner);
        else await this.#hasty(this.#owner);
      } catch (error) {
        this.#workload.cluster.log.note(this.#process.name, "begins anew", { code: toAppError(error).code });
        this.#owner = undefined;
        this.#aborted = undefined;
        await this.#process.sleep(100 + this.#chance() * 400);
      }
    }
  }

  /** The second batch before the first. Of a producer that the partition does not know anything would be taken: there the first goes alone. */
  async #swapped(owner: Owner): Promise<void> {
    const key = this.#anyKey();
    const sequence = this.#sequences.get(key.key) ?? 0;
    const send = (value: number, at: number): Promise<number> => this.#recorded({ key, value, sequence: at }, owner);
    const first = this.#workload.newValue();
    if (sequence === 0) {
      await send(first, 0);
      this.#sequences.set(key.key, 1);
      return;
    }
    const later = send(this.#workload.newValue(), sequence + 1);
    later.catch(() => undefined); // asked for below
    await this.#process.sleep(this.#chance() * HASTE_MS_MAX);
    const [offset, laterOffset] = await Promise.all([send(first, sequence), later]);
    this.#sequences.set(key.key, sequence + 2);
    if (laterOffset < offset)
      this.#workload.anomalies.push(
        `send order: sequence ${sequence + 1} of ${key.key} is at offset ${laterOffset}, before ${sequence} at ${offset}`,
      );
  }

  /** A send in the history, by a process of its own. What comes too early is sent again until its turn has come. */
  async #recorded(of: Outgoing, owner: Owner): Promise<number> {
    const { recorder } = this.#workload;
    const [p, send] = [recorder.newProcess(), ["send", of.key.key, of.value] as const];
    recorder.record({ type: "invoke", f: "send", v: [send], p });
    try {
      const offset = await this.#repeated("out-of-order-sequence", () => this.#produce(of, owner));
      recorder.record({ type: "ok", f: "send", v: [["send", of.key.key, [offset, of.value]]], p });
      return offset;
    } catch (error) {
      recorder.record({ type: "info", f: "send", v: [send], p });
      throw error;
    }
  }

  /** Again for a while, as long as its turn has not come. */
  async #repeated<T>(notYet: string, call: () => Promise<T>): Promise<T> {
    for (let attempts = 20; ; attempts--) {
      try {
        return await call();
      } catch (error) {
        if (toAppError(error).code !== notYet || attempts === 0) throw error;
        await this.#process.sleep(HASTE_MS_MAX);
      }
    }
  }

  /** One record; mostly its transaction is aborted before it is known to have arrived. */
  async #hasty(owner: Owner): Promise<void> {
    const { recorder } = this.#workload;
    const drawn = this.#anyKey();
    const key = this.#aborted ?? drawn;
    const value = this.#workload.newValue();
    const sequence = this.#sequences.get(key.key) ?? 0;
    const [p, send] = [recorder.newProcess(), ["send", key.key, value] as const];
    const service = await this.#coordinator();
    recorder.record({ type: "invoke", f: "txn", v: [send], p });
    let stored: Promise<number>;
    let isAborted: boolean;
    try {
      const named = { ...owner, transactionalId: this.#transactionalId };
      const partitions = [{ topic: key.topic, partition: key.partition }];
      const { transactionNumber } = await this.#repeated("concurrent-transactions", () =>
        service.addPartitions({ ...named, partitions }, { timeoutMs: ANSWER_MS_MAX }),
      );
      stored = this.#produce({ key, value, sequence }, owner);
      stored.catch(() => undefined); // asked for below
      const commit = this.#chance() >= ABORT_CHANCE || this.#aborted !== undefined;
      if (commit) await stored;
      else await this.#process.sleep(this.#chance() * HASTE_MS_MAX);
      await service.endTransaction({ ...named, commit, transactionNumber }, { timeoutMs: ANSWER_MS_MAX });
      isAborted = !commit;
      if (commit) recorder.record({ type: "ok", f: "txn", v: [["send", key.key, [await stored, value]]], p });
      else recorder.record({ type: "fail", f: "txn", v: [send], p });
    } catch (error) {
      recorder.record({ type: "info", f: "txn", v: [send], p });
      throw error;
    }
    await stored;
    this.#aborted = this.#aborted === undefined && isAborted ? key : undefined;
    this.#sequences.set(key.key, sequence + 1);
  }

  async #produce({ key: { topic, partition }, value, sequence }: Outgoing, owner: Owner): Promise<number> {
    const builder = new BatchBuilder({ crc32c });
    builder.append(timestampMs(this.#process.clock.wallMs()), null, encodeValue(value, 8));
    const header = {
      producerId: producerId(Number(owner.producerId)),
      producerEpoch: producerEpoch(owner.producerEpoch),
      baseSequence: sequence,
    };
    const batch = builder.build({ ...header, transactional: this.#transactionalId !== "" });
    const service = this.#transport.client(BrokerService, await this.#leaderOf(topic, partition));
    const { results } = await service.produce(
      {
        partitions: [{ topic, partition, data: { case: "batch", value: batch } }],
        acks: Acks.ALL,
        timeoutMs: ANSWER_MS_MAX,
        transactionalId: this.#transactionalId,
      },
      { timeoutMs: ANSWER_MS_MAX },
    );
    const [result] = results;
    if (result?.error !== undefined) throw errorFromWire(result.error);
    return Number(result?.baseOffset ?? -1n);
  }

  async #leaderOf(topic: string, partition: number): Promise<string> {
    const { topics, brokers } = await this.#transport
      .client(BrokerService, this.#anyBroker())
      .getMetadata({ topics: [topic] }, { timeoutMs: ANSWER_MS_MAX });
    const leader = topics[0]?.partitions.find((state) => state.partition === partition)?.leader;
    const address = brokers.find(({ brokerId }) => brokerId === leader)?.address;
    if (address === undefined) throw new Error("nobody leads the partition now");
    return address;
  }

  async #newOwner(): Promise<Owner> {
    this.#sequences.clear();
    const service =
      this.#transactionalId === "" ? this.#transport.client(TransactionService, this.#anyBroker()) : await this.#coordinator();
    const request = { transactionalId: this.#transactionalId, transactionTimeoutMs: TRANSACTION_MS_MAX };
    return service.initProducerId(request, { timeoutMs: ANSWER_MS_MAX });
  }

  async #coordinator() {
    const { address } = await this.#transport
      .client(TransactionService, this.#anyBroker())
      .findTransactionCoordinator({ transactionalId: this.#transactionalId }, { timeoutMs: ANSWER_MS_MAX });
    return this.#transport.client(TransactionService, address);
  }

  #anyKey(): KeyOf {
    const { keys } = this.#workload;
    const key = keys[Math.floor(this.#chance() * keys.length)];
    if (key === undefined) throw new Error("a workload needs keys");
    return key;
  }

  #anyBroker(): string {
    const { bootstrap } = this.#workload.cluster;
    return bootstrap[Math.floor(this.#chance() * bootstrap.length)] ?? "";
  }

  #chance(): number {
    return this.#process.random.next();
  }
}
