import colors from "picocolors";
import { coresOf, type HostFacts } from "../measure/host.ts";
import type { Ratio } from "./ratios.ts";

const HEADER = ["row", "what", "figure", "Millrace", "other", "ratio", "spread", "goal", "reached"];

export function cellsOf({ row, goal, ours, theirs, ratio, spread, isReached }: Ratio): string[] {
  const wanted = goal.atLeast === undefined ? `≤ ${goal.atMost ?? ""}` : `≥ ${goal.atLeast}`;
  return [
    row.id,
    row.what,
    goal.figure,
    number(ours),
    number(theirs),
    number(ratio),
    `${number(spread[0])}–${number(spread[1])}`,
    wanted,
    verdictOf({ goal, spread, isReached }),
  ];
}

export type Verdict = "yes" | "no" | "within the spread";

/** A goal that lies within the spread of the rounds is neither reached nor missed. */
export function verdictOf({ goal, spread: [least, greatest], isReached }: Pick<Ratio, "goal" | "spread" | "isReached">): Verdict {
  const line = goal.atLeast ?? goal.atMost ?? 0;
  if (least < line && line < greatest) return "within the spread";
  return isReached ? "yes" : "no";
}

/** For a terminal. */
export function versusTable(ratios: readonly Ratio[]): string {
  const rows = [HEADER, ...ratios.map(cellsOf)];
  const widths = HEADER.map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? "").length)));
  return rows
    .map((cells, index) => {
      const text = cells
        .map((cell, column) => (column < 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("  ");
      if (index === 0) return colors.bold(text);
      return ratios[index - 1]?.isReached === true ? text : colors.yellow(text);
    })
    .join("\n");
}

export interface VersusFacts {
  readonly command: string;
  readonly host: HostFacts;
  readonly rounds: number;
  readonly startedAt: string;
  /** What the other server is, in its user's words. */
  readonly other: string;
}

/** The page in docs. */
export function versusMarkdown(ratios: readonly Ratio[], { command, host, rounds, startedAt, other }: VersusFacts): string {
  const countOf = (verdict: Verdict): number => ratios.filter((ratio) => verdictOf(ratio) === verdict).length;
  return `# Side by side

Written by the bench, from ${commandsOf(ratios, command)}; do not edit. Of ${ratios.length} goals ${countOf("yes")} reached, ${countOf("within the spread")} within the spread of the rounds.

Host: ${host.cpu}, ${coresOf(host, "shared by server and client")}, ${(host.memoryBytes / 1024 ** 3).toFixed(0)} GiB, kernel ${host.kernel}, Node ${host.node}, commit ${host.commit}${host.isDirty ? " with changes" : ""}, ${startedAt}.
The other: ${other}. ${rounds} rounds, the sides taking turns in each; figures are medians, the ratio is the median of the rounds' ratios, with its least and greatest. What whole clients
wrote was read back and compared by count and checksum, what raw connections wrote by the ends of the logs; a run that lost or doubled a record has no figure. An acknowledgement means acks=all with one replica on both sides; where a row says that both sync, ours is
\`flush=ack\` and theirs \`flush.messages=1\`; where nobody syncs, ours is \`flush=interval\`.

Before each load, of either side, topics of earlier loads are deleted, all that waits to be written back is (\`sync\`), and free memory is filled with the page cache of a sparse file until next to none is
left: pages that a load needs are taken from that cache, as on any machine that has been up for long, and are not first-touched on a host that took them back.

![Every goal: ratio, spread of the rounds, and what is wanted](./side-by-side.svg)

${rowsMarkdown(ratios)}
`;
}

/** The table itself. */
export function rowsMarkdown(ratios: readonly Ratio[]): string {
  return [HEADER, HEADER.map((_, column) => (column < 3 ? "---" : "---:")), ...ratios.map(cellsOf)]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function commandsOf(ratios: readonly Ratio[], last: string): string {
  return [...new Set([...ratios.map(({ command = last }) => command), last])].map((each) => `\`${each}\``).join(" and ");
}

function number(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString("en-US");
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
