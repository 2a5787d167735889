export type { AirportDelays } from "./result-shapes.ts";
export { ExpectedDelays } from "./expected.ts";
export { type ProduceResult, produceFlights } from "./produce.ts";
export { Progress } from "./progress.ts";
export { readBack } from "./read-back.ts";
export { type Verdict, Verification } from "./verify.ts";
