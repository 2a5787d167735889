export { ManualClock, settle } from "./clock.ts";
export { describeSinkContract, type SinkHarness } from "./connectors/sink-contract.ts";
export { SeededRandom } from "./random.ts";
export { type CoordinationHarness, describeCoordinationStoreContract } from "./coordination/contract.ts";
export { MemoryCoordination, MemoryStore, type StoreFault } from "./coordination/memory-store.ts";
export { describeStorageContract, type StorageHarness } from "./storage/contract.ts";
export { referenceCrc32c } from "./storage/crc32c.ts";
export { createSimulatedStorage, type DiskWork, type MountOptions, SimulatedStorage } from "./storage/simulated-storage.ts";
export { describePausedHolder, type HolderProcess, type PausedHolderHarness, runLeaseHolder } from "./coordination/paused-holder.ts";
