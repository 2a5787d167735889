import { BackupService, JobService, type ServiceClient } from "@millrace/contracts";
import { AppError, type TopicPartition } from "@millrace/model";
import type { BackupAdmin } from "./backup-api.ts";
import type { AdminContext } from "./create-admin.ts";
import { clientErrors } from "./errors.ts";
import { retrying } from "./retry.ts";

/** Runs a call on the active coordinator, found again when it moves. */
type OnCoordinator = <T>(run: (address: string) => Promise<T>) => Promise<T>;

/** The calls of backup and restore. */
export function createBackupAdmin(context: AdminContext, onCoordinator: OnCoordinator): BackupAdmin {
  const { ports, metadata, retryForMs, requestTimeoutMs } = context;
  const options = { timeoutMs: requestTimeoutMs };
  const at = (address: string): ServiceClient<typeof BackupService> => ports.transport.client(BackupService, address);
  return {
    withTransactionsHeld: (hold, work) => withTransactionsHeld(hold, work, context),
    reserveProducerIds: async (count) => {
      const { firstProducerId } = await metadata.anyBrokerRetrying((address) =>
        at(address).reserveProducerIds({ count: BigInt(count) }, options),
      );
      return Number(firstProducerId);
    },
    restoreBatches: ({ topic, partition }, { batches, logStartOffset }) =>
      retrying(ports, { forMs: retryForMs }, async (attempt) => {
        if (attempt > 1) await metadata.refresh();
        const address = await leaderOf({ topic, partition }, context);
        const request = { topic, partition, batches, logStartOffset: BigInt(logStartOffset) };
        return { logEndOffset: Number((await at(address).restoreBatches(request, options)).logEndOffset) };
      }),
    async *exportJobs() {
      const address = await onCoordinator(async (found) => {
        await ports.transport.client(JobService, found).listJobs({}, options); // it is the active one, and has loaded
        return found;
      });
      for await (const { jobId, name, entries } of ports.transport.client(JobService, address).exportJobs({}))
        yield { jobId, name, entries };
    },
    importJob: async (jobId, entries) => {
      const request = { jobId, entries: entries.map(({ key, value }) => ({ key, value })) };
      return !(await onCoordinator((address) => ports.transport.client(JobService, address).importJob(request, options))).exists;
    },
  };
}

async function leaderOf({ topic, partition }: TopicPartition, { metadata }: AdminContext): Promise<string> {
  const { partitions } = await metadata.topic(topic);
  if (!partitions.some((candidate) => candidate.partition === partition)) throw clientErrors.unknownPartition({ topic, partition });
  const address = metadata.leaderAddress(topic, partition);
  if (address === undefined) throw clientErrors.noLeader({ topic, partition });
  return address;
}

async function withTransactionsHeld<T>(
  { holder, ttlMs }: { readonly holder: string; readonly ttlMs: number },
  work: () => Promise<T>,
  { ports, metadata, retryForMs, requestTimeoutMs }: AdminContext,
): Promise<T> {
  const service = (address: string): ServiceClient<typeof BackupService> => ports.transport.client(BackupService, address);
  const addresses = await retrying(ports, { forMs: retryForMs }, () => metadata.brokerAddresses());
  const release = async (): Promise<readonly boolean[]> => {
    const answers = await Promise.allSettled(
      addresses.map((address) => service(address).releaseTransactions({ holder }, { timeoutMs: requestTimeoutMs })),
    );
    return answers.map((answer) => answer.status === "fulfilled" && answer.value.held);
  };
  let result: T;
  try {
    const timeoutMs = Math.max(requestTimeoutMs, ttlMs);
    const begun = await Promise.allSettled(addresses.map((address) => service(address).holdTransactions({ holder, ttlMs }, { timeoutMs })));
    const failed = begun.find((answer) => answer.status === "rejected");
    if (failed !== undefined) throw failed.reason as Error;
    result = await work();
  } catch (error) {
    await release();
    throw error;
  }
  const held = await release();
  const after = await retrying(ports, { forMs: retryForMs }, () => metadata.brokerAddresses());
  const isSame = after.length === addresses.length && after.every((address) => addresses.includes(address));
  if (isSame && held.every(Boolean)) return result;
  throw new AppError({
    kind: "retry",
    code: "transactions-unsettled",
    message: "transactions could not be held until everything was read: a broker came or went, or it took too long",
    context: { holder, ttlMs, brokers: addresses.length, held: held.filter(Boolean).length },
  });
}
