import type { Measurement } from "../load.ts";
import type { HostFacts } from "../measure/host.ts";
import type { Ratio } from "../versus/ratios.ts";
import { rowsMarkdown } from "../versus/report-versus.ts";

export interface EnginesFacts {
  readonly command: string;
  readonly host: HostFacts;
  readonly rounds: number;
  readonly startedAt: string;
  /** What the other engines read from and write to. */
  readonly broker: string;
  readonly measurements: readonly Measurement[];
}

/** The page in docs. */
export function enginesMarkdown(
  ratios: readonly Ratio[],
  { command, host, rounds, startedAt, broker, measurements }: EnginesFacts,
): string {
  const notes = [...new Map(measurements.map((each) => [each.name, noteOf(each)])).values()];
  return `# Beside other engines

Written by the bench, from ${[...new Set(ratios.map((ratio) => `\`${ratio.command ?? command}\``))].join(" and ")}; do not edit.

Host: ${host.cpu}, ${host.cores} cores shared by everything, ${(host.memoryBytes / 1024 ** 3).toFixed(0)} GiB, kernel ${host.kernel}, Node ${host.node}, commit ${host.commit}${host.isDirty ? " with changes" : ""}, ${startedAt}.
System against system: ours reads from and writes to its own broker, the others ${broker}. ${rounds} rounds, the systems taking turns; figures are medians, the ratio is the median of the rounds' ratios, with its least and greatest. All read the same
bytes and are done when everything is committed: time counts from the hand-over of the work to a running program, CPU from the start of the engine's process (ours: of the one that submits the job). "CPU" is that of all processes, broker
included, "engine CPU" without the broker's (ours: coordinator and executor count as broker, since \`millrace dev\` is one process with it). Every result of every run is compared with an independent computation; a run with a wrong, missing or doubled one has no figure.
Before each run, of any system, all that waits to be written back is, and free memory is filled with page cache until next to none is left.

![Every goal: ratio, spread of the rounds, and what is wanted](./engines.svg)

${rowsMarkdown(ratios)}

## What each was

${notes.join("\n")}
`;
}

function noteOf({ name, settings, acknowledgement = "", verified }: Measurement): string {
  const words = Object.entries(settings).map(([key, value]) => `${key} ${String(value)}`);
  return `- \`${name}\`: ${words.join(", ")}. ${acknowledgement}. verified: ${verified}.`;
}
