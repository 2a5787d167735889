const SIZES: readonly (readonly [size: number, word: string])[] = [
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];
const BINARY: readonly (readonly [size: number, word: string])[] = [
  [2 ** 30, "GiB"],
  [2 ** 20, "MiB"],
  [2 ** 10, "KiB"],
];
const RATES: Readonly<Record<string, string>> = { cps: "/s", reqps: "/s", ops: "/s" };

/** A value as Grafana shows it in this unit, short. */
export function formatValue(value: number, unit: string): string {
  if (unit === "percentunit") return `${short(value * 100)} %`;
  if (unit === "s") return ofSeconds(value);
  if (unit === "bytes") return scaled(value, BINARY, "B");
  if (unit === "Bps") return `${scaled(value, BINARY, "B")}/s`;
  return `${scaled(value, SIZES, "").trimEnd()}${RATES[unit] ?? ""}`;
}

function ofSeconds(seconds: number): string {
  const size = Math.abs(seconds);
  if (size === 0) return "0 s";
  if (size < 1e-3) return `${short(seconds * 1e6)} µs`;
  if (size < 1) return `${short(seconds * 1e3)} ms`;
  return size < 120 ? `${short(seconds)} s` : `${short(seconds / 60)} min`;
}

function scaled(value: number, sizes: readonly (readonly [number, string])[], own: string): string {
  const [size, word] = sizes.find(([each]) => Math.abs(value) >= each) ?? [1, own];
  return `${short(value / size)} ${word}`;
}

/** Three digits at most, and no zeros behind the point. */
function short(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}
