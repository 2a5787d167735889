import type { AlterPartitionsRequest } from "@millrace/contracts";

/** Requests stay within their bounds (P15): what is to be tried again is kept once, however long nobody answers. */
export class BoundsWatch {
  readonly findings: string[] = [];

  /** A process sends this. */
  asked(from: string, { method, request }: { readonly method: string; readonly request: unknown }): void {
    if (method !== "alterPartitions") return;
    const { wishes = [] } = request as Partial<AlterPartitionsRequest>;
    const partitions = new Set(wishes.map(({ topicId, partition }) => `${topicId}-${partition}`));
    if (partitions.size < wishes.length)
      this.findings.push(`bounds: ${from} asks for ${wishes.length} changes of ${partitions.size} partitions in one request`);
  }
}
