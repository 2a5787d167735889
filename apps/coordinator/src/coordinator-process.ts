import type { ServiceProcess } from "@millrace/service-kit";
import { type CoordinatorAppSettings, coordinatorAppSchema } from "./settings.ts";
import { startCoordinator } from "./start-coordinator.ts";

/** The coordinator as a process, for `main.ts` and `millrace coordinator`. */
export const coordinatorProcess: ServiceProcess<CoordinatorAppSettings> = {
  service: "coordinator",
  schema: coordinatorAppSchema,
  start: startCoordinator,
};
