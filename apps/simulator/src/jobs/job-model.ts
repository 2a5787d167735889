export const JOB_NAME = "sim";
export const INPUT = "job-input";
export const OUTPUT = "job-output";
export const WINDOW_MS = 5_000;
/** How far out of order the input may come; some of it comes later. */
export const WATERMARK_MS = 2_000;
/** After its event time each element asks to be woken. */
export const TIMER_MS = 3_000;

/** A record of the input: the n-th of its key, at its event time. Some are written twice. */
export interface InputEvent {
  readonly k: string;
  readonly n: number;
  readonly at: number;
}

interface Outs {
  /** The c-th record of the key. */
  seq: { readonly k: string; readonly n: number; readonly c: number };
  /** The same, as the total-th of its group. */
  tot: { readonly g: string; readonly k: string; readonly c: number; readonly total: number };
  /** The first of its duplicates. */
  once: InputEvent;
  late: InputEvent;
  /** So many elements in the window. */
  win: { readonly k: string; readonly start: number; readonly count: number };
  /** So many elements asked for this time. */
  timer: { readonly k: string; readonly at: number; readonly count: number };
}

/** What the job writes, tagged by where it comes from. */
export type Out<T extends keyof Outs = keyof Outs> = { readonly [K in T]: { readonly t: K } & Outs[K] }[T];

const GROUPS = 3;

export function groupOf(k: string): string {
  return `g${Number(k.slice(1)) % GROUPS}`;
}

export function keyOf(index: number): string {
  return `k${index}`;
}

const LAST_KEYS_FROM = 1_000;

/** A key of each partition that only moves event time on, after everything: nothing is expected of its windows and timers. */
export function lastKeyOf(partition: number): string {
  return keyOf(LAST_KEYS_FROM + partition);
}

export function isLast(k: string): boolean {
  return Number(k.slice(1)) >= LAST_KEYS_FROM;
}
