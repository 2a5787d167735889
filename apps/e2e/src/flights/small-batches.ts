import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inCheckout } from "../system/sources.ts";

/** Writes a module with the example job as it is, but in batches so small that there is time to kill something; returns its path. */
export function writeJobInSmallBatches(folder: string, maxRecordsPerBatch: number): string {
  const path = join(folder, "airport-delays-in-small-batches.ts");
  writeFileSync(
    path,
    `import airportDelays from ${JSON.stringify(inCheckout("examples/jobs/airport-delays.ts"))};

export default {
  ...airportDelays,
  build: () => {
    const { graph, functions } = airportDelays.build();
    return { graph: { ...graph, settings: { ...graph.settings, maxRecordsPerBatch: ${maxRecordsPerBatch}, checkpointIntervalMs: 500 } }, functions };
  },
};
`,
  );
  return path;
}
