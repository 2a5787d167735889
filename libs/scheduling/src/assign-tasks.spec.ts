import { describe, expect, it } from "@jest/globals";
import { assignTasks } from "./assign-tasks.ts";

describe("assignTasks", () => {
  it("gives every executor a share", () => {
    const assignment = assignTasks({ slotCount: 8, sourcePartitionCount: 6 }, [
      { executorId: "b", workerSlots: 1 },
      { executorId: "a", workerSlots: 1 },
    ]);
    expect(assignment).toEqual({ workers: ["a", "b"], slotWorkers: [0, 0, 0, 0, 1, 1, 1, 1], sourceWorkers: [0, 0, 0, 1, 1, 1] });
  });

  it("uses several machines before several slots of one", () => {
    const assignment = assignTasks({ slotCount: 2, sourcePartitionCount: 1 }, [
      { executorId: "a", workerSlots: 4 },
      { executorId: "b", workerSlots: 4 },
    ]);
    expect(assignment.workers).toEqual(["a", "b"]);
  });

  it("has no workers without executors", () => {
    expect(assignTasks({ slotCount: 8, sourcePartitionCount: 1 }, []).workers).toEqual([]);
  });
});
