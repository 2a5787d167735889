import type { Logger } from "@millrace/ports";
import type { ServiceKit } from "@millrace/service-kit";
import { jsonLine } from "../output/json.ts";
import type { CliWorld } from "../world.ts";

/** What jobs print is a log event of the coordinator; whoever runs `dev` wants to see it as it is, at any log level. */
const JOB_OUTPUT_EVENT = "job output";

/** The kit with loggers that write what jobs print to standard output. */
export function showingJobOutput(kit: ServiceKit, { world, asJson }: { readonly world: CliWorld; readonly asJson: boolean }): ServiceKit {
  return {
    ...kit,
    loggerOf: (component) => {
      const logger = kit.loggerOf(component);
      const info: Logger["info"] = (event, values) => {
        if (event !== JOB_OUTPUT_EVENT) return logger.info(event, values);
        const text = typeof values?.["text"] === "string" ? values["text"] : "";
        void world.write(asJson ? jsonLine({ job: values?.["job"], output: text }) : `${text.trimEnd()}\n`);
      };
      return { debug: logger.debug.bind(logger), info, warn: logger.warn.bind(logger), error: logger.error.bind(logger) };
    },
  };
}
