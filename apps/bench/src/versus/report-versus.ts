import colors from "picocolors";
import type { HostFacts } from "../measure/host.ts";
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
    isReached ? "yes" : "no",
  ];
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
  const lines = [HEADER, HEADER.map((_, column) => (column < 3 ? "---" : "---:")), ...ratios.map(cellsOf)].map(
    (cells) => `| ${cells.join(" | ")} |`,
  );
  const reached = ratios.filter(({ isReached }) => isReached).length;
  return `# Side by side

Written by the bench, from ${commandsOf(ratios, command)}; do not edit. ${reached} of ${ratios.length} goals reached.

Host: ${host.cpu}, ${host.cores} cores shared by server and client, ${(host.memoryBytes / 1024 ** 3).toFixed(0)} GiB, kernel ${host.kernel}, Node ${host.node}, commit ${host.commit}${host.isDirty ? " with changes" : ""}, ${startedAt}.
The other: ${other}. ${rounds} rounds, the sides taking turns in each; figures are medians, the ratio is the median of the rounds' ratios, with its least and greatest. Every run was
counted and checked; one that lost or doubled a record has no figure. An acknowledgement means acks=all with one replica on both sides; where a row says that both sync, ours is
\`flush=ack\` and theirs \`flush.messages=1\`; where nobody syncs, ours is \`flush=interval\`.

${lines.join("\n")}
`;
}

function commandsOf(ratios: readonly Ratio[], last: string): string {
  return [...new Set([...ratios.map(({ command = last }) => command), last])].map((each) => `\`${each}\``).join(" and ");
}

function number(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString("en-US");
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
