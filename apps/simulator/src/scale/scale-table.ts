import type { ChangeKind, SizeFigures } from "./measure-size.ts";

const KINDS: readonly ChangeKind[] = ["create topic", "in-sync set", "leader"];

type Row = readonly [name: string, of: (size: SizeFigures) => string];

const ROWS: readonly Row[] = [
  ...KINDS.map((kind): Row => [`bytes of one change to each broker: ${kind}`, ({ changes }) => changes[kind].bytes.toFixed(1)]),
  ...KINDS.map((kind): Row => [`bytes of one change written to the store: ${kind}`, ({ changes }) => whole(changes[kind].storedBytes)]),
  ...KINDS.map((kind): Row => [
    `until all brokers know, p50 / max ms: ${kind}`,
    ({ changes }) => `${changes[kind].knownP50Ms.toFixed(1)} / ${changes[kind].knownMaxMs.toFixed(0)}`,
  ]),
  ...KINDS.map((kind): Row => [`coordinator's processor time, ms: ${kind}`, ({ changes }) => changes[kind].coordinatorCpuMs.toFixed(1)]),
  [
    "a broker is killed: partitions it led / changed",
    ({ killed }) => `${whole(killed.partitionsLed)} / ${whole(killed.partitionsChanged)}`,
  ],
  ["… until all brokers know all new leaders, ms", ({ killed }) => whole(killed.cost.knownMs)],
  ["… of which coordinator's processor time, ms", ({ killed }) => whole(killed.cost.coordinatorCpuMs)],
  ["… bytes to each broker", ({ killed }) => whole(killed.cost.bytes)],
  ["… bytes written to the store", ({ killed }) => whole(killed.cost.storedBytes)],
  ["a broker loses power: until all know, ms", ({ powerLost }) => whole(powerLost.cost.knownMs)],
  ["the broker is back: until it may lead, ms", ({ joinMs }) => whole(joinMs)],
  ["… bytes of its first snapshot", ({ snapshotBytes }) => whole(snapshotBytes)],
  ["… all its replicas in sync, as its leaders ask: until all know, ms", ({ inSyncAgain }) => whole(inSyncAgain.knownMs)],
  ["the coordinator is killed: until all brokers follow the next one, ms", ({ takeover }) => whole(takeover.ms)],
  ["… of which its processor time, ms", ({ takeover }) => whole(takeover.coordinatorCpuMs)],
  ["idle: coordinator's processor time, ms per second", (size) => size.idleCoordinatorCpuMsPerSecond.toFixed(1)],
  ["idle: bytes per second, all heartbeats", ({ idleBytesPerSecond }) => whole(idleBytesPerSecond)],
  ["a broker saves its metadata after a change, ms", ({ savedBrokerCpuMs }) => savedBrokerCpuMs.toFixed(1)],
];

/** One column for each size, in Markdown. */
export function tableOf(figures: readonly SizeFigures[]): string {
  const heads = figures.map(({ shape, partitions }) => `${whole(partitions)} ${shape}`);
  return [row(["", ...heads]), row(["---", ...heads.map(() => "---:")]), ...ROWS.map(([name, of]) => row([name, ...figures.map(of)]))].join(
    "\n",
  );
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}
