import { formatError } from "@millrace/service-kit";
import { COPY_INPUT, COPY_OUTPUT } from "../../jobs/copy/copy-job.ts";
import { kafkaLoad } from "../kafka/kafka-client.ts";
import type { Measurement } from "../load.ts";
import { LatencyRecorder } from "../measure/latency.ts";
import type { Row } from "../versus/rows.ts";
import { type Copier, type Guarantee, makeTopic, type System } from "./system.ts";
import { UsageMeter } from "./usage-meter.ts";
import { PARTITIONS } from "./work.ts";

export const COPY_ROW = "12";
export const COPY_NAME = "copy";
export const GUARANTEES: readonly Guarantee[] = ["exactly-once", "at-least-once"];

const RATE = 1_000;
const VALUE_BYTES = 100;
const WARM_UP_SECONDS = { full: 10, quick: 4 };
const SECONDS = { full: 20, quick: 10 };

const nameOf = (guarantee: Guarantee, system: string): string => `copy-${guarantee}-${system}`;

/** Ours beside each of the others; exactly once, 15 and 40 ms are what is meant to be reached where the others take 63 and 114. */
export function copyRows(others: readonly System[]): readonly Row[] {
  return GUARANTEES.flatMap((guarantee) =>
    others.flatMap(({ name, startCopy }) => {
      if (startCopy === undefined) return [];
      const [ours, theirs] = [nameOf(guarantee, "millrace"), nameOf(guarantee, name)];
      const [p50, p99] = guarantee === "exactly-once" ? [0.24, 0.35] : [1, 1];
      const goals = [{ figure: "p50 ms", atMost: p50 } as const, { figure: "p99 ms", atMost: p99 } as const];
      return [
        {
          id: COPY_ROW,
          what: `stateless copy at ${RATE}/s, ${guarantee}; against ${name}`,
          ours: [ours, ours],
          theirs: [theirs, theirs],
          goals,
        } satisfies Row,
      ];
    }),
  );
}

interface Answer {
  readonly records: number;
  readonly refused: number;
  readonly sum: string;
  readonly readRecords: number;
  readonly readSum: string;
  readonly disordered: number;
  readonly deliveredUs: readonly number[];
}

/** From the moment a record was due at a librdkafka producer, through the system's copy, to a librdkafka consumer; open loop. */
export async function copyLatency(
  system: System,
  guarantee: Guarantee,
  { quick, folder }: { readonly quick: boolean; readonly folder: string },
): Promise<Measurement> {
  const common = { name: nameOf(guarantee, system.name), verified: "each numbered record delivered once, checksums of all values equal" };
  let copier: Copier | undefined;
  try {
    for (const topic of [COPY_INPUT, COPY_OUTPUT]) await makeTopic(system.servers, topic, system.unsynced);
    copier = await system.startCopy?.(guarantee, { folder });
    if (copier === undefined) throw new Error(`${system.name} does not copy`);
    return { ...common, ...(await measure(system, copier, quick)) };
  } catch (error) {
    return { ...common, settings: {}, problems: [formatError(error)] };
  } finally {
    await copier?.stop();
  }
}

async function measure({ servers }: System, copier: Copier, quick: boolean): Promise<Omit<Measurement, "name" | "verified">> {
  const [warmUp, seconds] = quick ? [WARM_UP_SECONDS.quick, SECONDS.quick] : [WARM_UP_SECONDS.full, SECONDS.full];
  const meters: { engine: UsageMeter; broker: UsageMeter }[] = [];
  const args = ["latency", servers, COPY_INPUT, PARTITIONS, VALUE_BYTES, RATE, warmUp, seconds, COPY_OUTPUT, copier.isolation];
  const answer = (await kafkaLoad(args, (line) => {
    if (line === "timed") meters.push({ engine: new UsageMeter(copier.engine), broker: new UsageMeter(copier.broker) });
  })) as Answer;
  const [engine, broker] = [meters[0]?.engine.stop(), meters[0]?.broker.stop()];
  const recorder = new LatencyRecorder();
  for (const us of answer.deliveredUs) recorder.record(us / 1_000);
  const total = RATE * (warmUp + seconds);
  return {
    settings: {
      ...copier.settings,
      rate: RATE,
      valueBytes: VALUE_BYTES,
      partitions: PARTITIONS,
      read: copier.isolation,
      warmUpSeconds: warmUp,
      seconds,
    },
    acknowledgement: copier.acknowledgement,
    records: RATE * seconds,
    seconds,
    latency: recorder.summary("due to delivered by the copy, open loop"),
    extra: {
      engineCores: (engine?.cpuSeconds ?? 0) / seconds,
      brokerCores: (broker?.cpuSeconds ?? 0) / seconds,
      engineMemoryPeakMb: (engine?.memoryPeakBytes ?? 0) / 1e6,
    },
    problems: [
      ...(answer.refused > 0 ? [`${answer.refused} records were refused`] : []),
      ...(answer.records === total && answer.readRecords === total
        ? []
        : [`${total} records sent, ${answer.records} acknowledged, ${answer.readRecords} delivered`]),
      ...(answer.disordered > 0 ? [`${answer.disordered} records came twice`] : []),
      ...(answer.sum === answer.readSum ? [] : ["what was delivered has another checksum than what was sent"]),
    ],
  };
}
