import { CREW } from "../foreign/crew.ts";
import { installWorkers } from "../foreign/install-workers.ts";
import { judgeCrew } from "../foreign/judge-crew.ts";
import { mergeHistory } from "../foreign/merge-history.ts";
import { RollingCrew } from "../foreign/rolling-crew.ts";
import type { Scenario } from "../scenario.ts";
import { connectClient } from "../system/cluster-client.ts";
import { createDevProcess } from "../system/dev-process.ts";

const MINUTES_DEFAULT = 1;
const TOPICS = ["day", "day-out", "day-plain"] as const;
const PARTITIONS = 6;

/** Acceptance 6 of the Kafka listener: many kinds of clients come, go and die for a while, and one checker looks at everything they saw. */
export const rollingDay: Scenario = {
  name: "rolling-day",
  what: "five kinds of clients join, leave, commit, abort and crash at random; one checker over all that they saw",
  run: async (context) => {
    const { folder, say } = context;
    const dev = await createDevProcess(folder);
    const workers = await installWorkers(folder);
    await dev.process.start();
    const connection = connectClient([dev.address]);
    try {
      for (const name of TOPICS) await connection.client.admin().createTopic({ name, partitions: PARTITIONS });
      const killBroker = async (): Promise<void> => {
        await dev.process.kill();
        await dev.process.start();
      };
      const target = { address: dev.address, kafkaAddress: dev.kafkaAddress, killBroker };
      const crew = new RollingCrew({ target, crew: CREW, workers, topics: TOPICS, partitions: PARTITIONS }, context);
      const finale = await crew.run((context.flags.minutes ?? MINUTES_DEFAULT) * 60_000);
      say(`all gone, everything read once more; checking ${(crew.historyBytes() / 1e6).toFixed(1)} MB of history`);
      return judgeCrew(await mergeHistory(crew.parts), finale, { ...context, crew });
    } finally {
      await connection.close();
      await dev.process.stop();
    }
  },
};
