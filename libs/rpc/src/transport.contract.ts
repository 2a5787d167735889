import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import {
  bindService,
  BrokerService,
  type CallContext,
  type FetchStreamResponse,
  ListOffsetsResponseSchema,
  type ProduceStreamRequest,
  type RpcListener,
  type RpcServer,
  type RpcTransport,
  type ServiceClient,
  type ServiceHandlers,
} from "@millrace/contracts";
import { AppError } from "@millrace/model";
import { assertDefined, createDeferred } from "@millrace/stdx";

/** Both ends of a transport, for one test. */
export interface TransportEnds {
  readonly transport: RpcTransport;
  readonly listener: RpcListener;
  /** Somewhere to listen with a port of the transport's choice. */
  readonly freeAddress: string;
  /** An address that nobody serves. */
  readonly deadAddress: string;
}

const PAYLOAD_BYTES = 256 * 1024;
const STREAM_LENGTH = 400; // 100 MiB: far more than any transport may hold
const AHEAD_MAX = 80; // 20 MiB: windows, queues on both sides, sockets
const LARGE_MS_MAX = 60_000; // a hundred megabytes through a machine that does other things, too

/** What every transport promises beyond its types, as tests. `hasTimers`: deadlines end calls by themselves. */
export function describeTransportContract(name: string, makeEnds: () => TransportEnds, options: { hasTimers: boolean }): void {
  describe(`transport contract: ${name}`, () => {
    let ends: TransportEnds;
    let server: RpcServer | undefined;

    beforeEach(() => {
      ends = makeEnds();
    });
    afterEach(async () => {
      await ends.transport.close();
      await server?.stop({ deadlineMs: 0 });
      server = undefined;
    });

    async function serve(handlers: Partial<ServiceHandlers<typeof BrokerService>>): Promise<ServiceClient<typeof BrokerService>> {
      server = await ends.listener.listen(ends.freeAddress, [bindService(BrokerService, { ...refuseAll(), ...handlers })]);
      return ends.transport.client(BrokerService, server.address);
    }

    it("carries requests and answers whole", async () => {
      const client = await serve({
        fetch: (request) =>
          Promise.resolve({
            results: request.partitions.map((p) => ({ topic: p.topic, highWatermark: p.offset + 1n, batches: new Uint8Array([1, 2, 3]) })),
          }),
      });
      const answer = await client.fetch({ partitions: [{ topic: "flights", offset: 2n ** 53n - 1n }] });
      expect(answer.results.map((r) => [r.topic, r.highWatermark, [...r.batches]])).toEqual([["flights", 2n ** 53n, [1, 2, 3]]]);
    });

    it("hands a handler's error to the caller: kind, code, reason and context", async () => {
      const thrown = new AppError({
        kind: "not-found",
        code: "unknown-topic",
        message: "no such topic: create it",
        context: { topic: "fl✈ghts", partition: 3 },
      });
      const client = await serve({ getMetadata: () => Promise.reject(thrown) });
      const caught = await caughtBy(client.getMetadata({}));
      expect(caught).toMatchObject({ kind: "not-found", code: "unknown-topic", reason: "no such topic: create it" });
      expect(caught.message).toBe(thrown.message);
    });

    it("says which address does not answer", async () => {
      const client = ends.transport.client(BrokerService, ends.deadAddress);
      const caught = await caughtBy(client.getMetadata({}));
      expect(caught).toMatchObject({ kind: "unavailable", code: "unreachable" });
      expect(caught.context["address"]).toBe(ends.deadAddress);
    });

    it("refuses an address that is taken, naming it", async () => {
      await serve({});
      const { address } = assertDefined(server, "server");
      expect(await caughtBy(ends.listener.listen(address, []).then(() => undefined))).toMatchObject({
        kind: "conflict",
        code: "port-in-use",
        context: { address },
      });
    });

    it("hands metadata and the remaining time to the handler", async () => {
      const seen = createDeferred<[string | undefined, number]>();
      const client = await serve({
        getMetadata: (_request, context) => {
          seen.resolve([context.metadata.get("traceparent"), context.remainingMs()]);
          return Promise.resolve({});
        },
      });
      const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
      await client.getMetadata({}, { metadata: { traceparent }, timeoutMs: 5_000 });
      const [received, remainingMs] = await seen.promise;
      expect(received).toBe(traceparent);
      expect(remainingMs).toBeGreaterThan(1_000);
      expect(remainingMs).toBeLessThanOrEqual(5_000);
    });

    it("streams answers in order to the end", async () => {
      const client = await serve({ fetchStream: () => payloads(50, 10) });
      const offsets: bigint[] = [];
      for await (const answer of client.fetchStream({})) offsets.push(offsetOf(answer));
      expect(offsets).toEqual(Array.from({ length: 50 }, (_, index) => BigInt(index)));
    });

    it("ends a stream with the handler's error", async () => {
      const client = await serve({
        fetchStream: async function* () {
          yield payload(0, 1);
          await Promise.resolve();
          throw new AppError({ kind: "fenced", code: "fenced-leader", message: "another broker leads now" });
        },
      });
      const reading = async (): Promise<void> => {
        for await (const answer of client.fetchStream({})) expect(offsetOf(answer)).toBe(0n);
      };
      expect(await caughtBy(reading())).toMatchObject({ kind: "fenced", code: "fenced-leader" });
    });

    it("answers a request of a two-way stream before the next one is sent", async () => {
      const client = await serve({
        produceStream: async function* (requests) {
          for await (const request of requests) yield { correlationId: request.correlationId };
        },
      });
      let answered = createDeferred<void>();
      const requests = async function* (): AsyncGenerator<{ correlationId: bigint }> {
        for (let id = 0n; id < 20n; id++) {
          yield { correlationId: id };
          await answered.promise;
          answered = createDeferred();
        }
      };
      const ids: bigint[] = [];
      for await (const answer of client.produceStream(requests())) {
        ids.push(answer.correlationId);
        answered.resolve();
      }
      expect(ids).toEqual(Array.from({ length: 20 }, (_, index) => BigInt(index)));
    });

    it(
      "stops a handler's stream while its reader does not read, and loses nothing",
      async () => {
        let produced = 0;
        const client = await serve({
          fetchStream: () => payloads(STREAM_LENGTH, PAYLOAD_BYTES, (count) => (produced = count)),
          getMetadata: () => Promise.resolve({}),
        });
        let received = 0;
        for await (const answer of client.fetchStream({})) {
          expect(offsetOf(answer)).toBe(BigInt(received));
          if (received === 0) await passTurns(client);
          received++;
          expect(produced - received).toBeLessThanOrEqual(AHEAD_MAX);
        }
        expect(received).toBe(STREAM_LENGTH);
      },
      LARGE_MS_MAX,
    );

    it(
      "stops a caller's stream while the handler does not read, and loses nothing",
      async () => {
        let produced = 0;
        let received = 0;
        let aheadMost = 0;
        const gate = createDeferred<void>();
        const client = await serve({
          produceStream: async function* (requests) {
            for await (const request of requests) {
              if (received === 0) {
                yield {}; // The caller now lets turns pass, while nothing is read here.
                await gate.promise;
              }
              expect(request.correlationId).toBe(BigInt(received));
              received++;
              aheadMost = Math.max(aheadMost, produced - received);
            }
          },
          getMetadata: () => Promise.resolve({}),
        });
        for await (const _ of client.produceStream(requestPayloads(STREAM_LENGTH, PAYLOAD_BYTES, (count) => (produced = count)))) {
          await passTurns(client);
          aheadMost = Math.max(aheadMost, produced - received);
          gate.resolve();
        }
        expect(received).toBe(STREAM_LENGTH);
        expect(aheadMost).toBeLessThanOrEqual(AHEAD_MAX);
      },
      LARGE_MS_MAX,
    );

    it("tells the handler when the caller aborts a call", async () => {
      const started = createDeferred<void>();
      const told = createDeferred<void>();
      const client = await serve({ fetch: (_request, context) => untilAborted(context, started.resolve, told.resolve) });
      const controller = new AbortController();
      const call = caughtBy(client.fetch({}, { signal: controller.signal }));
      await started.promise;
      controller.abort();
      await told.promise;
      expect(await call).toMatchObject({ kind: "unavailable", code: "cancelled" });
    });

    it("ends the handler's stream when the reader stops early", async () => {
      const returned = createDeferred<void>();
      const client = await serve({
        fetchStream: async function* () {
          try {
            for (let index = 0; ; index++) yield await Promise.resolve(payload(index, 1_000));
          } finally {
            returned.resolve();
          }
        },
      });
      for await (const answer of client.fetchStream({})) if (offsetOf(answer) === 5n) break;
      await returned.promise;
    });

    it("ends the caller's requests when the handler fails", async () => {
      const client = await serve({
        // eslint-disable-next-line require-yield -- a handler that fails before its first answer
        produceStream: async function* () {
          await Promise.resolve();
          throw new AppError({ kind: "exhausted", code: "quota", message: "slower" });
        },
      });
      const reading = async (): Promise<void> => {
        for await (const _ of client.produceStream(requestPayloads(STREAM_LENGTH, 10, () => undefined))) expect(_).toBeUndefined();
      };
      expect(await caughtBy(reading())).toMatchObject({ kind: "exhausted", code: "quota" });
    });

    if (options.hasTimers) {
      it("ends a call at its deadline, on both sides", async () => {
        const told = createDeferred<void>();
        const client = await serve({ fetch: (_request, context) => untilAborted(context, () => undefined, told.resolve) });
        expect(await caughtBy(client.fetch({}, { timeoutMs: 50 }))).toMatchObject({ kind: "unavailable", code: "deadline-exceeded" });
        await told.promise;
      });
    }
  });
}

