export type { Figures, Scenario, ScenarioContext } from "./scenario.ts";
export { scenarios } from "./scenarios.ts";
