import { canonicalKey, compositeText } from "@millrace/model";
import type { Aggregator } from "./aggregator.ts";
import { jobError } from "./errors.ts";

/** 2^14 registers: standard error 1.04 / sqrt(16,384) = 0.81 %. */
const INDEX_BITS = 14;
const REGISTERS = 1 << INDEX_BITS;
/** Hashes kept as they are before registers: exact up to here but for collisions of 52 bits, and small for the many keys that see few values. */
const EXACT_MAX = 512;

/** Hashes while they are few, then HyperLogLog registers. Both merge in any order to the same. */
interface Distinct {
  hashes: Set<number> | undefined;
  registers: Uint8Array | undefined;
}

/**
 * How many distinct values, about: exact up to 512, then with a standard error of 0.81 % (HyperLogLog, 16 KB). Values are compared as keys are. The
 * result does not depend on the order or grouping of the values.
 */
export function approxCountDistinct(): Aggregator<unknown, Distinct, number> {
  return {
    init: () => ({ hashes: new Set(), registers: undefined }),
    add: (distinct, value) => insert(distinct, hashOf(compositeText(canonicalKey(value)))),
    merge(left, right) {
      for (const hash of right.hashes ?? []) insert(left, hash);
      if (right.registers === undefined) return left;
      const registers = dense(left);
      for (let index = 0; index < REGISTERS; index++) registers[index] = Math.max(registers[index] ?? 0, right.registers[index] ?? 0);
      return left;
    },
    result: ({ hashes, registers }) => (registers === undefined ? (hashes?.size ?? 0) : Math.round(estimate(registers))),
  };
}

function insert(distinct: Distinct, hash: number): Distinct {
  if (distinct.hashes === undefined) {
    setRegister(dense(distinct), hash);
    return distinct;
  }
  distinct.hashes.add(hash);
  if (distinct.hashes.size > EXACT_MAX) dense(distinct);
  return distinct;
}

function dense(distinct: Distinct): Uint8Array {
  if (distinct.registers !== undefined) return distinct.registers;
  const registers = new Uint8Array(REGISTERS);
  for (const hash of distinct.hashes ?? []) setRegister(registers, hash);
  distinct.hashes = undefined;
  distinct.registers = registers;
  return registers;
}

/** The first 14 bits choose a register; it keeps the greatest number of leading zeros, plus one, of the other 38. */
function setRegister(registers: Uint8Array, hash: number): void {
  const index = hash % REGISTERS;
  let rest = Math.floor(hash / REGISTERS);
  let rank = 1;
  while (rank <= 38 && rest % 2 === 0) {
    rest = Math.floor(rest / 2);
    rank++;
  }
  if (rank > (registers[index] ?? 0)) registers[index] = rank;
}

function estimate(registers: Uint8Array): number {
  let sum = 0;
  let zeros = 0;
  for (const rank of registers) {
    sum += 2 ** -rank;
    if (rank === 0) zeros++;
  }
  const raw = ((0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS * REGISTERS) / sum;
  // Few values: the share of empty registers says more (linear counting).
  return raw <= 2.5 * REGISTERS && zeros > 0 ? REGISTERS * Math.log(REGISTERS / zeros) : raw;
}

/** 52 bits of hash: two FNV-1a of different starts, each finished as murmur3 does. */
function hashOf(text: string): number {
  let high = 0x811c9dc5;
  let low = 0x9747b28c;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x5bd1e995);
  }
  return (finished(high) >>> 12) * 2 ** 32 + finished(low);
}

function finished(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Counts of values by logarithmic bucket. */
interface Quantiles {
  readonly positive: Map<number, number>;
  readonly negative: Map<number, number>;
  zeros: number;
}

/** Values nearer to 0 than this count as 0: the logarithm of less would make buckets without end. */
const LEAST_MAGNITUDE = 1e-9;

/**
 * Quantiles of numbers, each from 0 to 1, with a relative error of at most `error` of the value (default 1 %): the values are counted in logarithmic buckets (DDSketch), so
 * the result does not depend on their order or grouping. Memory is by the spread of the values: about 2,800 buckets for 1 ns to 1 day at 1 %. undefined for no values;
 * what is not a finite number is ignored.
 */
export function approxQuantiles(
  quantiles: readonly number[],
  options: { readonly error?: number } = {},
): Aggregator<number, Quantiles, readonly (number | undefined)[]> {
  const { error = 0.01 } = options;
  if (!(error > 0 && error < 1) || quantiles.some((quantile) => !(quantile >= 0 && quantile <= 1))) {
    const message = "approxQuantiles takes quantiles from 0 to 1 and an error above 0 and below 1";
    throw jobError("invalid-operator-setting", message, { operator: "approxQuantiles", error, quantiles: quantiles.join(", ") });
  }
  const base = (1 + error) / (1 - error);
  const bucketOf = (magnitude: number): number => Math.ceil(Math.log(magnitude) / Math.log(base));
  const valueOf = (bucket: number): number => (2 * base ** bucket) / (base + 1);
  return {
    init: () => ({ positive: new Map(), negative: new Map(), zeros: 0 }),
    add(sketch, value) {
      if (!Number.isFinite(value)) return sketch;
      if (Math.abs(value) < LEAST_MAGNITUDE) sketch.zeros++;
      else raise(value > 0 ? sketch.positive : sketch.negative, bucketOf(Math.abs(value)), 1);
      return sketch;
    },
    merge(left, right) {
      for (const [bucket, count] of right.positive) raise(left.positive, bucket, count);
      for (const [bucket, count] of right.negative) raise(left.negative, bucket, count);
      left.zeros += right.zeros;
      return left;
    },
    result: (sketch) => atQuantiles(sketch, quantiles, valueOf),
  };
}

function raise(counts: Map<number, number>, bucket: number, by: number): void {
  counts.set(bucket, (counts.get(bucket) ?? 0) + by);
}

function atQuantiles(
  { positive, negative, zeros }: Quantiles,
  quantiles: readonly number[],
  valueOf: (bucket: number) => number,
): readonly (number | undefined)[] {
  const ascending = (counts: ReadonlyMap<number, number>): (readonly [number, number])[] => [...counts].sort(([a], [b]) => a - b);
  const ordered = [
    ...ascending(negative)
      .reverse()
      .map(([bucket, count]) => ({ value: -valueOf(bucket), count })),
    ...(zeros > 0 ? [{ value: 0, count: zeros }] : []),
    ...ascending(positive).map(([bucket, count]) => ({ value: valueOf(bucket), count })),
  ];
  const total = ordered.reduce((sum, { count }) => sum + count, 0);
  return quantiles.map((quantile) => {
    let below = 0;
    const rank = quantile * (total - 1);
    return ordered.find(({ count }) => (below += count) > rank)?.value;
  });
}
