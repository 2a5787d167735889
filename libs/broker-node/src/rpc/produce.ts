import {
  type Acks,
  BrokerService,
  type CallContext,
  ErrorKind,
  type ProducePartition,
  type ProduceRequest,
  type ProduceStreamRequest,
  type Record as WireRecord,
} from "@millrace/contracts";
import { AppError } from "@millrace/model";
import { sleep } from "@millrace/ports";
import { BoundedQueue } from "@millrace/stdx";
import { brokerErrors } from "../errors.ts";
import {
  FORWARD_TIMEOUT_MS,
  PARTITIONS_PER_REQUEST_MAX,
  PLAIN_RETRY_MS,
  PLAIN_RETRY_WAIT_MS,
  PRODUCE_TIMEOUT_MS_DEFAULT,
} from "../limits.ts";
import { appendBatch, type BatchAppend, failureOf, type PartitionResult } from "./append-batch.ts";
import { InFlightBytes } from "./in-flight-bytes.ts";
import { PlainRecords } from "./plain-records.ts";
import { type ProduceDeadline, ProduceDeadlines } from "./produce-deadline.ts";
import type { RpcContext } from "./rpc-context.ts";

interface Target {
  readonly topic: string;
  readonly partition: number;
}

/** One request, for each of its partitions. */
interface Asked {
  readonly request: ProduceRequest;
  readonly call: CallContext;
  readonly deadline: ProduceDeadline;
}

/** Batches of one request of Kafka's protocol. */
export interface BatchesRequest {
  readonly batches: readonly BatchAppend[];
  readonly acks: Acks;
  readonly transactionalId: string;
  readonly timeoutMs: number;
}

type WireResult = Omit<PartitionResult, "baseOffset" | "logAppendTimeMs" | "logStartOffset"> & {
  readonly baseOffset: bigint;
  readonly logAppendTimeMs: bigint;
  readonly logStartOffset: bigint;
};

interface ProduceAnswer {
  readonly results: WireResult[];
}

/** Produce and ProduceStream. Partitions of a request succeed or fail alone; requests of a stream are staged and answered in order. */
export class ProduceHandler {
  readonly inFlight: InFlightBytes;
  readonly #context: RpcContext;
  readonly #plainRecords: PlainRecords;
  readonly #deadlines: ProduceDeadlines;

  constructor(context: RpcContext) {
    this.#context = context;
    this.#plainRecords = new PlainRecords(context.ports);
    this.#deadlines = new ProduceDeadlines(context.ports.clock);
    this.inFlight = new InFlightBytes(context.settings.inFlightBytesMax);
  }

  /** Answers each partition by itself, at the latest when the request's time is over. Nobody looks at the bytes of batches after that. */
  async produce(request: ProduceRequest, call: CallContext, options: { force?: boolean } = {}): Promise<ProduceAnswer> {
    const bytes = bytesOf(request);
    this.inFlight.acquire(bytes, options);
    try {
      return await this.#handle(request, call);
    } finally {
      this.inFlight.release(bytes);
    }
  }

