import { assert } from "@millrace/stdx";
import type { Client, ClientPorts } from "./api.ts";
import { createConsumer } from "./consumer/create-consumer.ts";
import { fetchRange } from "./consumer/fetch-range.ts";
import { listOffsets } from "./consumer/list-offsets.ts";
import { createAdmin } from "./create-admin.ts";
import { REQUEST_TIMEOUT_MS_DEFAULT, RETRY_FOR_MS_DEFAULT } from "./limits.ts";
import { Metadata } from "./metadata.ts";
import { createProducer } from "./producer/create-producer.ts";
import { TransactionCoordinatorCalls } from "./producer/identity.ts";
import { type ClientSettings, CONSUMER_DEFAULTS, PRODUCER_DEFAULTS } from "./settings.ts";

/** Connects lazily: nothing is asked of the cluster before the first use. The transport stays the caller's to close. */
export function createClient(settings: ClientSettings, ports: ClientPorts): Client {
  assert(settings.bootstrap.length > 0, "bootstrap names no broker");
  const requestTimeoutMs = settings.requestTimeoutMs ?? REQUEST_TIMEOUT_MS_DEFAULT;
  const retryForMs = settings.retryForMs ?? RETRY_FOR_MS_DEFAULT;
  const metadata = new Metadata({ bootstrap: settings.bootstrap, requestTimeoutMs, retryForMs }, ports);
  const context = { ports, metadata, requestTimeoutMs, retryForMs };
  const open = new Set<{ close(): Promise<void> }>();
  const keep = <T extends { close(): Promise<void> }>(part: T): T => {
    open.add(part);
    return part;
  };
  return {
    producer: (overrides = {}) => keep(createProducer({ ...PRODUCER_DEFAULTS, ...overrides }, context)),
    consumer: (overrides = {}) => keep(createConsumer({ ...CONSUMER_DEFAULTS, ...overrides }, context)),
    fetchRange: (range, options = {}) => fetchRange(range, options, context),
    listOffsets: (queries, isolation = "uncommitted") => listOffsets(queries, isolation, context),
    partitionCount: async (topic) => (await metadata.topic(topic)).partitions.length,
    admin: () => createAdmin(context),
    fenceTransactionalIds: async (transactionalIds) => {
      const fence = (id: string): Promise<unknown> =>
        new TransactionCoordinatorCalls(context, id).init(PRODUCER_DEFAULTS.transactionTimeoutMs);
      await Promise.all(transactionalIds.map(fence));
    },
    close: async () => {
      await Promise.all([...open].map((part) => part.close()));
      open.clear();
    },
  };
}
