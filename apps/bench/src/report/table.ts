import colors from "picocolors";
import { type Measurement, verdictOf } from "../load.ts";
import { COLUMNS, extraText, hasRow, rowOf } from "./format.ts";

/** Figures for a terminal: a table, then what does not fit into it. */
export function tableOf(measurements: readonly Measurement[]): string {
  const rows = [COLUMNS, ...measurements.filter(hasRow).map(rowOf)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const lines = rows.map((row, index) => {
    const text = row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ");
    return index === 0 ? colors.bold(text) : text;
  });
  return [...lines, "", ...measurements.flatMap(notesOf)].join("\n");
}

function notesOf({ name, extra, floor, problems }: Measurement): string[] {
  const figures = Object.entries(extra ?? {}).map(([key, value]) => extraText(key, value));
  return [
    ...(figures.length > 0 ? [`${name}: ${figures.join(", ")}`] : []),
    ...(floor === undefined
      ? []
      : [`${name}: ${(floor.isReached === true ? colors.green : colors.yellow)(verdictOf(floor))}: ${floor.text}`]),
    ...problems.map((problem) => colors.red(`${name}: ${problem}: its figures count for nothing`)),
  ];
}
