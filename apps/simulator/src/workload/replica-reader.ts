import { BrokerPeerService, BrokerService, type RpcTransport } from "@millrace/contracts";
import { crc32c } from "@millrace/codecs";
import { toAppError } from "@millrace/model";
import { createBatchCursor } from "@millrace/records";
import { replicasOf } from "../run/compare-replicas.ts";
import type { BrokerHost } from "../world/cluster.ts";
import type { SimProcess } from "../world/sim-process.ts";
import { simulatedTransport } from "../world/transport.ts";
import type { KeyOf, Workload } from "./workload.ts";

const ANSWER_MS_MAX = 1_000;
const WAIT_MS = 15;
const RETRY_MS = 200;
const FINDINGS_MAX = 3;

/**
 * Reads any replica of a partition, mostly followers and leaders of the past, right behind its end. What one of them gives is committed, so at the end every replica must have the
 * same bytes in the same place. (Clients of the Kafka protocol, to which followers answer as well, do not run here.)
 */
export class ReplicaReader {
  readonly #workload: Workload;
  readonly #process: SimProcess;
  readonly #transport: RpcTransport;
  /** Where to go on, by broker and log. */
  readonly #positions = new Map<string, bigint>();
  /** Digests of batches by base offset, by log. */
  readonly #seen = new Map<string, Map<number, { readonly digest: number; readonly from: string }>>();

  readonly #topicIds = new Map<string, string>();

  constructor(workload: Workload, process: SimProcess) {
    this.#workload = workload;
    this.#process = process;
    this.#transport = simulatedTransport(process, workload.cluster.network);
  }

  async run(): Promise<void> {
    const { random } = this.#process;
    const { keys, cluster } = this.#workload;
    while (!this.#workload.isOver) {
      const [key, address] = [keys[random.integer(keys.length)], cluster.bootstrap[random.integer(cluster.bootstrap.length)]];
      if (key === undefined || address === undefined) return;
      try {
        await this.#read(key, address, await this.#topicIdOf(key.topic));
        await this.#process.sleep(WAIT_MS);
      } catch (error) {
        // Nothing there yet, or nobody.
        const { code } = toAppError(error);
        await this.#process.sleep(code === "replica-out-of-range" ? WAIT_MS : RETRY_MS);
      }
    }
  }

  /** What was read and is not there. */
  findings(hosts: readonly BrokerHost[]): string[] {
    const logs = replicasOf(hosts);
    const found: string[] = [];
    for (const [folder, seen] of this.#seen)
      for (const [offset, { digest, from }] of seen)
        for (const { host, batches, startOffset } of logs.get(folder) ?? [])
          if (offset >= startOffset && batches.get(offset) !== digest)
            found.push(`replica read: ${from} gave a batch at offset ${offset} of ${folder} that ${host} does not have there`);
    return found.slice(0, FINDINGS_MAX);
  }

  async #read({ partition }: KeyOf, address: string, topicId: string): Promise<void> {
    const folder = `${topicId}-${partition}`;
    const place = `${address} ${folder}`;
    const offset = this.#positions.get(place) ?? 0n;
    const request = { topicId, partition, offset, endOffset: BigInt(Number.MAX_SAFE_INTEGER) };
    const { batches, nextOffset } = await this.#transport
      .client(BrokerPeerService, address)
      .readReplica(request, { timeoutMs: ANSWER_MS_MAX });
    this.#positions.set(place, nextOffset);
    const seen = this.#seen.get(folder) ?? new Map<number, { digest: number; from: string }>();
    this.#seen.set(folder, seen);
    const cursor = createBatchCursor(batches);
    while (cursor.advance()) {
      const { baseOffset } = cursor.view;
      // The first one counts: whoever gives another one later is found by it.
      if (!seen.has(baseOffset)) seen.set(baseOffset, { digest: crc32c(cursor.view.subarray()), from: address });
    }
  }

  async #topicIdOf(topic: string): Promise<string> {
    const known = this.#topicIds.get(topic);
    if (known !== undefined) return known;
    const [address = ""] = this.#workload.cluster.bootstrap;
    const { topics } = await this.#transport.client(BrokerService, address).getMetadata({ topics: [topic] }, { timeoutMs: ANSWER_MS_MAX });
    const topicId = topics[0]?.topicId;
    if (topicId === undefined || topicId === "") throw new Error("the topic is not known yet");
    this.#topicIds.set(topic, topicId);
    return topicId;
  }
}
