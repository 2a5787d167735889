import type { Series } from "../series.ts";

/** Name of a series in the legend: the pattern with its labels, else all that tells it from others. */
export function nameSeries({ labels }: Pick<Series, "labels">, legend: string): string {
  if (legend !== "") return legend.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? "");
  return Object.entries(labels)
    .filter(([label]) => label !== "__name__" && label !== "job")
    .map(([, value]) => value)
    .join(" ");
}
