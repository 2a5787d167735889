import { describeStateStoreContract } from "./contract.ts";
import { MemoryStateStore } from "./memory-state-store.ts";

describeStateStoreContract("MemoryStateStore", () => new MemoryStateStore());
