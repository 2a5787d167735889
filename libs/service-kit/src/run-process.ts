import type { KitSettings } from "./kit-settings.ts";
import { type RunningService, runService } from "./run-service.ts";
import { openServiceKit, type ServiceKit } from "./service-kit.ts";
import { loadSettings, type SettingsSchema, type SettingSources } from "./settings.ts";
import { VERSION } from "./version.ts";

/** One service as a process: its settings, and how it starts on a kit. */
export interface ServiceProcess<T extends KitSettings> {
  /** Like `broker`: the name in logs and telemetry. */
  readonly service: string;
  readonly schema: SettingsSchema<T>;
  start(settings: T, kit: ServiceKit): Promise<RunningService>;
}

/** Runs a service as this process, from settings to exit code: what `apps/*` and the commands of the CLI do. `sources` may throw, too. */
export async function runProcess<T extends KitSettings>(process: ServiceProcess<T>, sources: () => SettingSources): Promise<void> {
  await runService({
    start: async () => {
      const settings = loadSettings(process.schema, sources());
      const kit = await openServiceKit(settings, { service: `millrace-${process.service}`, version: VERSION });
      const running = await process.start(settings, kit).catch(async (error: unknown) => {
        await kit.close();
        throw error;
      });
      kit.started();
      return {
        ...(running.failed === undefined ? {} : { failed: running.failed }),
        drainMs: settings.drainMs,
        stop: async (options) => {
          await running.stop(options);
          await kit.close();
        },
      };
    },
  });
}
