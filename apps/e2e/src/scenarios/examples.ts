import { runExample } from "../examples/example-case.ts";
import { exampleCases } from "../examples/example-cases.ts";
import type { Scenario } from "../scenario.ts";
import { connectClient } from "../system/cluster-client.ts";
import { createDevProcess } from "../system/dev-process.ts";

/** Every example job on one cluster, one after the other, as its head says. */
export const examples: Scenario = {
  name: "examples",
  what: "each of examples/jobs on `millrace dev`, fed and read through the command line: its output is as worked out by hand",
  run: async (context) => {
    const dev = await createDevProcess(context.folder);
    await dev.process.start();
    const connection = connectClient([dev.address]);
    const figures: Record<string, number> = {};
    try {
      for (const example of exampleCases) {
        const startMs = performance.now();
        await runExample(example, { client: connection.client, address: dev.address }, context);
        figures[`${example.file.replace(".ts", "")}Ms`] = Math.round(performance.now() - startMs);
      }
      return figures;
    } finally {
      await connection.close();
      await dev.process.stop();
    }
  },
};
