export { createConnectors } from "./create-connectors.ts";
