import type { Clock, Logger, Timer } from "@millrace/ports";
import type { ClusterController } from "./cluster-controller.ts";

/** A move whose turn comes because a broker is back, say, is noticed by a change; this is for what no change tells. */
const LOOK_AGAIN_MS = 5_000;

/** Begins and completes moves of replicas: after each change of the cluster while there are any, one look at a time. Nothing runs while nothing moves. */
export class ReassignmentLoop {
  readonly #controller: ClusterController;
  readonly #ports: { readonly clock: Clock; readonly logger: Logger };
  readonly #unsubscribe: () => void;
  #timer: Timer | undefined;
  #isRunning = false;
  #isDue = false;
  #isClosed = false;

  constructor(controller: ClusterController, ports: { readonly clock: Clock; readonly logger: Logger }) {
    this.#controller = controller;
    this.#ports = ports;
    this.#unsubscribe = controller.onChange(() => {
      this.#look();
    });
    this.#look();
  }

  close(): void {
    this.#isClosed = true;
    this.#unsubscribe();
    this.#timer?.cancel();
  }

  #look(): void {
    if (this.#isClosed || this.#controller.state.reassigningTopics.size === 0) return;
    this.#isDue = true;
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    this.#timer?.cancel();
    try {
      while (this.#isDue && this.#controller.witnesses.areEnough && !this.#isOver()) {
        this.#isDue = false;
        await this.#controller.execute({ kind: "advance-reassignments" });
      }
    } catch (error) {
      if (!this.#isOver()) this.#ports.logger.error("coordinator.reassignments-not-advanced", { error });
    } finally {
      this.#isRunning = false;
      if (!this.#isOver())
        this.#timer = this.#ports.clock.setTimer(LOOK_AGAIN_MS, () => {
          this.#look();
        });
    }
  }

  #isOver(): boolean {
    return this.#isClosed;
  }
}