export function refuseAll(): ServiceHandlers<typeof BrokerService> {
  const refuse = (): never => {
    throw new AppError({ kind: "invalid", code: "not-served", message: "this test does not serve that" });
  };
  return {
    produce: refuse,
    produceStream: refuse,
    fetch: refuse,
    fetchStream: refuse,
    deleteRecords: refuse,
    holdRecords: refuse,
    listOffsets: () => Promise.resolve(create(ListOffsetsResponseSchema)),
    getMetadata: refuse,
  };
}

async function caughtBy(call: Promise<unknown>): Promise<AppError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("the call succeeded");
}

interface Payload {
  readonly fetch: { readonly results: { readonly highWatermark: bigint; readonly batches: Uint8Array }[] };
}

function payload(index: number, bytes: number): Payload {
  return { fetch: { results: [{ highWatermark: BigInt(index), batches: new Uint8Array(bytes) }] } };
}

function offsetOf(answer: FetchStreamResponse): bigint {
  return assertDefined(answer.fetch?.results[0], "result").highWatermark;
}

async function* payloads(count: number, bytes: number, onProduce: (count: number) => void = () => undefined): AsyncGenerator<Payload> {
  for (let index = 0; index < count; index++) {
    onProduce(index + 1);
    yield await Promise.resolve(payload(index, bytes));
  }
}

type ProduceInit = Pick<ProduceStreamRequest, "correlationId"> & {
  produce: { partitions: { data: { case: "batch"; value: Uint8Array } }[] };
};

async function* requestPayloads(count: number, bytes: number, onProduce: (count: number) => void): AsyncGenerator<ProduceInit> {
  for (let index = 0; index < count; index++) {
    onProduce(index + 1);
    yield await Promise.resolve({
      correlationId: BigInt(index),
      produce: { partitions: [{ data: { case: "batch" as const, value: new Uint8Array(bytes) } }] },
    });
  }
}

/** Lets the other side do all that it can: round trips on the same connection, instead of a sleep. */
async function passTurns(client: ServiceClient<typeof BrokerService>): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await client.getMetadata({});
}

function untilAborted(context: CallContext, onStart: () => void, onAbort: () => void): Promise<never> {
  return new Promise((_resolve, reject) => {
    context.signal.addEventListener("abort", () => {
      onAbort();
      reject(new AppError({ kind: "unavailable", code: "cancelled", message: "caller is gone" }));
    });
    onStart();
  });
}
