import { create, fromBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "@jest/globals";
import { BULK_CODECS } from "./bulk-codecs.ts";
import { Acks, FetchStreamResponseSchema, ProduceStreamRequestSchema } from "./gen/millrace/broker/v1/broker_pb.ts";

const encode = (type: string, message: unknown): Uint8Array =>
  BULK_CODECS.get(`millrace.broker.v1.${type}`)?.encode(message) ?? new Uint8Array();
const batch = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(7);

describe("BULK_CODECS", () => {
  it.each([0, 1, 127, 128, 20_000])("write a produce request that any protobuf decoder reads, with a batch of %i bytes", (bytes) => {
    const message = {
      correlationId: 300n,
      produce: {
        partitions: [
          { topic: "t", partition: 0, data: { case: "batch" as const, value: batch(bytes) } },
          { topic: "u", data: { case: "records" as const, value: { records: [{ value: batch(3) }] } } },
        ],
        acks: Acks.ALL,
        timeoutMs: 5,
        transactionalId: "x",
      },
    };
    expect(fromBinary(ProduceStreamRequestSchema, encode("ProduceStreamRequest", message))).toEqual(
      create(ProduceStreamRequestSchema, message),
    );
    expect(encode("ProduceStreamRequest", create(ProduceStreamRequestSchema, message))).toEqual(encode("ProduceStreamRequest", message));
  });

  it.each([0, 1, 127, 128, 20_000])("write a fetch answer that any protobuf decoder reads, with %i bytes of batches", (bytes) => {
    const message = {
      fetch: {
        results: [
          { topic: "t", partition: 1, batches: batch(bytes), nextOffset: 5n, abortedTransactions: [{ producerId: 1n, firstOffset: 2n }] },
          { topic: "u" },
        ],
      },
    };
    expect(fromBinary(FetchStreamResponseSchema, encode("FetchStreamResponse", message))).toEqual(
      create(FetchStreamResponseSchema, message),
    );
  });
});
