import type { BrokerHost } from "../world/cluster.ts";

interface DurableLog {
  readonly folder: string;
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A bit of what is durable of one of these segments: of those that nothing is appended to any more, or of the last ones. */
export function flipBit(host: BrokerHost, { place, of }: { place: number; of: "closed" | "last" }): void {
  const folders = Map.groupBy(durableLogs(host), ({ folder }) => folder);
  const candidates = [...folders.values()].flatMap((logs) => (of === "last" ? logs.slice(-1) : logs.slice(0, -1)));
  const chosen = candidates.filter(({ bytes }) => bytes.length > 0)[Math.floor(place * candidates.length)];
  if (chosen !== undefined) flip(host, { ...chosen, place, from: 0, to: chosen.bytes.length });
}

/** A bit of what this broker has and the one behind it does not, in the first half of that: recovery, which looks at what was written last, does not see it. */
export function flipBitBefore(host: BrokerHost, { behind, place }: { behind: BrokerHost; place: number }): void {
  const known = new Map(durableLogs(behind).map((log) => [`${log.folder}/${log.name}`, log.bytes.length]));
  const candidates = durableLogs(host)
    .map((log) => ({ ...log, from: known.get(`${log.folder}/${log.name}`) ?? 0 }))
    .filter(({ bytes, from }) => bytes.length - from > 1);
  const chosen = candidates[Math.floor(place * candidates.length)];
  if (chosen !== undefined) flip(host, { ...chosen, place, to: chosen.from + (chosen.bytes.length - chosen.from) / 2 });
}

function durableLogs({ disk: { model } }: BrokerHost): readonly DurableLog[] {
  return model
    .list("")
    .filter(({ isFolder }) => isFolder)
    .flatMap(({ name: folder }) => model.durableFiles(folder).map((file) => ({ folder, ...file })))
    .filter(({ name }) => name.endsWith(".log"));
}

function flip(host: BrokerHost, { folder, name, place, from, to }: DurableLog & { place: number; from: number; to: number }): void {
  host.isDamaged = true;
  host.disk.model.flipBit(`${folder}/${name}`, Math.floor(from + ((place * 7_919) % 1) * (to - from)), Math.floor(place * 8));
}
