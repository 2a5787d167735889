import { BrokerService, errorFromWire, Isolation } from "@millrace/contracts";
import type { AppError } from "@millrace/model";
import type { ListedOffset, OffsetSpec } from "../api.ts";
import { clientErrors } from "../errors.ts";
import { retrying } from "../retry.ts";
import type { IsolationSetting } from "../settings.ts";
import type { FetchContext } from "./partition-stream.ts";

const EARLIEST = -2n;
const LATEST = -1n;

/** Asks the leaders, in one call each; repeated while leaders move. Answers come in the order of the questions. */
export async function listOffsets(
  specs: readonly OffsetSpec[],
  isolation: IsolationSetting,
  context: FetchContext & { readonly requestTimeoutMs: number },
): Promise<readonly ListedOffset[]> {
  const answers = new Map<OffsetSpec, ListedOffset>();
  await retrying(context.ports, { forMs: context.retryForMs }, async (attempt) => {
    if (attempt > 1) await context.metadata.refresh();
    const open = specs.filter((spec) => !answers.has(spec));
    const byAddress = await groupByLeader(open, context);
    await Promise.all([...byAddress].map(([address, group]) => askLeader(address, group, { isolation, context, answers })));
  });
  return specs.flatMap((spec) => answers.get(spec) ?? []);
}

async function groupByLeader(specs: readonly OffsetSpec[], context: FetchContext): Promise<Map<string, OffsetSpec[]>> {
  const groups = new Map<string, OffsetSpec[]>();
  for (const spec of specs) {
    const { topic, partition } = spec;
    const { partitions } = await context.metadata.topic(topic);
    if (!partitions.some((candidate) => candidate.partition === partition)) throw clientErrors.unknownPartition({ topic, partition });
    const address = context.metadata.leaderAddress(topic, partition);
    if (address === undefined) throw clientErrors.noLeader({ topic, partition });
    const group = groups.get(address) ?? [];
    group.push(spec);
    groups.set(address, group);
  }
  return groups;
}

interface Asking {
  readonly isolation: IsolationSetting;
  readonly context: FetchContext & { readonly requestTimeoutMs: number };
  readonly answers: Map<OffsetSpec, ListedOffset>;
}

async function askLeader(address: string, specs: readonly OffsetSpec[], { isolation, context, answers }: Asking): Promise<void> {
  const response = await context.ports.transport.client(BrokerService, address).listOffsets(
    {
      queries: specs.map(({ topic, partition, at }) => ({ topic, partition, timestampMs: timestampOf(at) })),
      isolation: isolation === "committed" ? Isolation.READ_COMMITTED : Isolation.READ_UNCOMMITTED,
    },
    { timeoutMs: context.requestTimeoutMs },
  );
  let failure: AppError | undefined;
  for (const [index, answer] of response.answers.entries()) {
    const spec = specs[index];
    if (spec === undefined) break;
    if (answer.error !== undefined) failure = errorFromWire(answer.error);
    else {
      const { topic, partition, leaderEpoch } = answer;
      answers.set(spec, { topic, partition, offset: Number(answer.offset), timestampMs: Number(answer.timestampMs), leaderEpoch });
    }
  }
  if (failure !== undefined) throw failure;
}

function timestampOf(at: OffsetSpec["at"]): bigint {
  if (at === "earliest") return EARLIEST;
  return at === "latest" ? LATEST : BigInt(at.timestampMs);
}
