import type { Server } from "@grpc/grpc-js";
import type { HealthImplementation, ServingStatus } from "grpc-health-check";
import { addLazyService } from "./lazy-service.ts";

const SERVICE = "/grpc.health.v1.Health";

/** What a server says of itself and of each service by `grpc.health.v1`. */
export class Health {
  readonly #statuses = new Map<string, ServingStatus>();
  #implementation: HealthImplementation | undefined;

  /** All of them serve from the start. */
  constructor(names: readonly string[]) {
    for (const name of names) this.#statuses.set(name, "SERVING");
  }

  addTo(server: Server): void {
    addLazyService(
      server,
      { [`${SERVICE}/Check`]: "unary", [`${SERVICE}/List`]: "unary", [`${SERVICE}/Watch`]: "server-streaming" },
      async () => {
        const { HealthImplementation: Implementation } = await import("grpc-health-check");
        const implementation = new Implementation(Object.fromEntries(this.#statuses));
        this.#implementation = implementation;
        return (taker) => implementation.addToServer(taker);
      },
    );
  }

  stopServing(): void {
    for (const name of this.#statuses.keys()) {
      this.#statuses.set(name, "NOT_SERVING");
      this.#implementation?.setStatus(name, "NOT_SERVING");
    }
  }
}
