import type { DevOptions } from "../commands/services.ts";
import type { GlobalOptions } from "../options.ts";
import type { CliWorld } from "../world.ts";
export async function dev(_options: DevOptions & GlobalOptions, _world: CliWorld): Promise<void> {}
