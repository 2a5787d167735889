export { ManualClock, settle } from "./clock.ts";
export { SeededRandom } from "./random.ts";
