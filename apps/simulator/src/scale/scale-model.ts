import type { SizeFigures } from "./measure-size.ts";

interface Law {
  readonly name: string;
  readonly unit: string;
  readonly per: string;
  readonly x: (size: SizeFigures) => number;
  readonly y: (size: SizeFigures) => number;
}

const LAWS: readonly Law[] = [
  {
    ...{ name: "a broker is killed: coordinator's processor time", unit: "ms", per: "changed partition" },
    ...{ x: ({ killed }) => killed.partitionsChanged, y: ({ killed }) => killed.cost.coordinatorCpuMs },
  },
  {
    ...{ name: "a broker is killed: bytes to each broker", unit: "bytes", per: "changed partition" },
    ...{ x: ({ killed }) => killed.partitionsChanged, y: ({ killed }) => killed.cost.bytes },
  },
  {
    ...{ name: "first snapshot of a broker", unit: "bytes", per: "partition" },
    ...{ x: ({ partitions }) => partitions, y: ({ snapshotBytes }) => snapshotBytes },
  },
  {
    ...{ name: "take-over: coordinator's processor time", unit: "ms", per: "partition" },
    ...{ x: ({ partitions }) => partitions, y: ({ takeover }) => takeover.coordinatorCpuMs },
  },
];

/** Straight lines through the figures of each shape, by least squares. */
export function modelOf(figures: readonly SizeFigures[]): string[] {
  const shapes = [...new Set(figures.map(({ shape }) => shape))];
  return LAWS.flatMap(({ name, unit, per, x, y }) =>
    shapes.map((shape) => {
      const points = figures.filter((size) => size.shape === shape).map((size) => [x(size), y(size)] as const);
      const { base, slope } = lineThrough(points);
      return `- ${name} (${shape}): ${base.toFixed(1)} ${unit} + ${slope.toFixed(4)} ${unit} for each ${per}`;
    }),
  );
}

/** The line with the least sum of squares, of each point relative to its own value, so that small sizes count as much as large ones. */
export function lineThrough(points: readonly (readonly [x: number, y: number])[]): { readonly base: number; readonly slope: number } {
  let [w, wx, wxx, wy, wxy] = [0, 0, 0, 0, 0];
  for (const [x, y] of points) {
    const weight = 1 / y ** 2;
    [w, wx, wxx, wy, wxy] = [w + weight, wx + weight * x, wxx + weight * x * x, wy + weight * y, wxy + weight * x * y];
  }
  const slope = (w * wxy - wx * wy) / (w * wxx - wx ** 2);
  return { base: (wy - slope * wx) / w, slope };
}
