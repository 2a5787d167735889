import type { Client } from "@millrace/client";
import { addressesOf, type GlobalOptions, tlsOf } from "../options.ts";
import type { CliWorld, ConnectOptions } from "../world.ts";

const WAITING_SHOWN_MS = 1_500; // a healthy cluster has answered by then

/** Runs `use` with a client of the cluster that the options name, and closes it. */
export async function withClient<T>(
  options: GlobalOptions,
  world: CliWorld,
  use: (client: Client) => Promise<T>,
  connecting?: ConnectOptions,
): Promise<T> {
  const connection = await world.connect(addressesOf(options), { ...connecting, tls: tlsOf(options) });
  const waiting = setTimeout(() => {
    world.progress(`waiting for the cluster at ${options.address} …`);
  }, WAITING_SHOWN_MS);
  try {
    return await use(connection.client);
  } finally {
    clearTimeout(waiting);
    world.progress("");
    await connection.close();
  }
}
