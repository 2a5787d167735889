import { assert } from "@millrace/stdx";
import type { Client, ClientPorts } from "./api.ts";
import type { ClientSettings } from "./settings.ts";

/** Connects lazily: nothing is asked of the cluster before the first use. */
export function createClient(settings: ClientSettings, ports: ClientPorts): Client {
  assert(settings.bootstrap.length > 0, "bootstrap names no broker");
  void ports;
  throw new Error("not yet");
}
