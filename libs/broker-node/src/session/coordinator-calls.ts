import type { DescService } from "@bufbuild/protobuf";
import type { ServiceClient } from "@millrace/contracts";
import { AppError, toAppError } from "@millrace/model";
import type { ClusterView } from "../cluster-view.ts";
import { brokerErrors } from "../errors.ts";
import type { BrokerPorts } from "../node-ports.ts";

const HOPS_MAX = 3; // the one we know, the one it names, the one that took over meanwhile

/** Address in an error by which a passive coordinator names the active one. */
export function activeCoordinatorHint(error: unknown): string | undefined {
  if (!(error instanceof AppError) || error.code !== "not-active-coordinator") return undefined;
  const address = error.context["leader"];
  return typeof address === "string" && address !== "" ? address : undefined;
}

/** Unary calls to the active coordinator, following its passive neighbours' hints. */
export class CoordinatorCalls {
  readonly #ports: BrokerPorts;
  readonly #view: ClusterView;

  constructor(view: ClusterView, ports: BrokerPorts) {
    this.#view = view;
    this.#ports = ports;
  }

  async call<S extends DescService, T>(service: S, run: (client: ServiceClient<S>) => Promise<T>): Promise<T> {
    let address = this.#view.coordinatorAddress;
    let failure: AppError | undefined;
    for (let hop = 0; hop < HOPS_MAX && address !== ""; hop++) {
      try {
        return await run(this.#ports.transport.client(service, address));
      } catch (error) {
        const hint = activeCoordinatorHint(error);
        if (hint === undefined || hint === address) throw leaderless(error, address);
        failure = toAppError(error);
        address = hint;
      }
    }
    throw failure === undefined ? brokerErrors.noCoordinator() : leaderless(failure, address);
  }
}

/**
 * What it means for whom asked the broker, which answers: that nobody leads at the moment. The standby's and the transport's words would say that to ask someone else helps, or that
 * this broker is not there. Anything else is the coordinator's own answer.
 */
function leaderless(error: unknown, address: string): unknown {
  if (!(error instanceof AppError) || !NOBODY_LEADS.has(error.code)) return error;
  return brokerErrors.noCoordinator({ coordinator: address, because: error.code }, error);
}

/** Of a standby that knows no leader, and of a call that has not reached anyone. */
const NOBODY_LEADS: ReadonlySet<string> = new Set(["not-active-coordinator", "unreachable"]);
