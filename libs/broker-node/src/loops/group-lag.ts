import { BrokerPeerService } from "@millrace/contracts";
import type { GaugeSample, Timer } from "@millrace/ports";
import type { ClusterView } from "../cluster-view.ts";
import type { GroupCoordinators } from "../groups/group-coordinators.ts";
import { describePosition, type PositionDescription } from "../groups/describe-positions.ts";
import { FORWARD_TIMEOUT_MS, GROUP_LAG_MS, POSITIONS_PER_CALL_MAX } from "../limits.ts";
import type { BrokerPorts } from "../node-ports.ts";
import type { Replicas } from "../partitions/replicas.ts";

interface Position {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

interface Lag extends Position, PositionDescription {}

interface Context {
  readonly brokerId: number;
  readonly view: ClusterView;
  readonly replicas: Replicas;
  readonly groups: GroupCoordinators;
}

/**
 * How far the groups on this broker are behind: from time to time it looks at the partitions that they have committed offsets of, here and on other leaders, so that
 * each group's series come from one broker. What a leader does not answer is left out, never shown as 0.
 */
export class GroupLag {
  readonly #context: Context;
  readonly #ports: BrokerPorts;
  readonly #stop = new AbortController();
  #lags: readonly Lag[] = [];
  #timer: Timer | undefined;
  #round: Promise<void> = Promise.resolve();

  constructor(context: Context, ports: BrokerPorts) {
    this.#context = context;
    this.#ports = ports;
    this.#observe();
  }

  start(): void {
    if (this.#stop.signal.aborted) return;
    this.#timer = this.#ports.clock.setTimer(GROUP_LAG_MS, () => {
      this.#round = this.#look().then(
        () => this.start(),
        (error: unknown) => {
          this.#ports.logger.error("lag of groups cannot be told", { error });
          this.start();
        },
      );
    });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#timer?.cancel();
    await this.#round;
  }

  async #look(): Promise<void> {
    const positions = this.#positions();
    const byLeader = new Map<number, Position[]>();
    for (const position of positions) {
      const leader = this.#context.view.partition(position.topic, position.partition)?.leader;
      if (leader === undefined) continue;
      const known = byLeader.get(leader);
      if (known === undefined) byLeader.set(leader, [position]);
      else known.push(position);
    }
    const lags = await Promise.all([...byLeader].map(([leader, own]) => this.#ask(leader, own)));
    this.#lags = lags.flat();
  }

  /** Committed offsets of all groups here, up to the bound of what metrics show. */
  #positions(): Position[] {
    const positions: Position[] = [];
    for (const { group, offsets } of this.#context.groups.figures()) {
      for (const { topic, partition, offset } of offsets) {
        if (positions.length >= POSITIONS_PER_CALL_MAX) return positions;
        positions.push({ group, topic, partition, offset });
      }
    }
    return positions;
  }

  async #ask(leader: number, positions: readonly Position[]): Promise<Lag[]> {
    const { brokerId, view, replicas } = this.#context;
    if (leader === brokerId) {
      return positions.flatMap((position) =>
        replicas.isLeader(position.topic, position.partition)
          ? [{ ...position, ...describePosition(replicas.requireLeader(position.topic, position.partition), position.offset) }]
          : [],
      );
    }
    const address = view.brokerAddress(leader);
    if (address === undefined) return [];
    try {
      const request = { positions: positions.map(({ topic, partition, offset }) => ({ topic, partition, offset: BigInt(offset) })) };
      const answer = await this.#ports.transport
        .client(BrokerPeerService, address)
        .describePositions(request, { timeoutMs: FORWARD_TIMEOUT_MS, signal: this.#stop.signal });
      return positions.flatMap((position, index) => {
        const described = answer.positions[index];
        if (described === undefined || described.logEndOffset < 0n) return [];
        const timestampMs = described.timestampMs < 0n ? undefined : Number(described.timestampMs);
        return [{ ...position, logEndOffset: Number(described.logEndOffset), timestampMs }];
      });
    } catch (error) {
      this.#ports.logger.debug("a leader does not tell about positions of groups", { leader, error });
      return [];
    }
  }

  #observe(): void {
    const { metrics } = this.#ports;
    const { groups } = this.#context;
    const lags = (): readonly Lag[] => this.#lags;
    metrics.gauge("kafka_consumergroup_members", () =>
      groups.figures().map(({ group, memberCount }) => ({ value: memberCount, labels: { consumergroup: group } })),
    );
    metrics.gauge("kafka_consumergroup_current_offset", () => lags().map((lag) => ({ value: lag.offset, labels: labelsOf(lag) })));
    metrics.gauge("kafka_consumergroup_current_offset_sum", () => byTopic(lags(), (lag) => lag.offset));
    metrics.gauge("kafka_consumergroup_lag", () => lags().map((lag) => ({ value: recordsBehind(lag), labels: labelsOf(lag) })));
    metrics.gauge("kafka_consumergroup_lag_sum", () => byTopic(lags(), recordsBehind));
    metrics.gauge("kafka_consumergroup_lag_seconds", () =>
      lags().map((lag) => ({ value: this.#secondsBehind(lag), labels: labelsOf(lag) })),
    );
    metrics.gauge("kafka_consumergroup_lag_seconds_max", () => {
      const greatest = new Map<string, number>();
      for (const lag of lags()) greatest.set(lag.group, Math.max(greatest.get(lag.group) ?? 0, this.#secondsBehind(lag)));
      return [...greatest].map(([consumergroup, value]) => ({ value, labels: { consumergroup } }));
    });
  }

  /** Producers' clocks may be ahead: never below 0. */
  #secondsBehind({ timestampMs }: Lag): number {
    return timestampMs === undefined ? 0 : Math.max(0, this.#ports.clock.wallMs() - timestampMs) / 1_000;
  }
}

function recordsBehind({ logEndOffset, offset }: Lag): number {
  return Math.max(0, logEndOffset - offset);
}

function labelsOf({ group, topic, partition }: Lag): { consumergroup: string; topic: string; partition: string } {
  return { consumergroup: group, topic, partition: String(partition) };
}

function byTopic(lags: readonly Lag[], value: (lag: Lag) => number): GaugeSample[] {
  const sums = new Map<string, { value: number; labels: { consumergroup: string; topic: string } }>();
  for (const lag of lags) {
    const key = JSON.stringify([lag.group, lag.topic]);
    const sum = sums.get(key) ?? { value: 0, labels: { consumergroup: lag.group, topic: lag.topic } };
    sum.value += value(lag);
    sums.set(key, sum);
  }
  return [...sums.values()];
}
