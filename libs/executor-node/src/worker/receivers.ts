import type { Client, Producer } from "@millrace/client";
import type { SourcePartitionOwner } from "@millrace/contracts";
import { createValueDecoder } from "@millrace/dataflow";
import { AppError, type JobDefinition, type TopicSourceDescriptor } from "@millrace/model";
import type { Connectors, OpenReceiver, ReceivedRecords, ValueFormats } from "@millrace/ports";
import { errors } from "../errors.ts";
import { RECEIVED_BYTES_MAX, RECEIVED_DELIVERY_MS_MAX } from "../limits.ts";

interface OpenParts {
  readonly definition: JobDefinition;
  readonly jobId: string;
  readonly client: Client;
  readonly connectors: Connectors;
  readonly formats: ValueFormats;
  /** Of this worker. */
  readonly partitions: readonly SourcePartitionOwner[];
  readonly fail: (error: AppError) => void;
}

/** What this worker receives for the topics that sources of the job read, from the opening of its tasks to its end. Has nothing to do with batches: those read the topics. */
export class Receivers {
  readonly #open: OpenReceiver[] = [];
  readonly #producers: Producer[] = [];

  static async open(parts: OpenParts): Promise<Receivers> {
    const receivers = new Receivers();
    for (const operator of parts.definition.graph.operators) {
      if (operator.kind !== "source" || operator.source.type !== "topic" || operator.source.receiver === undefined) continue;
      const { receiver } = operator.source;
      const found = parts.connectors.receiver(receiver.connector, receiver.options);
      if (found === undefined) throw errors.unknownConnector(operator.id, receiver.connector);
      const producer = parts.client.producer({
        idempotent: true,
        deliveryTimeoutMs: RECEIVED_DELIVERY_MS_MAX,
        bufferBytes: RECEIVED_BYTES_MAX,
      });
      receivers.#producers.push(producer);
      await producer.open([operator.source.topic]);
      const into = recordsInto(operator.source, { source: operator.id, producer, ...parts });
      const opened = await found.open(into).catch((cause: unknown) => {
        throw errors.sourceFailed(operator.id, cause);
      });
      receivers.#open.push(opened);
    }
    return receivers;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#open.map((receiver) => receiver.close()));
    await Promise.allSettled(this.#producers.map((producer) => producer.close({ discard: true })));
  }
}

function recordsInto(
  { topic, value }: TopicSourceDescriptor,
  parts: Pick<OpenParts, "jobId" | "formats" | "partitions" | "fail"> & { readonly source: string; readonly producer: Producer },
): ReceivedRecords {
  const { source, producer, jobId, formats, partitions } = parts;
  const decode = createValueDecoder(value, formats);
  return {
    jobId,
    source,
    isFirst: partitions.some((partition) => partition.source === source && partition.index === 0),
    check(bytes) {
      try {
        decode(bytes, 0, bytes.length);
      } catch (cause) {
        throw errors.notDecoded(source, cause);
      }
    },
    async append(record) {
      if (producer.bufferedBytes >= RECEIVED_BYTES_MAX) throw errors.receivedTooMuch(source);
      return producer.sendAndWait(topic, { key: null, value: record.value });
    },
    fail: (error) => parts.fail(error instanceof AppError ? error : errors.sourceFailed(source, error)),
  };
}
