import colors from "picocolors";
import type { TopTen } from "./result-shapes.ts";

const BARS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** The worst ten airports of one day: that with the highest mean delay of all. */
export function topTenTable(topTens: Iterable<TopTen>): string {
  let worst: TopTen | undefined;
  for (const topTen of topTens) {
    if ((topTen.airports[0]?.meanDelay ?? 0) > (worst?.airports[0]?.meanDelay ?? -Infinity)) worst = topTen;
  }
  if (worst === undefined) return "no day had an airport with 50 flights";
  const rows = worst.airports.map(({ airport, flights, meanDelay }, i) => {
    return `  ${String(i + 1).padStart(2)}  ${airport.padEnd(8)} ${String(flights).padStart(7)} ${meanDelay.toFixed(1).padStart(12)} min`;
  });
  return [colors.bold(`Worst ten airports of ${worst.day}`), colors.dim("   #  airport  flights   mean delay"), ...rows].join("\n");
}

/** Mean delay over the hours of the day as bars. */
export function delayChart(meanByHour: readonly number[]): string {
  const greatest = Math.max(...meanByHour, 1);
  const bars = meanByHour.map(
    (mean) => BARS[Math.max(0, Math.min(BARS.length - 1, Math.round((mean / greatest) * (BARS.length - 1))))] ?? " ",
  );
  const peak = meanByHour.indexOf(Math.max(...meanByHour));
  return [
    colors.bold("Mean delay by hour of day (UTC of the file)"),
    `  ${colors.yellow(bars.map((bar) => bar.repeat(2)).join(" "))}`,
    colors.dim(
      `  ${meanByHour.map((_, hour) => String(hour).padStart(2, "0")).join(" ")}   peak ${(meanByHour[peak] ?? 0).toFixed(1)} min at ${peak}:00`,
    ),
  ].join("\n");
}

export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(0)} MiB`;
}
