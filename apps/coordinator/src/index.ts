export { coordinatorProcess } from "./coordinator-process.ts";
export { type CoordinatorAppSettings, coordinatorAppSchema } from "./settings.ts";
export { type RunningCoordinator, startCoordinator } from "./start-coordinator.ts";
