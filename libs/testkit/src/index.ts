export { ManualClock, settle } from "./clock.ts";
export { SeededRandom } from "./random.ts";
export { type CoordinationHarness, describeCoordinationStoreContract } from "./coordination/contract.ts";
export { MemoryCoordination, MemoryStore, type StoreFault } from "./coordination/memory-store.ts";
