import { describeCheckpointPlaceContract } from "./checkpoint-place-contract.ts";
import { MemoryCheckpointPlaces } from "./memory-checkpoint-places.ts";

describeCheckpointPlaceContract("memory", () =>
  Promise.resolve({ places: new MemoryCheckpointPlaces(["file:///a"]), url: "file:///a", missing: "file:///b" }),
);
