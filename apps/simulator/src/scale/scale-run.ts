import { measureSize, type SizeFigures } from "./measure-size.ts";
import { ScaleCluster } from "./scale-cluster.ts";
import type { Shape } from "./topics.ts";

/** One cluster that grows from size to size. */
export interface ScaleTask {
  readonly shape: Shape;
  readonly brokers: number;
  /** Partitions, rising. */
  readonly sizes: readonly number[];
  /** Changes of each kind that are measured. */
  readonly changes: number;
}

export async function runScale(task: ScaleTask, progress: (text: string) => void): Promise<SizeFigures[]> {
  const { shape, brokers, sizes, changes } = task;
  const cluster = new ScaleCluster({ brokers, witnesses: 1, seed: 1 });
  await cluster.start();
  const figures: SizeFigures[] = [];
  for (const partitions of sizes) figures.push(await measureSize(cluster, { shape, partitions, changes, progress }));
  return figures;
}
