/** A quantile of a Prometheus histogram in text form, milliseconds, linear within its bucket; undefined: nothing was observed. All series with the label count together. */
export function histogramQuantileMs(
  text: string,
  { name, label, quantile }: { readonly name: string; readonly label: string; readonly quantile: number },
): number | undefined {
  const counts = new Map<number, number>();
  for (const line of text.split("\n")) {
    if (!line.startsWith(`${name}_bucket{`) || !line.includes(label)) continue;
    const bound = /le="([^"]+)"/.exec(line)?.[1];
    const count = Number(
      line
        .slice(line.lastIndexOf("}") + 1)
        .trim()
        .split(" ")[0],
    );
    if (bound === undefined || !Number.isFinite(count)) continue;
    const upper = bound === "+Inf" ? Infinity : Number(bound);
    counts.set(upper, (counts.get(upper) ?? 0) + count);
  }
  const buckets = [...counts].sort(([a], [b]) => a - b);
  const wanted = (buckets.at(-1)?.[1] ?? 0) * quantile;
  if (wanted === 0) return undefined;
  let [lower, before] = [0, 0];
  for (const [upper, count] of buckets) {
    if (count >= wanted)
      return 1_000 * (upper === Infinity ? lower : lower + ((upper - lower) * (wanted - before)) / Math.max(1, count - before));
    [lower, before] = [upper, count];
  }
  return undefined;
}