  /**
   * Appends batches and calls `done` once with their results, in their order: the same for a door that has no messages of gRPC. Throws what refuses all of it. Nobody
   * looks at the bytes of the batches after it has returned.
   */
  append(request: BatchesRequest, call: CallContext, done: (results: readonly PartitionResult[]) => void): void {
    const { batches, acks, transactionalId } = request;
    requireFew(batches.length);
    let bytes = 0;
    for (const { batch } of batches) bytes += batch.length;
    this.inFlight.acquire(bytes, { force: true });
    const startedMs = this.#context.ports.clock.monotonicMs();
    const deadline = this.#deadlines.begin(Math.min(request.timeoutMs, call.remainingMs()), startedMs);
    const asked = { acks, transactionalId, traceparent: call.metadata.get("traceparent"), deadline, startedMs };
    const results = new Array<PartitionResult>(batches.length);
    let left = batches.length + 1;
    const settled = (): void => {
      if (--left > 0) return;
      deadline.cancel();
      this.inFlight.release(bytes);
      done(results);
    };
    batches.forEach((batch, index) => {
      appendBatch(batch, asked, this.#context, (result) => {
        results[index] = result;
        settled();
      });
    });
    settled();
  }

  async *produceStream(
    requests: AsyncIterable<ProduceStreamRequest>,
    call: CallContext,
  ): AsyncGenerator<{ correlationId: bigint; produce: ProduceAnswer }> {
    const answers = new BoundedQueue<{ correlationId: bigint; bytes: number; answer: Promise<ProduceAnswer> }>({
      weightMax: this.#context.settings.inFlightBytesPerConnectionMax,
      weigh: ({ bytes }) => bytes,
    });
    const { stopping } = this.#context;
    const onStopping = (): void => answers.end(brokerErrors.stopping());
    stopping.addEventListener("abort", onStopping, { once: true });
    // Ends with the caller's requests, which a transport ends with the call.
    void this.#readRequests(requests, call, answers);
    try {
      for await (const { correlationId, answer } of answers) yield { correlationId, produce: await answer };
    } finally {
      stopping.removeEventListener("abort", onStopping);
      answers.end();
    }
  }

  async #readRequests(
    requests: AsyncIterable<ProduceStreamRequest>,
    call: CallContext,
    answers: BoundedQueue<{ correlationId: bigint; bytes: number; answer: Promise<ProduceAnswer> }>,
  ): Promise<void> {
    try {
      for await (const { correlationId, produce } of requests) {
        if (produce === undefined) throw brokerErrors.invalidRequest("a stream message without a produce request");
        const answer = this.produce(produce, call, { force: true });
        answer.catch(() => undefined); // met again by whoever awaits the answer in its turn
        if (!(await answers.push({ correlationId, bytes: bytesOf(produce), answer }))) return;
        await this.inFlight.room();
      }
      answers.end();
    } catch (error) {
      answers.end(error);
    }
  }

  async #handle(request: ProduceRequest, call: CallContext): Promise<ProduceAnswer> {
    requireFew(request.partitions.length);
    const timeoutMs = Math.min(request.timeoutMs > 0 ? request.timeoutMs : PRODUCE_TIMEOUT_MS_DEFAULT, call.remainingMs());
    const deadline = this.#deadlines.begin(timeoutMs);
    try {
      const asked: Asked = { request, call, deadline };
      const results = await Promise.all(request.partitions.flatMap((part) => this.#producePart(part, asked)));
      return { results: results.map(toWire) };
    } finally {
      deadline.cancel();
    }
  }

  #producePart(part: ProducePartition, asked: Asked): Promise<PartitionResult>[] {
    const { topic, data } = part;
    try {
      if (data.case === "batch") {
        if (part.partition === undefined) throw brokerErrors.invalidRequest("a batch needs its partition", { topic });
        return [this.#append({ topic, partition: part.partition }, data.value, asked)];
      }
      if (data.case !== "records") throw brokerErrors.invalidRequest("neither a batch nor records to produce", { topic });
      const { view } = this.#context;
      if (part.partition === undefined) view.requirePartition(topic, 0);
      const partitionCount = view.topic(topic)?.partitions.length ?? 1;
      const spread = this.#plainRecords.spread(data.value.records, part.partition, partitionCount);
      return [...spread].map(([partition, records]) => this.#produceRecords({ topic, partition }, records, asked));
    } catch (error) {
      return [Promise.resolve(failureOf({ topic, partition: part.partition ?? -1 }, error))];
    }
  }

  #append(target: Target, batch: Uint8Array, { request, call, deadline }: Asked): Promise<PartitionResult> {
    const { acks, transactionalId } = request;
    const traceparent = call.metadata.get("traceparent");
    const { promise, resolve } = Promise.withResolvers<PartitionResult>();
    const startedMs = this.#context.ports.clock.monotonicMs();
    appendBatch({ ...target, batch }, { acks, transactionalId, traceparent, deadline, startedMs }, this.#context, resolve);
    return promise;
  }

  /**
   * Plain records go to whoever leads, and are offered again for a while when a partition is just being opened or moved, so that a small client needs to
   * know one broker and no repetitions. Only refusals before the append are repeated.
   */
  #produceRecords(target: Target, records: readonly WireRecord[], asked: Asked): Promise<PartitionResult> {
    return asked.deadline.within(this.#repeat(target, records, asked)).catch((error: unknown) => failureOf(target, error));
  }

  async #repeat(target: Target, records: readonly WireRecord[], asked: Asked): Promise<PartitionResult> {
    const { call } = asked;
    const { clock } = this.#context.ports;
    const deadlineMs = clock.monotonicMs() + Math.min(PLAIN_RETRY_MS, call.remainingMs());
    for (;;) {
      const result = await this.#offerRecords(target, records, asked);
      if (result.error?.kind !== ErrorKind.RETRY || call.metadata.has(FORWARDED) || clock.monotonicMs() >= deadlineMs) return result;
      await sleep(clock, PLAIN_RETRY_WAIT_MS, call.signal).catch(() => undefined); // cancelled: the answer goes nowhere
      if (call.signal.aborted) return result;
    }
  }

  #offerRecords(target: Target, records: readonly WireRecord[], asked: Asked): Promise<PartitionResult> {
    try {
      asked.deadline.requireTime();
      this.#context.replicas.requireLeader(target.topic, target.partition);
    } catch (error) {
      if (error instanceof AppError && error.code === "not-leader" && !asked.call.metadata.has(FORWARDED))
        return this.#forward(target, records, asked);
      return Promise.resolve(failureOf(target, error));
    }
    try {
      return this.#append(target, this.#plainRecords.build(records), asked);
    } catch (error) {
      return Promise.resolve(failureOf(target, error));
    }
  }

  async #forward(target: Target, records: readonly WireRecord[], { request, call }: Asked): Promise<PartitionResult> {
    const { view, ports } = this.#context;
    try {
      const leader = view.requirePartition(target.topic, target.partition).leader;
      const address = leader === undefined ? undefined : view.brokerAddress(leader);
      if (address === undefined) throw brokerErrors.noLeader({ ...target });
      const traceparent = call.metadata.get("traceparent");
      const response = await ports.transport.client(BrokerService, address).produce(
        {
          partitions: [{ ...target, data: { case: "records", value: { records: [...records] } } }],
          acks: request.acks,
          timeoutMs: request.timeoutMs,
        },
        {
          signal: call.signal,
          timeoutMs: Math.min(call.remainingMs(), FORWARD_TIMEOUT_MS),
          metadata: { [FORWARDED]: "1", ...(traceparent === undefined ? {} : { traceparent }) },
        },
      );
      const [result] = response.results;
      if (result === undefined) throw brokerErrors.noLeader({ ...target });
      const { topic, partition, error } = result;
      const [baseOffset, logAppendTimeMs] = [Number(result.baseOffset), Number(result.logAppendTimeMs)];
      const numbers = { topic, partition, baseOffset, logAppendTimeMs, logStartOffset: Number(result.logStartOffset) };
      return error === undefined ? numbers : { ...numbers, error };
    } catch (error) {
      return failureOf(target, error);
    }
  }
}

/** Marks a request that a broker passed on: it is passed on once. */
export const FORWARDED = "millrace-forwarded";

function requireFew(partitions: number): void {
  if (partitions > PARTITIONS_PER_REQUEST_MAX) throw brokerErrors.invalidRequest("too many partitions in one request", { partitions });
}

function toWire({ baseOffset, logAppendTimeMs, logStartOffset, ...rest }: PartitionResult): WireResult {
  return {
    ...rest,
    baseOffset: BigInt(baseOffset),
    logAppendTimeMs: BigInt(logAppendTimeMs),
    logStartOffset: BigInt(logStartOffset),
  };
}

function bytesOf(request: ProduceRequest): number {
  let bytes = 0;
  for (const { data } of request.partitions) {
    if (data.case === "batch") bytes += data.value.length;
    else if (data.case === "records")
      for (const { key, value } of data.value.records) bytes += RECORD_OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0);
  }
  return bytes;
}

const RECORD_OVERHEAD_BYTES = 32; // of a plain record in memory, roughly: what counts is that it is not 0
