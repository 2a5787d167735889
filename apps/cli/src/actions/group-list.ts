import type { GroupListOptions } from "../commands/group.ts";
import type { GlobalOptions } from "../options.ts";
import { jsonLine } from "../output/json.ts";
import { table } from "../output/table.ts";
import type { CliWorld } from "../world.ts";
import { withClient } from "./with-client.ts";

/** `group list` */
export async function listGroups({ state = [], type = [], ...options }: GroupListOptions & GlobalOptions, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    const groups = await client.admin().listGroups({ states: state, types: type });
    if (options.json === true) {
      for (const group of groups) await world.write(jsonLine(group));
      return;
    }
    if (groups.length === 0) world.note(state.length + type.length === 0 ? "no groups yet" : "no such groups");
    else
      await world.write(
        table(
          ["group", "state", "type"],
          groups.map((group) => [group.groupId, group.state, group.type]),
        ),
      );
  });
}
