import { ConfigChange_Operation } from "@millrace/contracts";
import { alterConfigsApi } from "@millrace/kafka-wire";
import { alterResources } from "./alter-resources.ts";
import { serve } from "./served-api.ts";

/** AlterConfigs v0-2: replaces all settings of a topic; what is not named goes back to its default. */
export const alterConfigs = serve(alterConfigsApi, async ({ resources, validateOnly }, call, context) => {
  const asked = resources.map(({ resourceType, resourceName, configs }) => ({
    resourceType,
    resourceName,
    replaceAll: true,
    changes: configs.map(({ name, value }) => ({ name, operation: ConfigChange_Operation.SET, value })),
  }));
  return { responses: await alterResources(asked, { validateOnly, call, context }) };
});
