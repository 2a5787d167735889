import type { Check } from "./check-report.ts";
import type { CompatKind } from "./options.ts";

/** A client (suite, engine) and one of the things it does with a broker. */
export interface CompatCase {
  readonly kind: CompatKind;
  readonly client: string;
  readonly feature: string;
  /** Takes more than a few seconds: left out of a quick run. */
  readonly isLong?: boolean;
  /** Installs what it needs, or throws with what is missing. */
  prepare(): Promise<void>;
  /** Runs it against host:port. */
  run(address: string): Promise<readonly Check[]>;
}
