import type { CliWorld } from "../world.ts";
export async function runServiceCommand(_name: string, _options: object, _world: CliWorld): Promise<void> {}
