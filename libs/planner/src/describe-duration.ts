import type { TimeWindowDescriptor } from "@millrace/model";

/** A duration as people say it: 90m, 1h, 1d, 1.5s. */
export function describeDuration(ms: number): string {
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1_000],
  ] as const;
  for (const [unit, size] of units) if (ms >= size && ms % size === 0) return `${ms / size}${unit}`;
  return `${ms}ms`;
}

/** A window of event time in words. */
export function describeWindow(window: TimeWindowDescriptor): string {
  const { sizeMs, slideMs, offsetMs } = window;
  const offset = offsetMs === 0 ? "" : ` offset by ${describeDuration(Math.abs(offsetMs))}${offsetMs < 0 ? " back" : ""}`;
  const slide = slideMs === sizeMs ? "" : ` sliding by ${describeDuration(slideMs)}`;
  return `${describeDuration(sizeMs)} window${slide}${offset}`;
}
